import { useMedia } from './use-media.ts'

/** Width of a window below which it has one column, in rem: tables are lists there, and the rail is a bar. */
export const NARROW_REM = 62

/** Whether the window is narrower than some rem; usually, whether it has one column. */
export function useNarrow(below = NARROW_REM): boolean {
  return useMedia(`(max-width: ${below - 0.001}rem)`)
}
