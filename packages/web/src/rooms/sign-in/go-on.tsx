import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

/** Goes on to a page of the console, with all that its address says. */
export function GoOn({ to }: { readonly to: string }) {
  const { history } = useRouter()
  useEffect(() => history.replace(to), [history, to])
  return null
}
