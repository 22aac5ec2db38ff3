import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MemoryLog, manualScheduler, sample } from '../test/memory-log.ts'
import { verifyExport } from './verify-export.ts'

async function exported(): Promise<{ memory: MemoryLog; lines: string[]; keys: Uint8Array[] }> {
  const memory = new MemoryLog()
  await memory.fill(20, 6)
  const log = await memory.open({ scheduler: manualScheduler() })
  return { memory, lines: await Array.fromAsync(log.export()), keys: [memory.signer.publicKey] }
}

suite('verifying an export', () => {
  test('an export holds all entries with each checkpoint behind its entry, the last one included', async () => {
    const { lines, keys } = await exported()
    const places = lines.map((line) => (line.startsWith('{"checkpoint"') ? 'c' : 'e')).join('')
    assert.equal(places, 'eeeeeeceeeeeeceeeeeeceec')
    const report = await verifyExport(lines, { keys })
    assert.deepEqual([report.ok, report.entries, report.vouchedTo, report.checkpoints], [true, 20, 20, 4])
  })

  test('it needs the lines and the key alone, and an export without the right key is vouched for by nobody', async () => {
    const { lines } = await exported()
    const report = await verifyExport(lines, { keys: [] })
    assert.deepEqual([report.ok, report.vouchedTo], [false, 0])
  })

  test('any line left out or changed is found', async () => {
    const { lines, keys } = await exported()
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? ''
      const changed = [...lines]
      changed[i] = line.replace('2026', '2025')
      assert.equal((await verifyExport(changed, { keys })).ok, false, `changed ${i}`)
      // Leaving out a checkpoint shows in what is vouched for, when it is the last one.
      const without = await verifyExport(lines.toSpliced(i, 1), { keys })
      if (line.startsWith('{"checkpoint"')) assert.equal(without.vouchedTo, i === lines.length - 1 ? 18 : 20)
      else assert.equal(without.ok, false, `left out ${i}`)
    }
  })

  test('an export cut short is found with the checkpoints kept outside', async () => {
    const { memory, lines, keys } = await exported()
    const report = await verifyExport(lines.slice(0, 10), { keys, anchor: memory.anchor })
    assert.deepEqual(
      report.faults.map(({ code, seq }) => ({ code, seq })),
      [{ code: 'tail-lost', seq: 10 }],
    )
  })

  test('a part of the log is exported and verified as a part', async () => {
    const { memory, keys } = await exported()
    const log = await memory.open({ scheduler: manualScheduler() })
    const lines = await Array.fromAsync(log.export({ from: 8, to: 15 }))
    const report = await verifyExport(lines, { keys, partial: true })
    assert.deepEqual([report.ok, report.entries, report.vouchedTo], [true, 8, 12])
    assert.equal((await verifyExport(lines, { keys })).ok, false)
    const anchored = await verifyExport(lines, { keys, partial: true, anchor: memory.anchor })
    assert.deepEqual([anchored.ok, anchored.checkpoints], [true, 1])
  })

  test('checkpoints by the hundred are exported each in its place', async () => {
    const memory = new MemoryLog()
    await memory.fill(1100, 1)
    const log = await memory.open({ scheduler: manualScheduler() })
    const report = await verifyExport(log.export(), { keys: [memory.signer.publicKey] })
    assert.deepEqual([report.ok, report.checkpoints], [true, 1100])
  })

  test('following and exporting do not mind entries that come meanwhile', async () => {
    const { memory, keys } = await exported()
    const log = await memory.open({ scheduler: manualScheduler() })
    const lines: string[] = []
    for await (const line of log.export()) {
      lines.push(line)
      if (lines.length === 5) await log.append(sample(1))
    }
    assert.ok((await verifyExport(lines, { keys })).ok)
  })
})
