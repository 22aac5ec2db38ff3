import { quote } from '../text/quote.ts'
import type { Parsed } from './service.ts'

/** Nanoseconds of each unit that Go knows. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  '\u00b5s': 1e3,
  '\u03bcs': 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}
/** Longest duration text: what Go prints is shorter. */
const DURATION_TEXT_MAX = 100
/** What Go keeps durations in: 63 bits of nanoseconds. */
const NANOSECONDS_MAX = 2 ** 63

/** Seconds of a duration as Go's `time.ParseDuration` reads it (`1h30m`, `-1m`, `0`); faults in Go's words. */
export function parseGoDuration(text: string): Parsed<number> {
  const invalid: Parsed<number> = { ok: false, message: `time: invalid duration ${quote(text)}` }
  if (text.length > DURATION_TEXT_MAX) return invalid
  const negative = text.startsWith('-')
  const unsigned = negative || text.startsWith('+') ? text.slice(1) : text
  if (unsigned === '0') return { ok: true, value: 0 }
  if (unsigned === '') return invalid
  const part = /([0-9]*)(\.[0-9]*)?([^0-9.]*)/y
  let nanoseconds = 0
  while (part.lastIndex < unsigned.length) {
    const [, whole = '', fraction = '', unit = ''] = part.exec(unsigned) ?? []
    if (whole === '' && fraction.length < 2) return invalid
    if (unit === '') return { ok: false, message: `time: missing unit in duration ${quote(text)}` }
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
    if (scale === undefined)
      return { ok: false, message: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` }
    nanoseconds += Number(whole || '0') * scale + Number(`0${fraction === '.' ? '' : fraction}`) * scale
  }
  if (nanoseconds >= NANOSECONDS_MAX) return invalid
  const seconds = Math.trunc(nanoseconds) / 1e9
  return { ok: true, value: negative && seconds !== 0 ? -seconds : seconds }
}

/** Seconds as Go prints a duration: `168h0m1s`, `-1m0s`, `1.5s`, `0s`. */
export function formatGoDuration(seconds: number): string {
  const sign = seconds < 0 ? '-' : ''
  const nanoseconds = Math.round(Math.abs(seconds) * 1e9)
  if (nanoseconds === 0) return '0s'
  if (nanoseconds < 1e3) return `${sign}${nanoseconds}ns`
  if (nanoseconds < 1e6) return `${sign}${nanoseconds / 1e3}\u00b5s`
  if (nanoseconds < 1e9) return `${sign}${nanoseconds / 1e6}ms`
  const whole = Math.floor(nanoseconds / 1e9)
  const fraction = String(nanoseconds % 1e9)
    .padStart(9, '0')
    .replace(/0{1,9}$/, '')
  const rest = `${whole % 60}${fraction === '' ? '' : `.${fraction}`}s`
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  if (hours > 0) return `${sign}${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${sign}${minutes}m${rest}` : `${sign}${rest}`
}
