import { InvalidArgumentError } from 'commander'

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

/** Seconds of a span such as `45s`, `30m`, `12h`, `7d`, `2w`, or several together: `1d12h`. */
export function parseSpan(text: string): number {
  if (!/^(\d{1,6}[smhdw])+$/.test(text)) {
    throw new InvalidArgumentError('Write a span such as 45s, 30m, 12h, 7d or 1d12h.')
  }
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)]
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS[unit as keyof typeof SECONDS], 0)
}
