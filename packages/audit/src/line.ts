import { hash } from 'node:crypto'
import { AuditError } from './errors.ts'
import type { AuditEvent } from './event.ts'
import { CONTEXT_FIELDS, eventSpec, type FieldSpec } from './event-table.ts'
import { peerText } from './peer-text.ts'

/*
 * One entry is one line of canonical JSON; its SHA-256 stands in the next line as `previous`:
 *
 *   {"seq":7,"time":"2026-01-02T03:04:05.678Z","previous":"<64 hex>","type":"ban-lifted","actor":"alice",…}
 *
 * Canonical: what JSON.stringify makes, keys in the order of the event table, no space, absent fields left out.
 */

/** Longest line of the log, in bytes of UTF-8, the line feed not counted. Every event's fields fit by the sizes in the table. */
export const LINE_MAX_BYTES = 8192
/** `previous` of the first entry: nothing stands before it. */
export const GENESIS_HASH = '0'.repeat(64)

/** An event checked and made harmless, waiting for its place in the chain. */
export interface PreparedEvent {
  /** The line from `"type"` on: all that does not depend on the place. */
  readonly tail: string
  readonly type: string
  readonly actor: string
  readonly session: string | undefined
  readonly source: string | undefined
  /** Target name, or the host asked for: what a search for a target finds. */
  readonly target: string | undefined
  readonly essential: boolean
  readonly mayWait: boolean
}

/** What a line says. Keys are as in the line, `snake_case`; types and fields this version does not know are kept. */
export interface AuditRecord {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly previous: string
  readonly type: string
  readonly actor: string
  readonly session?: string
  readonly source?: string
  /** The type's own fields. */
  readonly fields: Readonly<Record<string, string | number | readonly string[]>>
}

/** Checks an event against the table and writes the part of its line that does not depend on its place. Throws `event-invalid`. */
export function prepareEvent(event: AuditEvent): PreparedEvent {
  const spec = eventSpec(event.type)
  if (spec === undefined) throw new AuditError('event-invalid', `no event type ${JSON.stringify(event.type)}`)
  const given = event as unknown as Readonly<Record<string, unknown>>
  const out: Record<string, string | number | readonly string[]> = { type: event.type }
  for (const name in CONTEXT_FIELDS) put(out, event.type, name, CONTEXT_FIELDS[name as 'actor'], given[name])
  for (const name in spec.fields) put(out, event.type, name, spec.fields[name] as FieldSpec, given[name])
  for (const name in given) {
    if (name !== 'type' && !Object.hasOwn(CONTEXT_FIELDS, name) && !Object.hasOwn(spec.fields, name))
      throw new AuditError('event-invalid', `${event.type} has no field ${name}`)
  }
  return {
    tail: JSON.stringify(out).slice(1),
    type: event.type,
    actor: out.actor as string,
    session: out.session as string | undefined,
    source: out.source as string | undefined,
    target: (out.target ?? out.destination_host) as string | undefined,
    essential: spec.essential === true,
    mayWait: spec.mayWait === true,
  }
}

/** The whole line, at its place in the chain. */
export function encodeLine(seq: number, time: number, previous: string, event: Pick<PreparedEvent, 'tail'>): string {
  return `{"seq":${seq},"time":"${new Date(time).toISOString()}","previous":"${previous}",${event.tail}`
}

/** SHA-256 of a line's UTF-8, lower-case hex. */
export function hashLine(line: string): string {
  return hash('sha256', line)
}

/** Reads a line back; `undefined` unless it is canonical and has what every entry has. */
export function decodeLine(line: string): AuditRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  // Equal to its own re-encoding: no key twice, no spaces, no second spelling of the same text.
  if (typeof value !== 'object' || value === null || JSON.stringify(value) !== line) return undefined
  const { seq, time, previous, type, actor, session, source, ...fields } = value as Record<string, unknown>
  if (!Number.isSafeInteger(seq) || (seq as number) < 1) return undefined
  if (typeof time !== 'string' || typeof previous !== 'string' || !/^[0-9a-f]{64}$/.test(previous)) return undefined
  if (typeof type !== 'string' || typeof actor !== 'string') return undefined
  if (session !== undefined && typeof session !== 'string') return undefined
  if (source !== undefined && typeof source !== 'string') return undefined
  const at = Date.parse(time)
  if (Number.isNaN(at) || new Date(at).toISOString() !== time) return undefined
  for (const field of Object.values(fields)) if (!isFieldValue(field)) return undefined
  return {
    seq: seq as number,
    time: at,
    previous,
    type,
    actor,
    ...(session === undefined ? {} : { session }),
    ...(source === undefined ? {} : { source }),
    fields: fields as AuditRecord['fields'],
  }
}

/** The name of a field as it stands in the line: `bytesUp` is `bytes_up`. */
export function fieldKey(name: string): string {
  let key = KEYS.get(name)
  if (key === undefined) {
    key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    KEYS.set(name, key)
  }
  return key
}
/** Filled from the event table alone, so it does not grow beyond it. */
const KEYS = new Map<string, string>()

function put(
  out: Record<string, string | number | readonly string[]>,
  type: string,
  name: string,
  spec: FieldSpec,
  value: unknown,
): void {
  if (value === undefined) {
    if (spec.optional) return
    throw new AuditError('event-invalid', `${type} lacks ${name}`)
  }
  const held = hold(spec, value)
  if (held === undefined) throw new AuditError('event-invalid', `${type}.${name} is not a ${spec.kind}`)
  out[fieldKey(name)] = held
}

function hold(spec: FieldSpec, value: unknown): string | number | readonly string[] | undefined {
  switch (spec.kind) {
    case 'text':
      return typeof value === 'string' ? peerText(value, spec.maxBytes) : undefined
    case 'texts': {
      if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return undefined
      const kept = value.slice(0, spec.maxCount).map((item) => peerText(item, spec.maxBytes))
      return value.length > spec.maxCount ? [...kept, `…+${value.length - spec.maxCount}`] : kept
    }
    case 'time': {
      const date = new Date(typeof value === 'number' ? value : Number.NaN)
      return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
    }
    case 'number':
      return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
    default:
      return undefined
  }
}

function isFieldValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return typeof value === 'string' || typeof value === 'number'
}
