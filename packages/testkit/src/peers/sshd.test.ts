import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCommand } from '../run-command.ts'
import { debian13Command, debian13Root, hasDebian13 } from './debian13.ts'
import { hasSshd, Sshd } from './sshd.ts'

test('a throw-away sshd greets on its port', async (t) => {
  if (!hasSshd()) return t.skip('needs openssh-server')
  await using server = await Sshd.start()
  const { stdout } = await runCommand('ssh-keyscan', ['-p', String(server.port), '127.0.0.1'])
  assert.ok(stdout.toString().includes(server.hostKeys[0] ?? 'nothing'))
})

test('a throw-away sshd of Debian 13 greets as OpenSSH 10', async (t) => {
  if (!hasDebian13()) return t.skip('needs Debian 13 unpacked: npm run interop does that as root')
  await using server = await Sshd.start({ root: debian13Root() })
  const [command, ...args] = debian13Command('/usr/bin/ssh-keyscan')
  const { stdout, stderr } = await runCommand(command, [...args, '-p', String(server.port), '127.0.0.1'])
  assert.ok(stdout.toString().includes(server.hostKeys[0] ?? 'nothing'), stderr)
  assert.match(stderr + stdout.toString(), /OpenSSH_10/)
})
