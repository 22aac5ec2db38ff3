/** Measures appending and prints it as JSON; by itself, because the test runner's hooks double what a promise costs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHECKPOINT_EVERY } from '@sallyport/audit'
import { granted, openStoredLog } from './stored-log.ts'

const GROUPS = 200
const GROUP = 50
const ALONE = 4000

const directory = await mkdtemp(join(tmpdir(), 'sallyport-throughput-'))
try {
  await using stored = await openStoredLog(directory, undefined, { checkpointEvery: CHECKPOINT_EVERY })
  const { log } = stored
  for (let i = 0; i < 1000; i++) await log.append(granted(i))

  const started = performance.now()
  for (let group = 0; group < GROUPS; group++) {
    await Promise.all(Array.from({ length: GROUP }, (_, i) => log.append(granted(i))))
  }
  const perSecond = Math.round((GROUPS * GROUP * 1000) / (performance.now() - started))

  const before = process.cpuUsage()
  for (let i = 0; i < ALONE; i++) await log.append(granted(i))
  const { user, system } = process.cpuUsage(before)
  console.log(JSON.stringify({ perSecond, cpuMs: (user + system) / ALONE / 1000 }))
} finally {
  await rm(directory, { recursive: true })
}
