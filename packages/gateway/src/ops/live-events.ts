import type { LiveEvent } from '@sallyport/api'

/** Events that wait for a slow reader; then the oldest are dropped: the audit log has them all. */
const WAITING_MAX = 1000

/** What happens right now, for whoever watches; nothing is kept. */
export class LiveEvents {
  readonly #readers = new Set<(event: LiveEvent) => void>()

  publish(event: Omit<LiveEvent, 'time' | 'session' | 'passage' | 'user'> & Partial<LiveEvent>): void {
    if (this.#readers.size === 0) return
    const whole = { time: new Date().toISOString(), session: null, passage: null, user: null, ...event }
    for (const reader of this.#readers) reader(whole)
  }

  /** Events from now on, until the signal fires. */
  async *watch(signal: AbortSignal): AsyncGenerator<LiveEvent> {
    const waiting: LiveEvent[] = []
    let wake: (() => void) | undefined
    const reader = (event: LiveEvent) => {
      waiting.push(event)
      if (waiting.length > WAITING_MAX) waiting.shift()
      wake?.()
    }
    const stop = () => wake?.()
    this.#readers.add(reader)
    signal.addEventListener('abort', stop, { once: true })
    try {
      while (!signal.aborted) {
        const event = waiting.shift()
        if (event !== undefined) yield event
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      this.#readers.delete(reader)
      signal.removeEventListener('abort', stop)
    }
  }
}
