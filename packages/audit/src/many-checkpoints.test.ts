import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryLog, manualScheduler } from '../test/memory-log.ts'
import { checkCheckpoint, encodeCheckpoint, signCheckpoint } from './checkpoint.ts'
import { checkpointSigner, generateCheckpointKey } from './signer.ts'

/** Checkpoints of old, as a gateway has them that ran for a while. */
const OLD = 4000

/** Processor time of a piece of work, which other processes do not lengthen, in microseconds. */
async function costOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

async function withOldCheckpoints(count: number): Promise<MemoryLog> {
  const memory = new MemoryLog()
  await memory.fill(10, 5)
  const one = await signCheckpoint({ seq: 1, time: 1, hash: memory.entries[0]?.hash ?? '' }, memory.signer)
  const old = Array.from({ length: count }, (_, i) => encodeCheckpoint({ ...one, time: 1000 + i }))
  memory.anchor = [...old, ...memory.anchor]
  return memory
}

test('a start does not grow with the checkpoints that there were: their signatures are not looked at', async () => {
  const memory = await withOldCheckpoints(OLD)
  const open = await costOf(() => memory.open({ scheduler: manualScheduler() }))
  const checkpoint = await signCheckpoint({ seq: 1, time: 1, hash: '0'.repeat(64) }, memory.signer)
  const all = await costOf(() => {
    for (let i = 0; i < OLD; i++) checkCheckpoint(checkpoint, [memory.signer.publicKey])
  })
  assert.ok(open < all, `${open} µs to open, ${all} µs for the signatures`)
})

test('forged checkpoints behind the valid ones hide none of them from a start', async () => {
  for (const signer of [checkpointSigner(generateCheckpointKey()), undefined]) {
    const memory = await withOldCheckpoints(50)
    const statement = { seq: 100, time: memory.time + 1000, hash: '0'.repeat(64) }
    const forged = await signCheckpoint(statement, signer ?? memory.signer)
    memory.anchor.push(encodeCheckpoint(signer === undefined ? { ...forged, signature: new Uint8Array(64) } : forged))
    await memory.open({ scheduler: manualScheduler() })
    memory.entries.pop()
    await assert.rejects(memory.open({ scheduler: manualScheduler() }), { code: 'log-behind-checkpoint' })
  }
})
