import { nearestName } from '../text/nearest-name.ts'

interface Clock {
  readonly format: Intl.DateTimeFormat
  /** What it was last asked, and said: the same moment is asked for several times in a row. */
  at: number
  wall: number
}

/**
 * Clocks by the zone's name in lower case: making one costs a hundred times what reading it does. There are some 600 names,
 * and upper and lower case are the same in them.
 */
const clocks = new Map<string, Clock>()

/** The zone of the IANA database that a text names, in its usual spelling; offsets such as `+01:00` name none. */
export function timeZoneOf(text: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(text)) return undefined
  try {
    return clockOf(text).format.resolvedOptions().timeZone
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

export function nearestTimeZone(text: string): string | undefined {
  return nearestName(text, Intl.supportedValuesOf('timeZone'))
}

/**
 * What the clocks of a zone show at a moment (milliseconds since the epoch), as the moment at which those of Greenwich
 * would show the same: a plain number to reckon days, hours and minutes with.
 */
export function wallClock(zone: string, at: number): number {
  const clock = clockOf(zone)
  if (clock.at === at) return clock.wall
  const parts: Record<string, number> = {}
  for (const { type, value } of clock.format.formatToParts(at)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  clock.wall = Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000)
  clock.at = at
  return clock.wall
}

/** Milliseconds that the clocks of a zone are ahead of Greenwich. */
function offset(zone: string, at: number): number {
  return wallClock(zone, at) - at
}

/** The first moment after `from`, up to `to`, at which the clocks of a zone were set; `undefined` where they run through. */
export function clockChange(zone: string, from: number, to: number): number | undefined {
  const before = offset(zone, from)
  if (offset(zone, to) === before) return undefined
  let low = from
  let high = to
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(zone, middle) === before) low = middle
    else high = middle
  }
  return high
}

function clockOf(zone: string): Clock {
  const key = zone.toLowerCase()
  let clock = clocks.get(key)
  if (clock === undefined) {
    const format = new Intl.DateTimeFormat('en-US-u-nu-latn', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    clock = { format, at: Number.NaN, wall: Number.NaN }
    clocks.set(key, clock)
  }
  return clock
}
