/** Milliseconds of work after which others get their turn: what a keystroke through a session may be late. */
const SLICE_MS = 10

/** Runs work that yields, a slice at a time, so that sessions go on beside it. Rejects with the signal's reason. */
export async function inSlices<T>(work: Generator<void, T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const until = performance.now() + SLICE_MS
    while (performance.now() < until) {
      const step = work.next()
      if (step.done === true) return step.value
    }
    await new Promise(setImmediate)
    signal.throwIfAborted()
  }
}
