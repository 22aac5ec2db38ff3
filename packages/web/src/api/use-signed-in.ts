import type { SignedIn } from '@sallyport/api'
import type { Role } from '@sallyport/model'
import { useSuspenseQuery } from '@tanstack/react-query'
import { callOptions } from './use-call.ts'

/** Whoever is signed in; only pages inside the frame may ask, which opens for nobody else. */
export function useSignedIn(): SignedIn {
  const { data } = useSuspenseQuery(callOptions('auth.state'))
  if (data.signed_in === null) throw new Error('nobody is signed in')
  return data.signed_in
}

/** Whether the person has one of the roles. */
export function useMay(roles: readonly Role[]): boolean {
  return roles.includes(useSignedIn().role)
}
