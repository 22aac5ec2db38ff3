import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { EVENT_REFERENCE, eventReference } from '../test/event-reference.ts'
import type { AuditEventOf, AuditEventType } from './event.ts'
import { AUDIT_EVENT_TYPES, type AUDIT_EVENTS, eventSpec } from './event-table.ts'

/** Fields of the table that the hand-written type lacks; the table's own type sees to the other direction. */
type Unknown = {
  [T in AuditEventType]: Exclude<keyof (typeof AUDIT_EVENTS)[T]['fields'], keyof AuditEventOf<T>>
}[AuditEventType]

suite('event table', () => {
  test('has no field that the types lack (the compiler says)', () => {
    const unknown: readonly Unknown[] = []
    const none: readonly never[] = unknown
    assert.deepEqual(none, [])
  })

  test('types are kebab-case nouns with what happened to them', () => {
    for (const type of AUDIT_EVENT_TYPES) assert.match(type, /^[a-z]+(-[a-z]+)+$/)
  })

  test('every type and field is explained', () => {
    for (const type of AUDIT_EVENT_TYPES) {
      const spec = eventSpec(type)
      assert.match(spec?.doc ?? '', /^[A-Z].*\.$/)
      for (const field of Object.values(spec?.fields ?? {})) assert.match(field.doc, /^[A-Z`].*[^.]$/)
    }
  })

  test('no field is named like a secret', () => {
    for (const type of AUDIT_EVENT_TYPES)
      for (const name of Object.keys(eventSpec(type)?.fields ?? {}))
        assert.doesNotMatch(name, /password|secret|token|privateKey/i)
  })

  test('docs/audit-events.md is what the table says (remake: node packages/audit/test/event-reference.ts --write)', () => {
    assert.equal(readFileSync(EVENT_REFERENCE, 'utf8'), eventReference())
  })
})
