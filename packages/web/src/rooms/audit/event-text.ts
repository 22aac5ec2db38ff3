import type { AuditEvent } from '@sallyport/api'
import { clockSecondsText } from '../../words/times.ts'

const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' })

/** `14:28:09` today, `21 Nov 14:28:09` before. */
export function dayTimeText(at: Date, now: Date): string {
  const clock = clockSecondsText(at)
  return at.toDateString() === now.toDateString() ? clock : `${day.format(at)} ${clock}`
}

/** Fields that say what an event is about, the likeliest first. */
const ABOUT = ['destination_host', 'user', 'requested_user', 'subject', 'name', 'purpose', 'request', 'client'] as const

/** What an event is about, in one piece: a target with its port, a person, a version. */
export function whatOf({ target, data }: Pick<AuditEvent, 'target' | 'data'>): string {
  const port = typeof data['port'] === 'number' ? `:${data['port']}` : ''
  if (target !== null) return `${target}${port}`
  const field = ABOUT.find((name) => typeof data[name] === 'string' && data[name] !== '')
  if (field === 'destination_host') return `${String(data[field])}${port}`
  if (field !== undefined) return String(data[field])
  return typeof data['version'] === 'number' ? `version ${data['version']}` : ''
}

/** A field's name as people say it: `rule_line` is `rule line`. */
function fieldName(name: string): string {
  return name
    .replaceAll('_', ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
}

/** The fields of an event that hold something, by name and value. */
export function fieldsOf({ data }: Pick<AuditEvent, 'data'>): readonly (readonly [name: string, value: string])[] {
  return Object.entries(data)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [fieldName(name), fieldValue(value)] as const)
    .filter(([, value]) => value !== '')
}

/** A field's value on one line. */
function fieldValue(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(fieldValue).join(', ')
  return JSON.stringify(value) ?? ''
}

/** Whose page an event leads to: who did it, or for acts of the gateway and of the machine's owner whom it is about. */
export function personIn({ actor, data }: Pick<AuditEvent, 'actor' | 'data'>): string | undefined {
  const about = data['user']
  if (actor !== null && !actor.startsWith('@')) return actor
  return typeof about === 'string' && about !== '' && !about.startsWith('@') ? about : undefined
}
