const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `2 418`, with a thin space between thousands. */
export function countText(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, '\u2009')
}

/** `3.4 MB`: bytes in thousands. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1]
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit] ?? ''}`
}

/** `1 session`, `3 sessions`. */
export function amountText(value: number, one: string, many = `${one}s`): string {
  return `${countText(value)} ${value === 1 ? one : many}`
}
