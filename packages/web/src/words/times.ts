const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hour12: false })
const clockSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })
const dayYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })

/** `14:32` */
export function clockText(at: Date): string {
  return clock.format(at)
}

/** `14:32:06` */
export function clockSecondsText(at: Date): string {
  return clockSeconds.format(at)
}

/** `14:32` today, `yesterday 13:51`, `3 March` this year, `3 March 2025` before it and after. */
export function momentText(at: Date, now: Date): string {
  if (sameDay(at, now)) return clockText(at)
  if (sameDay(at, new Date(now.getTime() - DAY_MS))) return `yesterday ${clockText(at)}`
  if (sameDay(at, new Date(now.getTime() + DAY_MS))) return `tomorrow ${clockText(at)}`
  return at.getFullYear() === now.getFullYear() ? day.format(at) : dayYear.format(at)
}

/** `just now`, `21 s ago`, `4 min ago`, `6 h ago`, `in 3 days`: whole units, cut. */
export function agoText(at: Date, now: Date): string {
  const past = now.getTime() - at.getTime()
  const size = Math.abs(past)
  if (size < 2_000) return 'just now'
  const amount =
    size < MINUTE_MS
      ? `${Math.floor(size / 1000)} s`
      : size < HOUR_MS
        ? `${Math.floor(size / MINUTE_MS)} min`
        : size < 2 * DAY_MS
          ? `${Math.floor(size / HOUR_MS)} h`
          : `${Math.floor(size / DAY_MS)} days`
  return past >= 0 ? `${amount} ago` : `in ${amount}`
}

/** `41:07` below an hour, `3:02:19` above; from milliseconds. */
export function runningText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours === 0 ? `${minutes}:${two(rest)}` : `${hours}:${two(minutes)}:${two(rest)}`
}

/** `38 s`, `12 min`, `6 h 12 min`, `3 days`; from milliseconds. */
export function durationText(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.round(ms / 1000)} s`
  const minutes = Math.round(ms / MINUTE_MS)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 2 * 24 * 60)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${Math.round(minutes / (24 * 60))} days`
}

/** `1 hour`, `90 minutes`, `12 hours`, `7 days`: a period in words, whole units, cut; from milliseconds. */
export function periodText(ms: number): string {
  const unit =
    ms >= 2 * DAY_MS && ms % DAY_MS === 0
      ? { ms: DAY_MS, name: 'day' }
      : ms >= HOUR_MS && ms % HOUR_MS === 0
        ? { ms: HOUR_MS, name: 'hour' }
        : ms >= MINUTE_MS
          ? { ms: MINUTE_MS, name: 'minute' }
          : { ms: 1000, name: 'second' }
  const amount = Math.floor(ms / unit.ms)
  return `${amount} ${unit.name}${amount === 1 ? '' : 's'}`
}

/** `2026-11-22 14:32:06 UTC`: for tooltips. */
export function utcText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString()
}
