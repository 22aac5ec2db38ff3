import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { TemporaryDirectory } from '@sallyport/testkit'
import { alone } from './alone.ts'

const MODULE = fileURLToPath(new URL('alone.ts', import.meta.url))
const never = new AbortController().signal

test('one after the other, also when one fails', async () => {
  using directory = new TemporaryDirectory('alone')
  const path = directory.file('deep', 'lock')
  const seen: string[] = []
  const one = (name: string, fails = false) =>
    alone(path, never, async () => {
      seen.push(`${name} begins`)
      await wait(20)
      seen.push(`${name} ends`)
      if (fails) throw new Error(name)
    })
  const results = await Promise.allSettled([one('a'), one('b', true), one('c')])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'fulfilled', 'rejected'])
  for (let at = 0; at < seen.length; at += 2) assert.equal(seen[at + 1], seen[at]?.replace('begins', 'ends'))
  assert.equal(seen.length, 6)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a process that works is waited for, one that hangs not for ever, and one that was killed not at all', async () => {
  using directory = new TemporaryDirectory('alone')
  const path = directory.file('lock')
  const script = `import { alone } from ${JSON.stringify(MODULE)}
    await alone(${JSON.stringify(path)}, new AbortController().signal, () => {
      console.log('in')
      return new Promise((resolve) => setTimeout(resolve, 600_000))
    })`
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  await once(holder.stdout, 'data')
  await assert.rejects(
    alone(path, AbortSignal.timeout(200), () => 'done'),
    { name: /Abort|Timeout/ },
  )
  await assert.rejects(
    alone(path, never, () => 'done', 200),
    { reason: 'file.unwritable' },
  )
  holder.kill('SIGKILL')
  await ended
  assert.equal(await alone(path, never, () => 'done', 0), 'done')
})
