import { nearestName } from '../../text/nearest-name.ts'
import { kindWords } from '../../text/node-reader.ts'
import { quote } from '../../text/quote.ts'
import type { TermKind } from '../term-kind.ts'

/** One of several words, the least strict first. */
export function choice<const W extends string>(...words: readonly W[]): TermKind<W> {
  return {
    values: words.map((word) => `\`"${word}"\``).join(', '),
    strictest: 'the one named last',
    read(node, what, reader) {
      const word = words.find((each) => node.kind === 'string' && each === node.value)
      if (word !== undefined) return word
      const list = words.map((each) => `"${each}"`).join(', ')
      const found = node.kind === 'string' ? quote(node.value) : kindWords(node)
      reader.report('bad-value', node.offset, `${what} is one of ${list}, not ${found}`, () =>
        node.kind === 'string' ? nearestName(node.value, words) : undefined,
      )
      return undefined
    },
    meet: (a, b) => (words.indexOf(a) >= words.indexOf(b) ? a : b),
    text: (value) => value,
  }
}
