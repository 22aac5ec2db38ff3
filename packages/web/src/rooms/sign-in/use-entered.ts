import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { callOptions } from '../../api/use-call.ts'
import { paths } from '../../paths.ts'

/** Goes on to where the person was heading, now that they are signed in. */
export function useEntered(to: string | undefined): () => Promise<void> {
  const client = useQueryClient()
  const { history } = useRouter()
  return async () => {
    client.clear()
    await client.fetchQuery(callOptions('auth.state'))
    history.replace(ownPage(to))
  }
}

/** A page of the console from what an address says; anything else becomes the first page (V-E06). */
export function ownPage(to: string | undefined): string {
  if (to === undefined || !to.startsWith('/') || /[\\\p{C}]/u.test(to) || !URL.canParse(to, location.origin)) {
    return paths.home
  }
  const { origin, pathname, search, hash } = new URL(to, location.origin)
  return origin === location.origin && !pathname.startsWith('//') && pathname !== paths.signIn
    ? `${pathname}${search}${hash}`
    : paths.home
}
