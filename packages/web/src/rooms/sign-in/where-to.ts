import { PLACES } from '../../frame/places.ts'
import { paths } from '../../paths.ts'

/** What a page that somebody was heading for is called; undefined for one without a name of its own, and for the first. */
export function whereTo(to: string | undefined): string | undefined {
  const path = to?.split(/[?#]/)[0] ?? ''
  if (path === paths.home) return undefined
  const on = PLACES.flatMap(({ places }) => places).filter(
    (place) => path === place.path || path.startsWith(`${place.path}/`),
  )
  // The nearest: /me/tokens lies below /me too.
  return on.toSorted((a, b) => b.path.length - a.path.length)[0]?.name
}
