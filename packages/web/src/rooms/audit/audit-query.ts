import { AUDIT_OUTCOMES, type RouteInput } from '@sallyport/api'
import { given, oneOfParam } from '../search-param.ts'
import {
  AUDIT_FIELDS,
  type AuditField,
  type AuditSearch,
  filterOf,
  LIST_FIELDS,
  type ListField,
  valuesOf,
} from './audit-search.ts'
import { dayTimeText } from './event-text.ts'

const HOUR_MS = 3_600_000
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS }

/**
 * What was typed into the bar: `actor:alice denied` is a filter and a text. Words without a field are one text; a field that
 * stands twice has both values, where it may.
 */
export function readQuery(typed: string): Partial<AuditSearch> {
  const found: Partial<Record<AuditField | 'text', string>> = {}
  const words: string[] = []
  for (const word of typed.split(/\s+/)) {
    const colon = word.indexOf(':')
    const field = AUDIT_FIELDS.find((each) => each === word.slice(0, Math.max(colon, 0)).toLowerCase())
    if (field !== undefined && colon + 1 < word.length)
      found[field] = withValue(field, found[field], word.slice(colon + 1))
    else if (word !== '') words.push(word)
  }
  if (words.length > 0) found.text = words.join(' ')
  return found
}

function withValue(field: AuditField, before: string | undefined, value: string): string {
  if (before === undefined || !isListField(field)) return value
  return filterOf(valuesOf(`${before},${value}`)) ?? value
}

function isListField(field: AuditField | 'text'): field is ListField {
  return LIST_FIELDS.some((each) => each === field)
}

/** A moment as the bar knows it: `today`, `yesterday`, `2h` ago, `2026-11-22`, or RFC 3339. Nothing for what is none. */
export function momentFrom(text: string, now: Date): Date | undefined {
  if (text === 'today' || text === 'yesterday') {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (text === 'today' ? 0 : 1))
    return day
  }
  const span = /^(\d{1,6})([mhd])$/.exec(text)
  if (span !== null) return new Date(now.getTime() - Number(span[1]) * (UNITS[span[2] ?? ''] ?? 0))
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const day = new Date(`${text}T00:00:00`)
    return Number.isNaN(day.getTime()) ? undefined : day
  }
  const moment = /^\d{4}-/.test(text) ? new Date(text) : undefined
  return moment === undefined || Number.isNaN(moment.getTime()) ? undefined : moment
}

/** The question for the gateway. */
export function questionOf(search: AuditSearch, now: Date): RouteInput<'audit.search'> {
  const { text, after, before } = search
  const moment = (value: string | undefined) =>
    value === undefined ? undefined : momentFrom(value, now)?.toISOString()
  const several = (field: ListField) => {
    const values = valuesOf(search[field])
    return values.length > 1 ? [...values] : values[0]
  }
  const outcomes = valuesOf(search.outcome).flatMap((value) => oneOfParam(value, AUDIT_OUTCOMES) ?? [])
  return given({
    outcome: outcomes.length > 1 ? outcomes : outcomes[0],
    actor: several('actor'),
    type: several('type'),
    target: several('target'),
    source: several('source'),
    session: several('session'),
    text,
    from: moment(after),
    to: moment(before),
  })
}

/** The filters in force, as they would be typed. */
export function tokensOf(
  search: AuditSearch,
): readonly { readonly field: AuditField | 'text'; readonly value: string }[] {
  return [...AUDIT_FIELDS, 'text' as const].flatMap((field) => {
    const value = search[field]
    return value === undefined ? [] : [{ field, value }]
  })
}

/** A filter's value as its reader has it: moments by their own clock, what was typed as it was typed. */
export function valueText(field: AuditField | 'text', value: string, now: Date): string {
  const moment = (field === 'after' || field === 'before') && value.endsWith('Z') ? momentFrom(value, now) : undefined
  return moment === undefined ? value : dayTimeText(moment, now).replace(/:00$/, '')
}

/** A moment for the address bar, to the second: it means the same wherever it is read. `up`: not before it. */
export function momentParam(at: Date, up = false): string {
  const second = new Date((up ? Math.ceil : Math.floor)(at.getTime() / 1000) * 1000).toISOString()
  return `${second.slice(0, second.endsWith(':00.000Z') ? 16 : 19)}Z`
}

/** Why a filter can find nothing: a moment or an outcome that is none. */
export function faultOf({ after, before, outcome }: AuditSearch, now: Date): string | undefined {
  const ended = valuesOf(outcome).find((value) => oneOfParam(value, AUDIT_OUTCOMES) === undefined)
  if (ended !== undefined) return `“${ended}” is no outcome. They are ${AUDIT_OUTCOMES.join(', ')}.`
  const bad = [after, before].find((value) => value !== undefined && momentFrom(value, now) === undefined)
  return bad === undefined ? undefined : `“${bad}” is no time. Write today, 2h, 7d, 2026-11-22 or 2026-11-22T14:30:00Z.`
}
