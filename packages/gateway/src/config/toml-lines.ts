import { tomlItems } from './toml-items.ts'

/**
 * Lines on which the keys of a TOML text stand, by dotted name, counted from 1; the parser gives values without places.
 * Sees tables and `a.b = …` lines, not keys inside inline tables. Only for messages: what a key means is the parser's.
 */
export function tomlLines(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  let line = 1
  let counted = 0
  for (const { path, start } of tomlItems(text)) {
    for (; counted < start; counted++) if (text[counted] === '\n') line++
    for (let length = 1; length <= path.length; length++) {
      const name = path.slice(0, length).join('.')
      if (!lines.has(name) || length === path.length) lines.set(name, line)
    }
  }
  return lines
}
