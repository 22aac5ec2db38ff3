import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hasSshd, runCommand, TemporaryDirectory } from '@sallyport/testkit'
import { ROOT } from './script-place.ts'

const WALK_TIMEOUT_MS = 400_000
/** Network and mounts of its own: port 22 of 192.0.2.10 is there, and 2222 is free. */
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private']

test('the README’s first five minutes work word for word', { timeout: WALK_TIMEOUT_MS + 10_000 }, async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root for a network of its own')
  if (!hasSshd() || !existsSync('/usr/sbin/ip')) return t.skip('needs sshd and iproute2')
  if ((await runCommand('unshare', [...NAMESPACES, 'true'])).status !== 0) return t.skip('needs the right to unshare')
  using directory = new TemporaryDirectory('readme')
  const walk = [process.execPath, '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'readme-walk.ts')]
  const { status, stdout, stderr } = await runCommand('unshare', [...NAMESPACES, ...walk, ROOT, directory.path], {
    timeoutMs: WALK_TIMEOUT_MS,
  })
  assert.equal(status, 0, `${stdout.toString()}\n${stderr}`)
  assert.match(stdout.toString(), /^\$ npx sallyport audit verify\nwalked$/m)
  return undefined
})
