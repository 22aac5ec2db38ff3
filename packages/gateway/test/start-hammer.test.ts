/** Whoever cannot wait for the gateway to be ready. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { freePort } from '@sallyport/testkit'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'

/** Half of a ClientHello, requests in plain text, an SSH identification, and nothing. */
const OPENINGS = [
  Buffer.from('16030102000100', 'hex'),
  'GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'POST /v1/auth/passkey/finish HTTP/1.1\r\n\r\n{',
  'SSH-2.0-hammer\r\n',
  '',
] as const
const HAMMERS = 16

test('V-E15 all listeners are hammered from before they are there until the gateway is ready: nothing falls over', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags: { 'penalties.enabled': false } })
  const [ssh, https, metrics] = [await freePort(), await freePort(), await freePort()]
  const ports = [ssh, https, metrics]
  const stop = new AbortController()
  const seen = { refused: 0, connected: 0, answers: new Set<string>() }
  const once = (n: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(ports[n % ports.length] ?? 0, '127.0.0.1')
      socket.setTimeout(50, () => socket.destroy())
      socket.on('connect', () => {
        seen.connected++
        socket.write(OPENINGS[n % OPENINGS.length] ?? '')
      })
      socket.on('data', (chunk) => seen.answers.add(/^HTTP\/1\.1 \d+/.exec(chunk.toString('latin1'))?.[0] ?? 'other'))
      socket.on('error', (error: NodeJS.ErrnoException) => void (error.code === 'ECONNREFUSED' && seen.refused++))
      socket.on('close', () => resolve())
    })
  const hammers = Array.from({ length: HAMMERS }, async (_, index) => {
    // Turns of the loop between them, so that the start itself gets on.
    for (let n = index; !stop.signal.aborted; n += HAMMERS + 1) {
      await once(n)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  await gate.restart({
    'listen.ssh': [`127.0.0.1:${ssh}`],
    'listen.https': [`127.0.0.1:${https}`],
    'listen.metrics': `127.0.0.1:${metrics}`,
    'penalties.enabled': false,
  })
  // Each opening at each listener, and some more.
  await until(() => seen.connected > 4 * ports.length * OPENINGS.length)
  stop.abort()
  await Promise.all(hammers)
  assert.ok(seen.refused > 0 && seen.connected > 0, 'before and after it listened')
  for (const answer of seen.answers) assert.ok(/^(HTTP\/1\.1 (200|400|421|503)|other)$/.test(answer), answer)
  assert.equal((await new WebClient(gate).ask('/v1/auth/state')).status, 200)
  assert.equal((await gate.api.call('daemon.status')).phase, 'ready')
  assert.deepEqual(
    gate.log.filter((line) => line.includes('"level":"error"')),
    [],
  )
})
