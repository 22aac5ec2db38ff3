import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryLog, manualScheduler } from '../test/memory-log.ts'

const YEAR_MS = 365 * 24 * 60 * 60 * 1000
const options = { scheduler: manualScheduler() }

test('a backup that is accepted stays so, also where checkpoints of what is lost were signed by a clock a year ahead', async () => {
  const memory = new MemoryLog()
  await memory.fill(5)
  memory.time += YEAR_MS
  await memory.fill(3, 1)
  memory.time -= YEAR_MS
  await memory.fill(2)
  const [entries, checkpoints] = [memory.entries, memory.checkpoints]
  for (const kept of [5, 6, 9]) {
    const restored = Object.assign(new MemoryLog(), {
      signer: memory.signer,
      anchor: [...memory.anchor],
      entries: entries.slice(0, kept),
      checkpoints: checkpoints.filter(({ seq }) => seq <= kept),
      time: memory.time + 60_000,
    })
    await assert.rejects(restored.open(options), { code: 'log-behind-checkpoint' })
    await (await restored.open({ ...options, acceptRollback: '@gateway' })).close()
    const log = await restored.open(options)
    const report = await log.verify()
    assert.deepEqual(report.faults, [], `${kept} kept`)
    assert.equal(report.vouchedTo, kept + 1)
    await log.close()

    // Cut back once more, behind the acceptance or with it: nothing explains that.
    restored.entries = entries.slice(0, kept)
    await assert.rejects(restored.open(options), { code: 'log-behind-checkpoint' })
  }
})
