import { isSection } from './kinds/section.ts'
import { CAPABILITIES } from './read-capability.ts'
import type { TermSchema } from './term-kind.ts'

/** The keys of a capability of ours as a table in Markdown, for docs/capabilities.md. Throws RangeError for any other. */
export function capabilityTable(capability: string): string {
  const kind = CAPABILITIES.get(capability)
  if (kind === undefined) throw new RangeError(`no capability ${capability}`)
  const rows = [
    ['key', 'values', 'means', 'of several holds'],
    ['---', '---', '---', '---'],
    ...rowsOf(kind.fields, ''),
  ]
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function rowsOf(fields: TermSchema, prefix: string): readonly (readonly string[])[] {
  return Object.entries(fields).flatMap(([key, { kind, means }]) => [
    [`\`${prefix}${key}\``, kind.values, means, kind.strictest],
    ...(isSection(kind) ? rowsOf(kind.fields, `${prefix}${key}.`) : []),
  ])
}
