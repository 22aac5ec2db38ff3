const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof UNIT_MS

/** Longest duration that a setting may have, in milliseconds: Node's timers end at 2^31 - 1, a bit below 25 days. */
export const DURATION_MAX_MS = 24 * UNIT_MS.d

/** Milliseconds of `30s`, `1h30m`, `250ms`, `0`; `undefined` where the text is no duration or too long. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(\d{1,9}(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  let lastUnit = Infinity
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    const unitMs = UNIT_MS[unit as Unit]
    // Larger units first, each once: `1m1h` or `1s1s` is a slip of the hand.
    if (unitMs >= lastUnit) return undefined
    lastUnit = unitMs
    total += Number(digits) * unitMs
  }
  return total <= DURATION_MAX_MS ? total : undefined
}

/** The shortest text that `parseDuration` reads back: `90000` is `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  let rest = ms
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / UNIT_MS[unit])
    rest -= amount * UNIT_MS[unit]
    if (amount > 0) text += `${amount}${unit}`
  }
  return text
}
