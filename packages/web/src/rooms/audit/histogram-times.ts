import type { AuditCounts } from '@sallyport/api'
import { clockSecondsText, clockText } from '../../words/times.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const MINUTE_MS = 60_000
/** Marks below the bars. */
const AXIS = 5

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const dayYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: '2-digit' })

type Frame = Pick<AuditCounts, 'start' | 'bucket_seconds' | 'buckets' | 'from' | 'to'>

/** The moment between two bars, from 0 to as many as there are; never outside what was counted. */
export function edgeAt({ start, bucket_seconds: seconds, from, to }: Frame, edge: number): Date {
  const at = Date.parse(start) + edge * seconds * 1000
  return new Date(Math.min(Math.max(at, Date.parse(from)), Date.parse(to)))
}

/** Says moments of a frame as exactly as its bars are wide and as its span is long. */
export function frameClock({ from, to, bucket_seconds: seconds }: Frame): (at: Date) => string {
  const span = Date.parse(to) - Date.parse(from)
  const clock = seconds * 1000 < MINUTE_MS ? clockSecondsText : clockText
  if (seconds * 1000 >= DAY_MS) return (at) => (span > 300 * DAY_MS ? dayYear : day).format(at)
  if (new Date(from).toDateString() === new Date(Date.parse(to) - 1).toDateString()) return clock
  return (at) => `${day.format(at)} ${clock(at)}`
}

/** Where bars begin and the last one ends, at as even distances as they allow. */
export function axisOf(frame: Frame): readonly string[] {
  const { start, bucket_seconds: seconds, buckets } = frame
  const say = frameClock(frame)
  const edges = Array.from({ length: AXIS }, (_, index) => Math.round((index * buckets.length) / (AXIS - 1)))
  return [...new Set(edges)].map((edge) => say(new Date(Date.parse(start) + edge * seconds * 1000)))
}
