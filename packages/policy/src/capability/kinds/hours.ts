import type { JsonNode } from '../../text/hujson.ts'
import { nearestName } from '../../text/nearest-name.ts'
import { kindWords, type NodeReader } from '../../text/node-reader.ts'
import { quote } from '../../text/quote.ts'
import { clockChange, nearestTimeZone, timeZoneOf, wallClock } from '../time-zone.ts'
import type { AllOf, EntryKind } from './all-of.ts'

/** A stretch of the week, by the clocks on the walls of a zone. */
export interface WeeklyHours {
  /** Bit 0 is Monday: days on which it begins. */
  readonly days: number
  /** Minutes since midnight, 0 to 1439. */
  readonly from: number
  /** Minutes since midnight, 1 to 1440, not within; where it is not after `from`, it is of the day after. */
  readonly to: number
  readonly zone: string
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const EVERY_DAY = 0b111_1111
const DAY_MINUTES = 1440
const MINUTE_MS = 60_000
const DAY_MS = DAY_MINUTES * MINUTE_MS
/** The epoch was a Thursday. */
const EPOCH_DAY = 3
/** Days of being open without a pause after which there is no end: all of a week, and one. */
const ALWAYS_DAYS = 8
const KEYS = { known: ['days', 'from', 'to', 'timeZone'] }

export const weeklyHours: EntryKind<WeeklyHours> = {
  values: '`{ "days": ["mon-fri"], "from": "08:00", "to": "18:00", "timeZone": "Europe/Berlin" }`',
  read(node, what, reader) {
    if (node.kind !== 'object') {
      reader.entries(node, what)
      return undefined
    }
    const fields = reader.fields(node, what, KEYS)
    const days = readDays(fields.get('days'), `${what}.days`, reader)
    const from = readTime(fields.get('from'), `${what}.from`, 0, reader)
    const to = readTime(fields.get('to'), `${what}.to`, DAY_MINUTES, reader)
    const zone = readZone(fields.get('timeZone'), node, what, reader)
    if (days === undefined || from === undefined || to === undefined || zone === undefined) return undefined
    if (from !== to && from < DAY_MINUTES && to > 0) return { days, from, to, zone }
    const at = fields.get('to') ?? fields.get('from') ?? node
    const hint = '"from" is 00:00 to 23:59 and "to" another time, 00:01 to 24:00; without both it is the whole day'
    reader.report('bad-value', at.offset, `${what}: ${hint}`)
    return undefined
  },
  text({ days, from, to, zone }) {
    const time = from === 0 && to === DAY_MINUTES ? '' : ` ${timeText(from)}-${timeText(to)}`
    return `${daysText(days)}${time} ${zone}`
  },
}

/** Whether the clocks show a time within, at a moment in milliseconds since the epoch. */
export function isWithinHours(hours: WeeklyHours, at: number): boolean {
  return endMinute(hours, wallClock(hours.zone, at)) !== undefined
}

/**
 * The first moment after `at` at which one of the lists, all open at `at`, is open no longer; `undefined` where they never
 * close. What clocks that are set skip or repeat counts as they show it.
 */
export function hoursEnd(lists: AllOf<WeeklyHours> | undefined, at: number): number | undefined {
  let earliest: number | undefined
  for (const { entries } of lists ?? []) {
    const end = listEnd(entries, at)
    if (end !== undefined && end < (earliest ?? Number.POSITIVE_INFINITY)) earliest = end
  }
  return earliest
}

function listEnd(entries: readonly WeeklyHours[], at: number): number | undefined {
  let end = at
  while (end < at + ALWAYS_DAYS * DAY_MS) {
    const start = end
    for (const hours of entries) end = Math.max(end, stretchEnd(hours, start))
    if (end === start) return end
  }
  return undefined
}

/** The end of the stretch that holds a moment; the moment itself where none does. */
function stretchEnd(hours: WeeklyHours, at: number): number {
  const wall = wallClock(hours.zone, at)
  const minute = endMinute(hours, wall)
  if (minute === undefined) return at
  const end = at + (Math.floor(wall / DAY_MS) * DAY_MS + minute * MINUTE_MS - wall)
  const change = clockChange(hours.zone, at, end)
  if (change === undefined || change >= end) return end
  // Until then the clock ran on within the stretch; from then on it is read anew.
  return stretchEnd(hours, change)
}

/** Minutes from the midnight before at which the present stretch ends, up to two days; `undefined` outside of every one. */
function endMinute({ days, from, to }: WeeklyHours, wall: number): number | undefined {
  const day = Math.floor(wall / DAY_MS)
  const minute = (wall - day * DAY_MS) / MINUTE_MS
  const weekday = (((day + EPOCH_DAY) % 7) + 7) % 7
  const overnight = to <= from
  if ((days & (1 << weekday)) !== 0 && minute >= from && (overnight || minute < to))
    return overnight ? DAY_MINUTES + to : to
  const yesterday = (weekday + 6) % 7
  return overnight && (days & (1 << yesterday)) !== 0 && minute < to ? to : undefined
}

function readDays(node: JsonNode | undefined, what: string, reader: NodeReader): number | undefined {
  if (node === undefined) return EVERY_DAY
  const items = reader.items(node, what)
  if (node.kind !== 'array') return undefined
  if (items.length === 0) {
    reader.report('bad-value', node.offset, `${what} is empty: leave it out to mean every day`)
    return undefined
  }
  let days = 0
  let good = true
  for (const item of items) {
    const span = item.kind === 'string' ? daySpan(item.value) : undefined
    if (span !== undefined) {
      days |= span
      continue
    }
    good = false
    const found = item.kind === 'string' ? quote(item.value) : kindWords(item)
    const message = `an entry of ${what} is a day such as "mon", or days such as "mon-fri", not ${found}`
    reader.report('bad-value', item.offset, message, () =>
      item.kind === 'string' ? nearestDays(item.value) : undefined,
    )
  }
  return good ? days : undefined
}

/** Days of `mon`, `mon-fri`, and over the end of the week `fri-mon`. */
function daySpan(text: string): number | undefined {
  const [first = '', last = first, ...rest] = text.split('-', 3)
  const from = DAYS.findIndex((day) => day === first)
  const to = DAYS.findIndex((day) => day === last)
  if (from < 0 || to < 0 || rest.length > 0) return undefined
  let days = 0
  for (let day = from; ; day = (day + 1) % 7) {
    days |= 1 << day
    if (day === to) return days
  }
}

/** `Monday-Friday` was meant to be `mon-fri`. */
function nearestDays(text: string): string | undefined {
  const parts = text.split('-', 3)
  const days = parts.map((part) => nearestName(part.slice(0, 3), DAYS))
  return days.length < 3 && days.every((day) => day !== undefined) ? days.join('-') : undefined
}

function readTime(node: JsonNode | undefined, what: string, absent: number, reader: NodeReader): number | undefined {
  if (node === undefined) return absent
  const match = node.kind === 'string' ? /^([01][0-9]|2[0-4]):([0-5][0-9])$/.exec(node.value) : null
  const minutes = match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * 60 + Number(match[2])
  if (minutes <= DAY_MINUTES) return minutes
  const found = node.kind === 'string' ? quote(node.value) : kindWords(node)
  reader.report('bad-value', node.offset, `${what} is a time of the day such as "08:00", not ${found}`)
  return undefined
}

function readZone(node: JsonNode | undefined, hours: JsonNode, what: string, reader: NodeReader): string | undefined {
  if (node === undefined) {
    reader.report('missing-key', hours.offset, `${what} has no "timeZone": write "timeZone": "Europe/Berlin" or "UTC"`)
    return undefined
  }
  const text = reader.string(node, `${what}.timeZone`)
  // A zone that is none takes long to be found out.
  const zone = text === undefined || reader.full ? undefined : timeZoneOf(text.value)
  if (text === undefined || zone !== undefined) return zone
  const message = `${what}.timeZone: ${quote(text.value)} is no zone of the IANA database, such as "Europe/Berlin"`
  reader.report('bad-value', text.offset, message, () => nearestTimeZone(text.value))
  return undefined
}

function timeText(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** `mon-fri`, `sat,sun`, `daily`. */
function daysText(days: number): string {
  if (days === EVERY_DAY) return 'daily'
  const spans: string[] = []
  for (let day = 0; day < 7; day++) {
    if ((days & (1 << day)) === 0) continue
    const first = day
    while (day < 6 && (days & (1 << (day + 1))) !== 0) day++
    const [from, to] = [DAYS[first] ?? '', DAYS[day] ?? '']
    spans.push(day === first ? from : day === first + 1 ? `${from},${to}` : `${from}-${to}`)
  }
  return spans.join(',')
}
