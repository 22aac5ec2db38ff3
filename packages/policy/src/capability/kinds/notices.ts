import { kindWords } from '../../text/node-reader.ts'
import type { TermKind } from '../term-kind.ts'

/** Longest text to agree to, in code units: a screenful; MS-TSGU would carry 32,767. */
const NOTICE_MAX = 4096

/** A text that has to be agreed to; of several grants, each of their texts. Sorted, each once. */
export const notices: TermKind<readonly string[]> = {
  values: 'a text',
  strictest: 'all of them',
  read(node, what, reader) {
    if (node.kind === 'string' && node.value.trim() !== '' && node.value.length <= NOTICE_MAX) return [node.value]
    const found = node.kind === 'string' ? `one of ${node.value.length}` : kindWords(node)
    reader.report('bad-value', node.offset, `${what} is a text of 1 to ${NOTICE_MAX} characters, not ${found}`)
    return undefined
  },
  meet: (a, b) => [...new Set([...a, ...b])].toSorted(),
  text: (texts) => texts.map((text) => JSON.stringify(text)).join(' and '),
}
