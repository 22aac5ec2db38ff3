import { ApiError } from '@sallyport/api'
import type { User } from '@sallyport/model'
import type { Store } from '@sallyport/store'

export type WayIn = 'passkey' | 'password' | 'identity'

export interface WaysInParts {
  readonly passwords: boolean
  /** Whether identities of this issuer sign anybody in: its provider is declared. */
  readonly declared: (issuer: string) => boolean
}

/** Every way in which somebody can sign in to the console as it is configured now. Recovery codes are for emergencies, and none. */
export async function waysIn(
  { passkeys, secondFactors, externalIdentities }: Pick<Store, 'passkeys' | 'secondFactors' | 'externalIdentities'>,
  { id }: Pick<User, 'id'>,
  { passwords, declared }: WaysInParts,
): Promise<readonly WayIn[]> {
  const hasPassword = passwords && (await secondFactors.password(id)) !== undefined
  const identities = (await externalIdentities.list(id)).filter(({ issuer }) => declared(issuer))
  return [
    ...(await passkeys.list(id)).map(() => 'passkey' as const),
    ...(hasPassword ? (['password'] as const) : []),
    ...identities.map(() => 'identity' as const),
  ]
}

/**
 * The last way in stays. Ask inside the transaction that takes it away, so that two who remove at once do not both see the
 * other's. Throws ApiError `credential.last`.
 */
export function requireAnotherWay(ways: readonly WayIn[], removed: WayIn): void {
  if (ways.length !== 1 || ways[0] !== removed) return
  throw new ApiError('credential.last', 'this is your last way to sign in', {
    why: 'without it you could not sign in any more',
    fix: removed === 'passkey' ? 'register another one first' : 'register a passkey first',
  })
}
