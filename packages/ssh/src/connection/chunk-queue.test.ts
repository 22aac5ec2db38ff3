import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ChunkQueue } from './chunk-queue.ts'

test('readers get every byte in order, and each is told as taken once, whenever they read', async () => {
  const steps = fc.array(fc.oneof(fc.nat(300), fc.constantFrom('read', 1, 2, 256, 257)), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(steps, async (todo) => {
      let taken = 0
      const queue = new ChunkQueue((bytes) => {
        taken += bytes
      })
      const reader = queue[Symbol.asyncIterator]()
      const reads: Promise<IteratorResult<Uint8Array>>[] = []
      let pushed = 0
      for (const step of todo) {
        if (step === 'read') reads.push(reader.next())
        else queue.push(Uint8Array.from({ length: Number(step) }, () => pushed++ & 0xff))
      }
      queue.end()
      const chunks: Uint8Array[] = []
      for (const read of reads) {
        const result = await read
        if (result.done !== true) chunks.push(result.value)
      }
      for await (const chunk of queue) chunks.push(chunk)
      const all = Buffer.concat(chunks)
      assert.equal(all.length, pushed)
      assert.equal(taken, pushed)
      assert.ok(all.every((byte, at) => byte === (at & 0xff)))
    }),
    { numRuns: 200 },
  )
})

test('a window of single bytes that nobody reads costs little more than itself, and is read in no time', async () => {
  const queue = new ChunkQueue(() => undefined)
  const windowBytes = 2 * 1024 * 1024
  for (let i = 0; i < windowBytes; i++) queue.push(new Uint8Array(1))
  queue.end()
  let chunks = 0
  let heldBytes = 0
  for await (const chunk of queue) {
    chunks++
    heldBytes += chunk.buffer.byteLength
  }
  assert.ok(chunks < 1000, `${chunks} chunks`)
  assert.ok(heldBytes < 2 * windowBytes, `${heldBytes} bytes`)
})
