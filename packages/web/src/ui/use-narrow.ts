import { useMedia } from './use-media.ts'

/** Whether the window has one column: tables are lists then, and the rail is a bar. */
export function useNarrow(): boolean {
  return useMedia('(max-width: 61.999rem)')
}
