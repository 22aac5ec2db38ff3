/** A failed try: Let’s Encrypt allows five failed validations an hour, and a mistake may last for days. In milliseconds. */
export const RETRY_MIN_MS = 15 * 60 * 1000
export const RETRY_MAX_MS = 12 * 60 * 60 * 1000
/** A certificate is renewed when this part of its life is left. */
const RENEW_AT_PART = 1 / 3

/** When a certificate is valid, in milliseconds since the epoch. */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * Whether it is time for another certificate. By the end alone: a clock that is behind the beginning is wrong, and asking
 * for certificates would not mend it.
 */
export function isDue(current: Validity | undefined, now: number): boolean {
  if (current === undefined) return true
  const { notBefore, notAfter } = current
  return notAfter - now < (notAfter - notBefore) * RENEW_AT_PART
}

/** Milliseconds to wait after so many failures in a row. */
export function backOffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS)
}

/** A moment by both clocks: one may be set, the other stands still while the machine sleeps. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly wall: number
  readonly monotonic: number
}

/** Milliseconds that have passed at least: a machine that slept has waited, and a clock that was set back has not unwaited. */
export function elapsedMs(since: Moment, now: Moment): number {
  return Math.max(now.monotonic - since.monotonic, now.wall - since.wall, 0)
}
