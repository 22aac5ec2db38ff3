import type { Me, SignInState } from '@sallyport/api'

/** How many ways in somebody has as the gateway is configured now; it keeps the last one. */
export function waysIn(
  { passkeys, password, identities }: Pick<Me, 'passkeys' | 'password' | 'identities'>,
  methods: SignInState['methods'] | undefined,
): number {
  const declared = identities.filter(({ provider }) => provider !== null).length
  return passkeys.length + (password && methods?.password === true ? 1 : 0) + declared
}
