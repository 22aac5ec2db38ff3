const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span of seconds in two units at most: `45s`, `3m 20s`, `5h 12m`, `12d 3h`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < MINUTE) return `${whole}s`
  if (whole < HOUR) return two(whole, MINUTE, 'm', 1, 's')
  if (whole < DAY) return two(whole, HOUR, 'h', MINUTE, 'm')
  return two(whole, DAY, 'd', HOUR, 'h')
}

function two(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)}${largeName}${rest === 0 ? '' : ` ${rest}${smallName}`}`
}

/** A time for people: local clock, and how long ago or ahead. */
export function formatTime(iso: string, now: number = Date.now()): string {
  const at = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  const seconds = (now - at.getTime()) / 1000
  return seconds >= 0 ? `${clock} (${formatSeconds(seconds)} ago)` : `${clock} (in ${formatSeconds(-seconds)})`
}

/** A count of bytes with one decimal: `512 B`, `1.4 MB` (powers of ten). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes / 1000
  let unit = 0
  // From 999.95 on, one decimal would read 1000.0.
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toFixed(1)} ${units[unit] ?? ''}`
}
