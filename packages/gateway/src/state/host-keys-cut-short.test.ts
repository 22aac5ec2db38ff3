import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { TemporaryDirectory } from '@sallyport/testkit'
import { createHostKeys, finishHostKeys } from './host-keys.ts'

const MODULE = fileURLToPath(new URL('host-keys.ts', import.meta.url))
const FILES = ['ssh_host_ed25519_key', 'ssh_host_ecdsa_key', 'ssh_host_rsa_key']

test('a first start that was killed between two host keys is finished by the next one', {
  timeout: 60_000,
}, async () => {
  using directory = new TemporaryDirectory('host-keys')
  const folder = directory.file('host-keys')
  const script = `import { createHostKeys } from ${JSON.stringify(MODULE)}; createHostKeys(${JSON.stringify(folder)})`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
  const ended = once(child, 'exit')
  while (child.exitCode === null && !existsSync(`${folder}/${FILES[0]}`)) await wait(1)
  child.kill('SIGKILL')
  await ended
  const made = createHostKeys(folder)
  assert.equal(made.length, 3, 'all of them are to be written down')
  for (const file of FILES) assert.ok(existsSync(`${folder}/${file}`) && existsSync(`${folder}/${file}.pub`), file)
  finishHostKeys(folder)
  rmSync(`${folder}/ssh_host_rsa_key`)
  assert.deepEqual(createHostKeys(folder), [], 'a key that was removed stays removed')
})
