import type { TermKind } from '../term-kind.ts'

/** `true` where something is demanded; `false` demands nothing. */
export const demand: TermKind<boolean> = {
  values: '`true`, `false`',
  strictest: '`true`',
  read: (node, what, reader) => reader.boolean(node, what),
  meet: (a, b) => a || b,
  text: String,
}
