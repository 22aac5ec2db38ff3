import type { SeededRandom } from '../seeded-random.ts'
import { DEFAULT_MAX_BYTES, type FuzzTarget } from './fuzz-target.ts'
import type { CoverageMap } from './instrument.ts'
import { mutate } from './mutate.ts'

export interface Crash {
  readonly input: Uint8Array
  readonly error: unknown
}

export interface FuzzResult {
  readonly executions: number
  /** Inputs that together reach everything reached. */
  readonly corpus: readonly Uint8Array[]
  /** Distinct (place, count class) pairs reached. */
  readonly coverage: number
  readonly crash?: Crash
}

export interface FuzzLoopOptions {
  readonly corpus: readonly Uint8Array[]
  readonly random: SeededRandom
  /** Milliseconds to run. */
  readonly budgetMs: number
  /** Executions at most: with a seed, what a quick machine finds a slow one finds too, or neither does. */
  readonly maxExecutions?: number
  /** Called before each execution, so that a watchdog knows the input that hangs. */
  readonly onInput?: (input: Uint8Array) => void
}

/** Executions between two looks at the time. */
const BATCH = 64

/** AFL's count classes: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128+ as one bit each. */
const CLASSES = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count === 0) return 0
  if (count <= 3) return 1 << (count - 1)
  if (count <= 7) return 8
  if (count <= 15) return 16
  if (count <= 31) return 32
  return count <= 127 ? 64 : 128
})

/** Runs a target on mutations of a corpus, keeping each input that reaches something new; stops at the first crash. */
export async function fuzzLoop(target: FuzzTarget, map: CoverageMap, options: FuzzLoopOptions): Promise<FuzzResult> {
  const { random, budgetMs, maxExecutions = Number.POSITIVE_INFINITY, onInput } = options
  const seen = new Uint8Array(map.counters.length)
  const maxBytes = target.maxBytes ?? DEFAULT_MAX_BYTES
  const corpus: Uint8Array[] = []
  let executions = 0
  let coverage = 0

  const run = async (input: Uint8Array): Promise<Crash | undefined> => {
    map.counters.fill(0, 0, map.used)
    executions++
    onInput?.(input)
    try {
      const running = target.run(input)
      if (running !== undefined) await running
    } catch (error) {
      return { input, error }
    }
    const found = newlySeen(map, seen)
    if (found > 0) {
      coverage += found
      corpus.push(input)
    }
    return undefined
  }

  const starts = [...options.corpus, ...target.seeds, new Uint8Array()].sort((a, b) => a.length - b.length)
  for (const input of starts) {
    const crash = await run(input)
    if (crash !== undefined) return { executions, corpus, coverage, crash }
  }
  const dictionary = [...map.strings].map((text) => new Uint8Array(Buffer.from(text)))
  const deadline = performance.now() + budgetMs
  const isOver = () => performance.now() >= deadline || executions >= maxExecutions
  while (!isOver()) {
    for (let left = BATCH; left > 0; left--) {
      const base = pickRecent(corpus, random)
      const crash = await run(mutate(base, random.pick(corpus), dictionary, random, maxBytes))
      if (crash !== undefined) return { executions, corpus, coverage, crash }
    }
  }
  return { executions, corpus, coverage }
}

/** Half of the time one of the newest inputs: what was just reached has the most neighbours not tried yet. */
function pickRecent(corpus: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const newest = 16
  if (corpus.length > newest && random.below(2) === 0)
    return corpus[corpus.length - 1 - random.below(newest)] ?? new Uint8Array()
  return random.pick(corpus)
}

function newlySeen(map: CoverageMap, seen: Uint8Array): number {
  const { counters, used } = map
  let found = 0
  for (let place = 0; place < used; place++) {
    const count = counters[place] ?? 0
    if (count === 0) continue
    const bit = CLASSES[count] ?? 0
    const before = seen[place] ?? 0
    if ((before & bit) === 0) {
      seen[place] = before | bit
      found++
    }
  }
  return found
}
