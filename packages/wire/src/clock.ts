/** Time as an input, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch: for what people read and what certificates say. May jump. */
  now(): number
  /** Milliseconds from an arbitrary start, never going back: for deadlines and durations. */
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
