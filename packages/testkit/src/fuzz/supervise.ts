import { Worker } from 'node:worker_threads'
import { type FuzzAnswer, type FuzzJob, PROGRESS_HEADER_BYTES } from './fuzz-protocol.ts'
import { DEFAULT_MAX_BYTES, type FuzzTarget } from './fuzz-target.ts'

/** An input that takes longer than this counts as a hang. Far above any honest decoder on a loaded machine. */
const HANG_MS = 10_000
const LOOK_EVERY_MS = 1000

/** Fuzzes one target in a thread of its own, which is ended when an input hangs. */
export async function superviseFuzz(
  file: string,
  target: FuzzTarget,
  { budgetMs, seed, maxExecutions }: Pick<FuzzJob, 'budgetMs' | 'seed' | 'maxExecutions'>,
): Promise<FuzzAnswer> {
  const progress = new SharedArrayBuffer(PROGRESS_HEADER_BYTES + (target.maxBytes ?? DEFAULT_MAX_BYTES))
  const most = maxExecutions === undefined ? {} : { maxExecutions }
  const job: FuzzJob = { file, targetName: target.name, budgetMs, seed, progress, ...most }
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { workerData: job })
  try {
    return await new Promise<FuzzAnswer>((resolve, reject) => {
      const numbers = new Uint32Array(progress, 0, 2)
      let seen = 0
      let movedAt = performance.now()
      const watchdog = setInterval(() => {
        const [executions = 0, length = 0] = numbers
        if (executions !== seen) {
          seen = executions
          movedAt = performance.now()
        } else if (executions > 0 && performance.now() - movedAt > HANG_MS) {
          const input = Uint8Array.from(new Uint8Array(progress, PROGRESS_HEADER_BYTES, length))
          resolve({
            executions,
            coverage: 0,
            places: 0,
            corpus: [],
            crash: { input, error: `hangs for more than ${HANG_MS} ms` },
          })
        }
      }, LOOK_EVERY_MS)
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T) => {
          clearInterval(watchdog)
          done(value)
        }
      worker.once('message', settle(resolve))
      worker.once('error', settle(reject))
      worker.once('exit', () => clearInterval(watchdog))
    })
  } finally {
    await worker.terminate()
  }
}
