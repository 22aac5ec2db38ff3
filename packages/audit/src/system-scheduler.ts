import type { Scheduler } from './ports.ts'

/** The event loop's own scheduler. */
export const systemScheduler: Scheduler = {
  soon(run) {
    setImmediate(run)
  },
  after(ms, run) {
    const timer = setTimeout(run, ms)
    timer.unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}
