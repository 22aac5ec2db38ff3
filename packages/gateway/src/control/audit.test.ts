import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditLog, StoredEntry } from '@sallyport/audit'
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
