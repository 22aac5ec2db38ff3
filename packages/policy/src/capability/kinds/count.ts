import { kindWords } from '../../text/node-reader.ts'
import type { TermKind } from '../term-kind.ts'

/** A whole number from 1 to `max`. */
export function count(max: number): TermKind<number> {
  return {
    values: `a number, 1 to ${max}`,
    strictest: 'the smallest',
    read(node, what, reader) {
      if (node.kind === 'number' && Number.isInteger(node.value) && node.value >= 1 && node.value <= max)
        return node.value
      const found = node.kind === 'number' ? String(node.value) : kindWords(node)
      reader.report('bad-value', node.offset, `${what} is a whole number from 1 to ${max}, not ${found}`)
      return undefined
    },
    meet: Math.min,
    text: String,
  }
}
