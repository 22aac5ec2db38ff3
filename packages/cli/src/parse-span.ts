import { InvalidArgumentError } from 'commander'

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

/** Seconds of a span such as `45s`, `30m`, `12h`, `7d`, `2w`, or several together: `1d12h`. */
export function parseSpan(text: string): number {
  const parts = [...text.matchAll(/(\d{1,6})([smhdw])/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new InvalidArgumentError('write a span such as 45s, 30m, 12h, 7d or 1d12h.')
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS[unit as keyof typeof SECONDS], 0)
}
