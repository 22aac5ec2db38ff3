import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AUDIT_EVENT_TYPES,
  type AuditEvent,
  type AuditLog,
  eventSpec,
  fieldKey,
  type StoredEntry,
} from '@sallyport/audit'
import type { KeyId, UserId } from '@sallyport/model'
import { auditHandlers } from './audit.ts'
import type { Services } from './services.ts'

/** A log in which something happens each time that it is searched. */
class BusyLog implements Pick<AuditLog, 'search' | 'tail'> {
  readonly entries: StoredEntry[] = []

  add(): void {
    const seq = this.entries.length + 1
    const about = { type: 'access-granted', actor: 'alice', session: null, source: null, target: null }
    this.entries.push({ seq, time: seq, ...about, line: '{}', hash: '' })
  }

  async search({ before = Number.POSITIVE_INFINITY, limit = 100 }: Parameters<AuditLog['search']>[0]) {
    const found = this.entries
      .filter(({ seq }) => seq < before)
      .toReversed()
      .slice(0, limit)
    this.add()
    return { entries: found, next: undefined }
  }

  async *tail({ from = 1 }: Parameters<AuditLog['tail']>[0]) {
    for (let seq = from; seq <= this.entries.length; seq++) yield this.entries[seq - 1] as StoredEntry
  }
}

test('a tail tells every event once, also what happens while it begins', async () => {
  for (const last of [0, 1, 10]) {
    const audit = new BusyLog()
    for (let added = 0; added < 3; added++) audit.add()
    const handlers = auditHandlers({ audit } as unknown as Services)
    const told: number[] = []
    const context = { signal: new AbortController().signal } as never
    for await (const { sequence } of handlers['audit.tail']({ last, follow: true }, context)) told.push(sequence)
    const first = 4 - Math.min(last, 3)
    assert.deepEqual(
      told,
      Array.from({ length: audit.entries.length - first + 1 }, (_, index) => first + index),
      `last ${last}`,
    )
  }
})

/** The line that `audit search` shows of an event. */
async function summaryOf(event: AuditEvent): Promise<string> {
  const { type, actor, source = null } = event
  const fields = Object.entries(event).map(([name, value]): [string, unknown] => [fieldKey(name), value])
  const about = { seq: 1, time: new Date(0).toISOString(), previous: '0'.repeat(64) }
  const line = JSON.stringify({ ...about, ...Object.fromEntries(fields) })
  const entry = { seq: 1, time: 0, type, actor, session: null, source, target: null, line, hash: '' }
  const audit = { search: async () => ({ entries: [entry], next: undefined }) }
  const handlers = auditHandlers({ audit } as unknown as Services)
  const { events } = await handlers['audit.search']({ limit: 1 }, {} as never)
  return events[0]?.summary ?? ''
}

test('the line of an event says which key, authority, certificate or setting it is about', async () => {
  const actor = 'olga'
  const fingerprint = 'SHA256:abc'
  const events: readonly (readonly [AuditEvent, string])[] = [
    [
      { type: 'host-key-created', actor: '@gateway', keyType: 'ssh-ed25519', fingerprint },
      'host key created by @gateway: key type ssh-ed25519, fingerprint SHA256:abc',
    ],
    [
      { type: 'authority-created', actor, authority: 'ca_1', kind: 'host', fingerprint },
      'authority created by olga: kind host, fingerprint SHA256:abc',
    ],
    [
      { type: 'key-added', actor, user: 'alice', key: 'key_1' as KeyId, keyType: 'ssh-ed25519', fingerprint },
      'key added by olga: user alice, key key_1, key type ssh-ed25519, fingerprint SHA256:abc',
    ],
    [
      { type: 'key-revoked', actor, fingerprint, reason: 'stolen' },
      'key revoked by olga: reason stolen, fingerprint SHA256:abc',
    ],
    [
      { type: 'certificate-revoked', actor, source: '192.0.2.1', serial: 7, subject: 'web1', reason: 'lost' },
      'certificate revoked by olga from 192.0.2.1: subject web1, serial 7, reason lost',
    ],
    [
      {
        type: 'certificate-issued',
        actor,
        serial: 7,
        kind: 'user',
        subject: 'alice',
        authority: 'ca_1',
        fingerprint,
        principals: ['alice'],
        validBefore: 0,
      },
      'certificate issued by olga: kind user, subject alice, serial 7',
    ],
    [
      { type: 'user-changed', actor, user: 'alice', userId: 'usr_1' as UserId, changes: ['role', 'groups'] },
      'user changed by olga: user alice, changes role groups',
    ],
    [{ type: 'config-changed', actor, keys: ['log.level'] }, 'config changed by olga: keys log.level'],
  ]
  for (const [event, summary] of events) assert.equal(await summaryOf(event), summary)
})

test('no event’s line says only that something of its type happened', async () => {
  const about = { text: 'x', texts: ['x', 'y'], number: 1, time: 0 }
  for (const type of AUDIT_EVENT_TYPES) {
    const fields = Object.entries(eventSpec(type)?.fields ?? {}).map(([name, { kind }]) => [name, about[kind]])
    const event = { type, actor: 'olga', ...Object.fromEntries(fields) } as AuditEvent
    assert.match(await summaryOf(event), / by olga: \S/, type)
  }
})
