import type { Clock } from '@sallyport/wire'

/** A clock that stands until the test moves it. */
export class FakeClock implements Clock {
  #now: number
  #monotonic = 0

  /** `now`: milliseconds since the epoch. */
  constructor(now: number = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#monotonic
  }

  /** Lets time pass, in milliseconds. */
  advance(ms: number): void {
    this.#now += ms
    this.#monotonic += ms
  }

  /** Sets the wall clock as an administrator would: the monotonic one does not move. */
  jump(ms: number): void {
    this.#now += ms
  }
}
