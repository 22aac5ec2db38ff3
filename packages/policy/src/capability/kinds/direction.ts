import type { TermKind } from '../term-kind.ts'
import { choice } from './choice.ts'

/** One way, the other, both or neither. One way and the other leave neither. */
export function direction<const A extends string, const B extends string>(
  one: A,
  other: B,
): TermKind<A | B | 'both' | 'none'> {
  type Word = A | B | 'both' | 'none'
  // The place in the list is a set of bits.
  const words: readonly Word[] = ['none', one, other, 'both']
  return {
    ...choice<Word>('both', one, other, 'none'),
    strictest: `what all of them allow: \`"${one}"\` and \`"${other}"\` leave \`"none"\``,
    meet: (a, b) => words[words.indexOf(a) & words.indexOf(b)] ?? 'none',
  }
}
