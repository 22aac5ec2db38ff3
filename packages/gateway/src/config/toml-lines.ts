/**
 * Lines on which the keys of a TOML text stand, by dotted name, counted from 1; the parser gives values without places.
 * Sees tables and `a.b = …` lines, not keys inside inline tables. Only for messages: what a key means is the parser's.
 */
export function tomlLines(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  let table: string[] = []
  let closing: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    if (closing !== undefined) {
      if (line.includes(closing)) closing = undefined
      continue
    }
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$/.exec(line)
    if (header?.[1] !== undefined) {
      table = parts(header[1])
      remember(lines, table, index + 1)
      continue
    }
    const assignment =
      /^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$/.exec(line)
    if (assignment?.[1] === undefined) continue
    remember(lines, [...table, ...parts(assignment[1])], index + 1)
    const quotes = /"""|'''/.exec(assignment[2] ?? '')?.[0]
    if (quotes !== undefined && (assignment[2] ?? '').split(quotes).length === 2) closing = quotes
  }
  return lines
}

function remember(lines: Map<string, number>, path: readonly string[], line: number): void {
  for (let length = 1; length <= path.length; length++) {
    const name = path.slice(0, length).join('.')
    if (!lines.has(name) || length === path.length) lines.set(name, line)
  }
}

function parts(key: string): string[] {
  return [...key.matchAll(/[A-Za-z0-9_-]+|"([^"]*)"|'([^']*)'/g)].map(
    ([all, double, single]) => double ?? single ?? all,
  )
}
