/** What is told of many by a few names. */
export interface Named {
  /** Selectors as policies write them, then single names; at most `NAMES_MAX`. */
  readonly names: readonly string[]
  /** How many single names are not told. */
  readonly more: number
}

/** Names told of one side of a row. */
export const NAMES_MAX = 20

/** At most so many names, and how many there are beyond. */
export function told(names: readonly string[]): Named {
  return { names: names.slice(0, NAMES_MAX), more: Math.max(0, names.length - NAMES_MAX) }
}
