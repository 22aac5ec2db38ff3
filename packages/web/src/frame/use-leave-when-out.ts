import type { SignInState } from '@sallyport/api'
import { useNavigate, useRouteContext } from '@tanstack/react-router'
import { useEffect } from 'react'
import { paths } from '../paths.ts'

/**
 * Leads whoever is signed out, here or elsewhere, to the sign-in page, and back to this page after it. Where another tab signed
 * in somebody else, what is on the page, and what was read for it, is not theirs: it is loaded anew.
 */
export function useLeaveWhenOut(state: { readonly data: SignInState | undefined; readonly error: unknown }): void {
  const navigate = useNavigate()
  const { person } = useRouteContext({ from: '/signed-in' })
  const out = state.error === null && state.data?.signed_in === null
  const now = state.data?.signed_in?.user
  const isSomebodyElse = now !== undefined && now !== person.user
  useEffect(() => {
    if (isSomebodyElse) location.reload()
  }, [isSomebodyElse])
  useEffect(() => {
    if (!out) return
    const to = `${location.pathname}${location.search}${location.hash}`
    void navigate({ to: paths.signIn, search: { why: 'signed-out', ...(to === paths.home ? {} : { to }) } })
  }, [out, navigate])
}
