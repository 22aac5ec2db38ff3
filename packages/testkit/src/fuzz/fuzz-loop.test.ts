import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../seeded-random.ts'
import { fuzzLoop } from './fuzz-loop.ts'
import { COUNTERS_GLOBAL, CoverageMap, instrument } from './instrument.ts'

const MAZE = `
  export function run(input) {
    if (input[0] === 0x53) if (input[1] === 0x53) if (input[2] === 0x48) { if (input.length > 4 && input[4] === 7) throw new Error('found') }
    for (const byte of input) switch (byte) { case 1: case 2: break; default: byte > 3 ? 1 : 0 }
    return () => input.length || 5
  }`

async function maze(): Promise<{ map: CoverageMap; run: (input: Uint8Array) => void }> {
  const map = new CoverageMap()
  Object.assign(globalThis, { [COUNTERS_GLOBAL]: map.counters })
  const source = instrument(MAZE, map)
  const module = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    run(input: Uint8Array): void
  }
  return { map, run: (input) => module.run(input) }
}

test('instrumented code does what it did, and counts where it passed', async () => {
  const { map, run } = await maze()
  run(new Uint8Array([0x53, 1]))
  assert.ok(map.counters.subarray(0, map.used).some((count) => count > 0))
  assert.throws(() => run(new Uint8Array([0x53, 0x53, 0x48, 0, 7])), /found/)
})

test('a target that takes its time is waited for, and what it rejects with is a crash', async () => {
  const { map, run } = await maze()
  const late = async (input: Uint8Array): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    run(input)
    if (input.length > 3) throw new Error('late')
  }
  const options = { corpus: [], random: new SeededRandom(1), budgetMs: 20_000 }
  const result = await fuzzLoop({ name: 'testkit/late', run: late, seeds: [] }, map, options)
  assert.match(String(result.crash?.error), /late/)
})

test('the loop finds its way through nested comparisons that blind mutation would not pass', async () => {
  const { map, run } = await maze()
  const result = await fuzzLoop({ name: 'testkit/maze', run, seeds: [] }, map, {
    corpus: [],
    random: new SeededRandom(1),
    budgetMs: 20_000,
  })
  assert.match(String(result.crash?.error), /found/)
})
