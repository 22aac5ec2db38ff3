import { PLACES } from '../../frame/places.ts'

/** What a page that somebody was heading for is called; undefined for one without a name of its own. */
export function whereTo(to: string | undefined): string | undefined {
  const path = to?.split(/[?#]/)[0] ?? ''
  const base = `/${path.split('/')[1] ?? ''}`
  return PLACES.flatMap(({ places }) => places).find((place) => place.path === base)?.name
}
