import type { SignedIn } from '@sallyport/api'
import type { Role } from '@sallyport/model'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useRouteContext } from '@tanstack/react-router'
import { callOptions } from './use-call.ts'

/**
 * Whoever is signed in; only pages behind the sign-in may ask. Who has just been signed out is still known until the
 * frame has led them away.
 */
export function useSignedIn(): SignedIn {
  const { person } = useRouteContext({ from: '/signed-in' })
  const { data } = useSuspenseQuery(callOptions('auth.state'))
  return data.signed_in ?? person
}

/** Whether the person has one of the roles. */
export function useMay(roles: readonly Role[]): boolean {
  return roles.includes(useSignedIn().role)
}
