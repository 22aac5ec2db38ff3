import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkpointSigner, decodeLine, generateCheckpointKey } from '@sallyport/audit'
import { killAfter } from './kill-after.ts'
import { openStoredLog } from './stored-log.ts'

const ROUNDS = 24
const CHILD = new URL('./append-for-ever.ts', import.meta.url).pathname

test('P12 R13 kill -9 at random moments: the log verifies and holds every acknowledged decision', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-kill-'))
  t.after(() => rm(directory, { recursive: true }))
  const keyFile = join(directory, 'key.pem')
  const key = generateCheckpointKey()
  await writeFile(keyFile, key.reveal(), { mode: 0o600 })
  const signer = checkpointSigner(key)
  let acknowledged = 0
  let next = 0
  let written = 0
  for (let round = 0; round < ROUNDS; round++) {
    // Spread over the first appends, checkpoints and a steady run; the scheduler of the machine does the rest.
    const lines = await killAfter(CHILD, [directory, keyFile, String(next)], 1 + ((round * 37) % 140))
    const numbers = lines.filter((line) => /^\d+$/.test(line)).map(Number)
    acknowledged += numbers.length
    next = Math.max(next, ...numbers) + 1000

    await using stored = await openStoredLog(directory, signer)
    const report = await stored.log.verify()
    assert.deepEqual(report.faults, [], `round ${round}`)
    const there = new Set<number>()
    for (let from = 1; ; ) {
      const page = await stored.store.auditEntries.read(from, 1000)
      for (const { line } of page) there.add(Number(decodeLine(line)?.fields.destination_port))
      const last = page.at(-1)
      if (last === undefined) break
      from = last.seq + 1
    }
    for (const number of numbers)
      assert.ok(there.has(number), `round ${round}: decision ${number} was acknowledged and is lost`)
    assert.ok(report.entries >= written)
    written = report.entries
  }
  assert.ok(acknowledged > ROUNDS, `${acknowledged} acknowledged`)
  assert.ok((await readFile(join(directory, 'audit-checkpoints'), 'utf8')).length > 0)
  t.diagnostic(`${ROUNDS} kills, ${acknowledged} acknowledged, ${written} in the log`)
})
