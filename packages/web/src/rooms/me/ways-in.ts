import type { Me, SignInState } from '@sallyport/api'
import { amountText } from '../../words/amounts.ts'

type Ways = Pick<Me, 'passkeys' | 'password' | 'identities'>
type Methods = SignInState['methods'] | undefined

/** How many ways in somebody has as the gateway is configured now; it keeps the last one. */
export function waysIn(me: Ways, methods: Methods): number {
  const { passkeys, identities, password } = counted(me, methods)
  return passkeys + identities + password
}

/** The same by kind, in words: "2 passkeys", "1 identity", "your password". */
export function waysInTexts(me: Ways, methods: Methods): readonly string[] {
  const { passkeys, identities, password } = counted(me, methods)
  return [
    ...(passkeys === 0 ? [] : [amountText(passkeys, 'passkey')]),
    ...(identities === 0 ? [] : [amountText(identities, 'identity', 'identities')]),
    ...(password === 0 ? [] : ['your password']),
  ]
}

function counted({ passkeys, password, identities }: Ways, methods: Methods) {
  return {
    passkeys: passkeys.length,
    identities: identities.filter(({ provider }) => provider !== null).length,
    password: password && methods?.password === true ? 1 : 0,
  }
}
