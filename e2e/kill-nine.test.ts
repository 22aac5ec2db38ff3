import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayProcess, hasSshd, runCommand, SeededRandom } from '@sallyport/testkit'

const ROUNDS = 6
const CLIENTS = 6
const POLICY = {
  hosts: { loopback: '127.0.0.0/8' },
  grants: [{ src: ['autogroup:owner', 'autogroup:admin'], dst: ['loopback'], ip: ['*'] }],
}

test('killed at random moments, the audit log verifies and holds every decision that let a connection through', {
  timeout: 300_000,
}, async (t) => {
  if (!hasSshd()) return t.skip('needs OpenSSH')
  const random = new SeededRandom(20260101)
  let arrived = 0
  const target = createServer((socket: Socket) => {
    arrived++ // a byte reached a target: there must be a decision for it
    socket.on('error', () => {})
    socket.end('hello\n')
  })
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  const { port: targetPort } = target.address() as { port: number }
  await using gateway = await GatewayProcess.start({ config: ['[penalties]', 'enabled = false'] })
  await gateway.applyPolicy(POLICY)
  const options = [
    '-F',
    'none',
    '-i',
    gateway.keyFile(),
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
  ]
  for (let round = 0; round < ROUNDS; round++) {
    const before = arrived
    const stop = new AbortController()
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!stop.signal.aborted)
        await runCommand('ssh', [...options, '-p', String(gateway.port), '-W', `127.0.0.1:${targetPort}`, '127.0.0.1'])
    })
    // From the second on, however long the first take on a machine that is busy.
    await until(() => arrived >= before + 2)
    await sleep(random.below(1500))
    await gateway.kill('SIGKILL')
    stop.abort()
    await Promise.all(clients)
    await gateway.restart()
    await gateway.ok('audit', 'verify')
    const granted = await grantedCount(gateway)
    assert.ok(
      granted >= arrived,
      `round ${round}: ${arrived} connections reached the target, the log holds ${granted} decisions`,
    )
  }
  assert.ok(arrived > ROUNDS, `only ${arrived} connections: nothing was tried`)
  target.close()
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

async function grantedCount(gateway: GatewayProcess): Promise<number> {
  const lines = (await gateway.ok('audit', 'export')).split('\n').filter((line) => line.includes('"access-granted"'))
  return lines.length
}
