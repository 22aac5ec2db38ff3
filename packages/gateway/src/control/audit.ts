import type { AuditEvent as ApiEvent } from '@sallyport/api'
import { type AuditRecord, decodeLine, type StoredEntry } from '@sallyport/audit'
import { countAudit } from './audit-count.ts'
import { auditQueryOf, fitsQuery } from './audit-filters.ts'
import { auditVerification, publicKeyLine } from './audit-verification.ts'
import type { Handlers } from './handlers.ts'
import { recordAct, type Services } from './services.ts'

const MINUTE_MS = 60_000

/** `audit …`. */
export function auditHandlers(services: Services): Pick<Handlers, `audit.${string}` & keyof Handlers> {
  const { audit, auditPublicKey } = services
  return {
    async 'audit.search'({ limit, before, ...filters }) {
      const { entries, next } = await audit.search({
        ...auditQueryOf(filters),
        limit,
        ...(before === undefined ? {} : { before }),
      })
      return { events: entries.map(shown), next: next ?? null }
    },

    async 'audit.count'({ buckets, utc_offset, ...filters }, { signal }) {
      return countAudit(services.store.auditCounter, filters, { buckets, offsetMs: utc_offset * MINUTE_MS, signal })
    },

    async *'audit.tail'({ last, follow, ...filters }, { signal }) {
      const query = auditQueryOf(filters)
      // What is appended from here on is still to come: the past ends, and the tail begins, at one entry.
      const newest = (await audit.search({ limit: 1 })).entries[0]?.seq ?? 0
      const past = last === 0 ? [] : (await audit.search({ ...query, before: newest + 1, limit: last })).entries
      for (const entry of past.toReversed()) yield shown(entry)
      if (!follow) return
      for await (const entry of audit.tail({ from: newest + 1, signal }))
        if (fitsQuery(entry, query)) yield shown(entry)
    },

    async 'audit.verify'(_input, { signal }) {
      return auditVerification(await audit.verify({ signal }), publicKeyLine(auditPublicKey))
    },

    async *'audit.export'({ from = 1 }, { actor, signal }) {
      const newest = (await audit.search({ limit: 1 })).entries[0]?.seq ?? 0
      await recordAct(services, { type: 'audit-exported', actor, from: Math.max(from, 1), to: newest })
      for await (const line of audit.export({ from: Math.max(from, 1), signal })) yield { line }
    },
  }
}

function shown(entry: StoredEntry): ApiEvent {
  const data = { ...decodeLine(entry.line)?.fields }
  return {
    sequence: entry.seq,
    time: new Date(entry.time).toISOString(),
    type: entry.type,
    actor: entry.actor,
    source: entry.source,
    session: entry.session,
    target: entry.target,
    summary: summaryOf(entry, data),
    data,
    hash: entry.hash,
  }
}

/** Fields that tell what an event is about, in the order in which they are told. */
const TOLD = [
  'door',
  'method',
  'user',
  'requested_user',
  'target',
  'destination_host',
  'address',
  'port',
  'request',
  'kind',
  'purpose',
  'means',
  'name',
  'provider',
  'subject',
  'groups',
  'serial',
  'key',
  'key_type',
  'keys',
  'changes',
  'version',
  'from',
  'to',
  'reason',
  'message',
]

/** Events about a key tell its fingerprint; to others a key only belongs, and its fingerprint would drown the rest. */
const ABOUT_KEYS = /^(?:key|host-key|authority)-/

function summaryOf({ type, actor, source }: StoredEntry, data: AuditRecord['fields']): string {
  const told = ABOUT_KEYS.test(type) ? [...TOLD, 'fingerprint'] : TOLD
  const facts = told.flatMap((name) => {
    const value = data[name]
    const text = typeof value === 'object' ? value.join(' ') : String(value ?? '')
    return text === '' ? [] : [`${name.replace('_', ' ')} ${text}`]
  })
  const from = source === null ? '' : ` from ${source}`
  return `${type.replaceAll('-', ' ')} by ${actor}${from}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`
}
