import type { SignInState } from '@sallyport/api'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { paths } from '../paths.ts'

/** Leads whoever is signed out, here or elsewhere, to the sign-in page, and back to this page after it. */
export function useLeaveWhenOut(state: { readonly data: SignInState | undefined; readonly error: unknown }): void {
  const navigate = useNavigate()
  const out = state.error === null && state.data?.signed_in === null
  useEffect(() => {
    if (!out) return
    const to = `${location.pathname}${location.search}${location.hash}`
    void navigate({ to: paths.signIn, search: { why: 'signed-out', ...(to === paths.home ? {} : { to }) } })
  }, [out, navigate])
}
