import { parse } from 'smol-toml'

/** One table header or one assignment of a TOML text. */
export interface TomlItem {
  readonly kind: 'table' | 'assignment'
  /** Names from the root: of a table its own, of an assignment with its table's. */
  readonly path: readonly string[]
  /** Where its line begins. */
  readonly start: number
  /** Where the line after its last one begins: behind its value and a comment beside it. */
  readonly end: number
}

const BARE = /[A-Za-z0-9_-]/

/**
 * Tables and assignments of a TOML text in their order, with their places, which the parser does not tell. Only for a text
 * that the parser takes; of any other the answer means nothing. Keys inside inline tables are no items of their own.
 */
export function tomlItems(text: string): readonly TomlItem[] {
  const items: TomlItem[] = []
  let table: readonly string[] = []
  let at = 0
  while (at < text.length) {
    const start = at
    at = skipBlanks(text, at)
    const first = text[at]
    if (first === '[') {
      const brackets = text[at + 1] === '[' ? 2 : 1
      const { path, end } = readKey(text, at + brackets)
      table = path
      at = lineAfter(text, end)
      items.push({ kind: 'table', path, start, end: at })
    } else if (first === '"' || first === "'" || (first !== undefined && BARE.test(first))) {
      const { path, end } = readKey(text, at)
      at = lineAfter(text, skipValue(text, end + 1))
      items.push({ kind: 'assignment', path: [...table, ...path], start, end: at })
    } else at = lineAfter(text, at)
  }
  return items
}

/** A dotted key, up to what is not of it: `=` or `]`. */
function readKey(text: string, from: number): { readonly path: readonly string[]; readonly end: number } {
  const path: string[] = []
  let at = from
  while (at < text.length) {
    at = skipBlanks(text, at)
    const quote = text[at]
    if (quote === '"' || quote === "'") {
      const end = skipString(text, at)
      path.push(unquoted(text.slice(at, end)))
      at = end
    } else {
      let end = at
      while (end < text.length && BARE.test(text[end] ?? '')) end++
      if (end === at) break
      path.push(text.slice(at, end))
      at = end
    }
    at = skipBlanks(text, at)
    if (text[at] !== '.') break
    at++
  }
  return { path, end: at }
}

/** A key in quotes as what it names. */
function unquoted(quoted: string): string {
  return quoted.startsWith("'") ? quoted.slice(1, -1) : (Object.keys(parse(`${quoted} = 0`))[0] ?? '')
}

/** Behind a value: at the end of its last line, or at its comment. */
function skipValue(text: string, from: number): number {
  let depth = 0
  let at = from
  while (at < text.length) {
    const character = text[at]
    if (character === '"' || character === "'") at = skipString(text, at)
    else if (character === '#') {
      if (depth === 0) return at
      at = endOfLine(text, at)
    } else {
      if (character === '[' || character === '{') depth++
      if (character === ']' || character === '}') depth--
      if (character === '\n' && depth === 0) return at
      at++
    }
  }
  return at
}

/** Behind a string of any of the four kinds. */
function skipString(text: string, from: number): number {
  const quote = text[from] ?? ''
  const long = text.startsWith(quote.repeat(3), from)
  let at = from + (long ? 3 : 1)
  while (at < text.length) {
    if (quote === '"' && text[at] === '\\') at += 2
    else if (text[at] !== quote) at++
    else if (!long) return at + 1
    else {
      let run = 0
      while (text[at + run] === quote) run++
      at += run
      // Up to two quotes may stand before the three that end it.
      if (run >= 3) return at
    }
  }
  return at
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? text.length : at
}

function lineAfter(text: string, from: number): number {
  return Math.min(endOfLine(text, from) + 1, text.length)
}
