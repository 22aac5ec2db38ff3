import { readText } from '../../read-text.ts'
import type { Terminal } from '../../terminal.ts'

/** The policy that a command is about: a file, a version, or neither: the one in force. */
export async function candidateOf(
  file: string | undefined,
  version: number | undefined,
  terminal: Terminal,
): Promise<{ readonly text?: string; readonly version?: number }> {
  if (file !== undefined) return { text: await readText(file, terminal), ...(version === undefined ? {} : { version }) }
  return version === undefined ? {} : { version }
}
