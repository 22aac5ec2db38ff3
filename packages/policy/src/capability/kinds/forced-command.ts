import { kindWords } from '../../text/node-reader.ts'
import type { TermKind } from '../term-kind.ts'

/** Longest command, in code units: it travels in every certificate, and sshd hands it to a shell on one line. */
const COMMAND_MAX = 1024

/** The one command that may run; of several grants with different ones, each of them, and then none can. Sorted, each once. */
export const forcedCommand: TermKind<readonly string[]> = {
  values: 'a command on one line, `"/usr/bin/backup"`',
  strictest: 'the command, if all name the same; else the way stays closed',
  read(node, what, reader) {
    if (node.kind === 'string' && isCommand(node.value)) return [node.value]
    const found = node.kind === 'string' ? 'this text' : kindWords(node)
    const wanted = `one line of 1 to ${COMMAND_MAX} characters that begins with no space`
    reader.report('bad-value', node.offset, `${what} is ${wanted}, not ${found}`)
    return undefined
  },
  meet: (a, b) => (a === b ? a : [...new Set([...a, ...b])].toSorted()),
  text: (commands) => commands.map((command) => JSON.stringify(command)).join(' and '),
}

function isCommand(text: string): boolean {
  return text.length <= COMMAND_MAX && /^\S/u.test(text) && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text)
}
