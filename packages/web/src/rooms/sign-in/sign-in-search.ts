import { SIGN_IN_REFUSALS, type SignInRefusalName } from '@sallyport/api'

/** Why somebody is here who did not mean to be: signed out, or turned away at an identity provider. */
export type WhyHere = 'signed-out' | SignInRefusalName

export interface SignInSearch {
  /** The page to go on with. */
  readonly to?: string
  readonly why?: WhyHere
}

/** What the address of the sign-in page says; what it cannot say is left out. */
export function readSignInSearch({ to, why }: Record<string, unknown>): SignInSearch {
  const known = why === 'signed-out' || (typeof why === 'string' && Object.hasOwn(SIGN_IN_REFUSALS, why))
  return { ...(typeof to === 'string' ? { to } : {}), ...(known ? { why: why as WhyHere } : {}) }
}
