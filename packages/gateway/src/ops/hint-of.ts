import { fileFix } from './file-fix.ts'

/** Causes that are followed. */
const CAUSES_MAX = 4

/** What an operator can do about an error, where it or one of its causes says so, or is one of the file system. */
export function hintOf(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; current instanceof Error && depth < CAUSES_MAX; depth++) {
    if ('hint' in current && typeof current.hint === 'string') return current.hint
    if ('fix' in current && typeof current.fix === 'string') return current.fix
    const fix = fileFix(current)
    if (fix !== undefined) return fix
    current = current.cause
  }
  return undefined
}
