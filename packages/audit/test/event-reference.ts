/** Writes docs/audit-events.md from the event table (`--write`); a test holds the two against each other. */
import { writeFileSync } from 'node:fs'
import { AUDIT_EVENT_TYPES, CONTEXT_FIELDS, eventSpec, type FieldSpec, fieldKey, WAIT_MS } from '@sallyport/audit'

export const EVENT_REFERENCE = new URL('../../../docs/audit-events.md', import.meta.url)

const INTRODUCTION = `# Audit events

What the audit log can say. Made from the event table in \`packages/audit/src/event-table.ts\` by
\`node packages/audit/test/event-reference.ts --write\`; a test keeps it so.

Every entry is one line of JSON. It begins with its place in the chain, then says what happened:

| field | meaning |
| --- | --- |
| \`seq\` | Place in the log: 1, 2, 3, without gaps. The order of entries is the order of \`seq\`, also where the clock went back |
| \`time\` | When it was written down, RFC 3339 in UTC |
| \`previous\` | SHA-256 of the line before, lower-case hex; 64 zeros in the first |
| \`type\` | One of the types below |
`

/** The whole document. */
export function eventReference(): string {
  const sections = AUDIT_EVENT_TYPES.map((type) => {
    const spec = eventSpec(type)
    const note = `${spec?.essential === true ? ESSENTIAL : ''}${spec?.mayWait === true ? MAY_WAIT : ''}`
    const fields = Object.entries(spec?.fields ?? {})
    const table = fields.length === 0 ? '' : `\n\n${HEAD}${fields.map(row).join('')}`
    return `## ${type}\n\n${spec?.doc}${note}${table.trimEnd()}\n`
  })
  return `${INTRODUCTION}${Object.entries(CONTEXT_FIELDS).map(row).join('')}
Text that comes from peers is cut to the length given (bytes of UTF-8, \`…+N\` counts what is left out), and characters that
could act on a terminal are written as \`\\u001b\`. Fields marked "maybe" are left out where there is nothing to say.

${sections.join('\n')}`
}

const ESSENTIAL = '\n\nWritten even when the disk is full, into space kept back for it.'
const MAY_WAIT = `\n\nMay wait up to ${WAIT_MS} ms, to be written together with what comes next.`
const HEAD = '| field | kind | meaning |\n| --- | --- | --- |\n'

function row([name, spec]: [string, FieldSpec]): string {
  const context = name in CONTEXT_FIELDS
  const optional = spec.optional ? 'maybe ' : ''
  if (context)
    return `| \`${fieldKey(name)}\` | ${spec.doc}${spec.optional ? '; left out where there is none' : ''} |\n`
  return `| \`${fieldKey(name)}\` | ${optional}${kind(spec)} | ${spec.doc} |\n`
}

function kind({ kind, maxBytes, maxCount }: FieldSpec): string {
  if (kind === 'text') return `text, ${maxBytes}`
  if (kind === 'texts') return `${maxCount} texts, ${maxBytes} each`
  return kind
}

if (import.meta.main && process.argv.includes('--write')) writeFileSync(EVENT_REFERENCE, eventReference())
