import { formatSeconds } from '../output/values.ts'

/** Up to here certificates work on either clock: they begin a minute early, in milliseconds. */
const OFF_MAX_MS = 2 * 60 * 1000

/** What to tell somebody whose clock is off; undefined where it is right enough. `aheadMs` is negative where it is behind. */
export function clockNote(aheadMs: number): string | undefined {
  if (Math.abs(aheadMs) <= OFF_MAX_MS) return undefined
  const off = `${formatSeconds(Math.abs(aheadMs) / 1000)} ${aheadMs > 0 ? 'ahead of' : 'behind'}`
  return `this machine’s clock is ${off} the gateway’s: set it right, or certificates end and are renewed at the wrong time`
}
