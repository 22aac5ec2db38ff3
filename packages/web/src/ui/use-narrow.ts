import { useSyncExternalStore } from 'react'

const query = '(max-width: 61.999rem)'

/** Whether the window has one column: tables are lists then, and the rail is a bar. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}
