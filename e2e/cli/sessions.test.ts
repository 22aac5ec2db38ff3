import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { GatewayProcess, hasSshd, Sshd } from '@sallyport/testkit'

interface Row {
  readonly id: string
  readonly user: string
  readonly passages: readonly { readonly host: string; readonly target: string | null; readonly bytes_out: number }[]
}

/** Time within which a change must end what it no longer allows, in milliseconds. */
const REVOKED_WITHIN_MS = 5000

/** A jump through the gateway that stays open, with `cat` at its end. */
async function openJump(t: TestContext, gateway: GatewayProcess, destination: string) {
  const options = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR']
  const common = ['-F', 'none', ...options, '-i', gateway.keyFile(), '-o', 'IdentitiesOnly=yes']
  const proxy = ['ssh', ...common, '-p', String(gateway.port), '-W', '[%h]:%p', '127.0.0.1'].join(' ')
  const child = spawn('ssh', [...common, '-T', '-o', `ProxyCommand=${proxy}`, destination, 'echo up; cat'])
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = once(child, 'exit')
  const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)])
  assert.ok(first !== undefined, stderr)
  return { ended, stderr: () => stderr }
}

test('a session is listed with where it leads, and ends when it is killed, its user disabled, or its policy gone', async (t) => {
  if (!hasSshd()) return t.skip('needs sshd')
  await using gateway = await GatewayProcess.start()
  await using server = await Sshd.start({ authorizedKeys: [gateway.publicKey()] })
  await gateway.ok('target', 'add', 'web1', '127.0.0.1', '--port', String(server.port), '--tag', 'web')
  const open = {
    tagOwners: { 'tag:web': [] },
    acls: [{ action: 'accept', src: ['autogroup:member'], dst: ['tag:web:*'] }],
  }
  await gateway.applyPolicy(open)
  const sessions = async () => JSON.parse(await gateway.ok('session', 'ls', '--json')) as Row[]
  const jump = () => openJump(t, gateway, 'web1')

  const killed = await jump()
  const [row] = await sessions()
  assert.equal(row?.passages[0]?.target, 'web1')
  const table = await gateway.ok('session', 'ls')
  assert.match(table, /^ID +USER +FROM +AGE +IDLE +IN +OUT +TO\n\S+ +\S+ +127\.0\.0\.1 .* web1:\d+\n$/)
  assert.equal(await gateway.ok('session', 'kill', row?.id ?? '', '--reason', 'maintenance'), `${row?.id} was ended\n`)
  await killed.ended
  assert.deepEqual(await sessions(), [])

  const ofUser = await jump()
  const user = (await sessions())[0]?.user ?? ''
  assert.match(await gateway.ok('session', 'kill', '--user', user, '--yes'), /^ses_\S+ was ended\n$/)
  await ofUser.ended

  const byPolicy = await jump()
  await gateway.applyPolicy({ ...open, acls: [] })
  const started = Date.now()
  await byPolicy.ended
  assert.ok(Date.now() - started < REVOKED_WITHIN_MS)
  await gateway.applyPolicy(open)

  const banned = await jump()
  await gateway.ok('ban', 'add', '127.0.0.1', '--reason', 'test')
  await banned.ended
  await gateway.ok('ban', 'rm', '127.0.0.1')

  await gateway.ok('user', 'add', 'second', '--role', 'admin')
  const disabled = await jump()
  await gateway.ok('user', 'disable', user)
  await disabled.ended
  const events = await gateway.ok('audit', 'search', '--actor', user, '--json=type')
  assert.match(events, /connection-closed/)
  return undefined
})
