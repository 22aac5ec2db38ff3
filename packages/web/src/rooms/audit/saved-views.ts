import { type AuditSearch, readAuditSearch } from './audit-search.ts'

/** A query under a name. */
export interface SavedView {
  readonly name: string
  readonly search: AuditSearch
}

/** What everybody asks sooner or later. */
export const USUAL_VIEWS: readonly SavedView[] = [
  { name: 'Denied today', search: readAuditSearch({ outcome: 'denied', after: 'today' }) },
  { name: 'Break-glass', search: readAuditSearch({ type: 'break-glass' }) },
  { name: 'Policy changes', search: readAuditSearch({ type: 'policy' }) },
  { name: 'Console sign-ins', search: readAuditSearch({ type: 'sign' }) },
]

/** Views that one person keeps in one browser. */
export const VIEWS_MAX = 50
/** Longest name, in characters: a line of the menu. */
export const VIEW_NAME_MAX = 60

/**
 * Kept in this browser, apart for each person that signs in here: a view is a bookmark and holds no fact of the gateway. Its
 * address is what is sent to others.
 */
function keyOf(user: string): string {
  return `sallyport.audit-views.${user}`
}

/** The views of somebody; none where there are none that can be read. */
export function readViews(user: string, storage: Pick<Storage, 'getItem'> = localStorage): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(keyOf(user)) ?? '[]')
    if (!Array.isArray(kept)) return []
    return kept.slice(0, VIEWS_MAX).flatMap((view: unknown) => {
      const { name, search } = (view ?? {}) as { name?: unknown; search?: unknown }
      if (typeof name !== 'string' || name === '' || typeof search !== 'object' || search === null) return []
      const { event: _, ...filters } = readAuditSearch(search as Record<string, unknown>)
      return [{ name: name.slice(0, VIEW_NAME_MAX), search: { ...filters, event: undefined } }]
    })
  } catch {
    return []
  }
}

/** Keeps them. A full or closed storage only means that they are not kept. */
export function keepViews(
  user: string,
  views: readonly SavedView[],
  storage: Pick<Storage, 'setItem'> = localStorage,
): void {
  try {
    storage.setItem(keyOf(user), JSON.stringify(views.slice(0, VIEWS_MAX)))
  } catch {}
}

/** With a view, in the place of the one that had its name; the names in order. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  return [...views.filter(({ name }) => name !== view.name), view].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
