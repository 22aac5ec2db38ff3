import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { granted, openStoredLog } from './stored-log.ts'

/** Entries per second in groups, as a busy gateway makes them. */
const BAR_PER_SECOND = 5000
/** Of one append on its own. A connection writes up to five, and all of it may take 2 ms. Here: as a bound against decay, doubled. */
const BAR_CPU_MS = 0.2

test('appending in groups and alone is fast enough for logins under attack', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-throughput-'))
  t.after(() => rm(directory, { recursive: true }))
  await using stored = await openStoredLog(directory)
  const { log } = stored
  for (let i = 0; i < 500; i++) await log.append(granted(i))

  const groups = 200
  const started = performance.now()
  for (let group = 0; group < groups; group++) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(granted(i))))
  }
  const perSecond = (groups * 50 * 1000) / (performance.now() - started)

  const alone = 2000
  const before = process.cpuUsage()
  for (let i = 0; i < alone; i++) await log.append(granted(i))
  const { user, system } = process.cpuUsage(before)
  const cpuMs = (user + system) / alone / 1000

  t.diagnostic(`${Math.round(perSecond)} appends/s in groups of 50, ${cpuMs.toFixed(3)} ms CPU for one alone`)
  assert.ok(perSecond >= BAR_PER_SECOND, `${perSecond} appends/s`)
  assert.ok(cpuMs <= BAR_CPU_MS, `${cpuMs} ms`)
})
