/**
 * Lengths, counts and numbers of every decoder set to their edges: each place of each seed in turn, as a byte and as a
 * uint32. Nothing may be allocated, or take long, because of what a peer declares rather than sends.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadFuzzTargets } from './fuzz-targets.ts'

/** Processor time for one decoder; what does not fit is left to `npm run fuzz`. */
const BUDGET_MS = 200
/** Largest growth of memory in one run, over a multiple of the input: states, errors and their stacks. */
const CEILING_BYTES = 2 * 1024 * 1024
const PER_INPUT_BYTE = 64
/** A run that takes longer than this did work that the input did not pay for. Machines under load pause, so it is tried again. */
const SLOW_MS = 100

const EDGES_U32 = [0, 1, 0xff, 0xffff, 0x10_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff]
const EDGES_U8 = [0, 1, 0x7f, 0x80, 0xff]

function* mutations(seed: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < seed.length; at++) {
    for (const edge of EDGES_U8) yield seed.with(at, edge)
    if (at + 4 > seed.length) continue
    const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
    const own = view.getUint32(at)
    for (const edge of [...EDGES_U32, (own + 1) >>> 0, (own - 1) >>> 0, seed.length - at - 4]) {
      const input = seed.slice()
      new DataView(input.buffer).setUint32(at, edge)
      yield input
    }
  }
  for (let end = 0; end < seed.length; end++) yield seed.subarray(0, end)
}

/** Bytes held outside and inside of the heap. */
function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

for (const { target } of await loadFuzzTargets()) {
  test(`V-A08 V-A17 V-B12 V-B13 bounds of ${target.name}: edges of every field cost neither memory nor time`, async (t) => {
    for (const seed of target.seeds) await target.run(seed)
    const until = performance.now() + BUDGET_MS
    let runs = 0
    const check = async (input: Uint8Array): Promise<void> => {
      runs++
      const ceiling = CEILING_BYTES + PER_INPUT_BYTE * input.length
      const hex = Buffer.from(input.subarray(0, 300)).toString('hex')
      const measured = async () => {
        const before = memory()
        const started = performance.now()
        await target.run(input)
        return { took: performance.now() - started, grown: memory() - before }
      }
      const { took, grown } = await measured()
      // Code that is compiled on the way counts once; what the input costs, it costs again.
      if (grown >= ceiling) {
        const again = (await measured()).grown
        assert.ok(again < ceiling, `${grown} and ${again} bytes for an input of ${input.length}: ${hex}`)
      }
      // The best of several: a machine may be busy now and then, but what the input costs, it costs every time.
      let least = took
      for (let tries = 0; least >= SLOW_MS && tries < 5; tries++) least = Math.min(least, (await measured()).took)
      assert.ok(least < SLOW_MS, `${least} ms: ${hex}`)
    }
    // One mutation of each seed in turn, so that the budget is shared by all.
    const queues = target.seeds.map((seed) => mutations(seed))
    while (queues.length > 0 && performance.now() < until) {
      const queue = queues.shift()
      const next = queue?.next()
      if (queue === undefined || next === undefined || next.done === true) continue
      await check(next.value)
      queues.push(queue)
    }
    t.diagnostic(`${runs} runs`)
    assert.ok(runs > 0 || target.seeds.every((seed) => seed.length === 0))
  })
}
