import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { TemporaryDirectory } from '@sallyport/testkit'
import { alone } from './alone.ts'

const never = new AbortController().signal

test('one after the other, also when one fails', async () => {
  using directory = new TemporaryDirectory('alone')
  const path = directory.file('deep', 'renewing')
  const seen: string[] = []
  const one = (name: string, fails = false) =>
    alone(path, never, async () => {
      seen.push(`${name} begins`)
      await wait(20)
      seen.push(`${name} ends`)
      if (fails) throw new Error(name)
    })
  const results = await Promise.allSettled([one('a'), one('b', true), one('c')])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  for (let at = 0; at < seen.length; at += 2) assert.equal(seen[at + 1], seen[at]?.replace('begins', 'ends'))
  assert.equal(seen.length, 6)
  assert.ok(!existsSync(path))
})

test('what a killed process left, or one that hangs, is not waited for; one that works is', async () => {
  using directory = new TemporaryDirectory('alone')
  const path = directory.file('renewing')
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(path, String(pid))
  assert.equal(await alone(path, never, async () => 'done'), 'done')
  writeFileSync(path, String(process.pid))
  utimesSync(path, new Date(0), new Date(0))
  assert.equal(await alone(path, never, async () => 'done'), 'done')
  writeFileSync(path, String(process.pid))
  await assert.rejects(
    alone(path, AbortSignal.timeout(200), async () => 'done'),
    { name: /Abort|Timeout/ },
  )
})
