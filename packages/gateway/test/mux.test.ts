/** One port for SSH, HTTPS and plain HTTP, with the programs that speak them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { freePort } from '@sallyport/testkit'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'

const skip = hasOpenSsh() && existsSync('/usr/bin/curl') ? false : 'needs ssh, sshd and curl'
const flags = { 'listen.https': 'off', 'listen.mux': ['127.0.0.1:0'], 'penalties.enabled': false }

const portOf = (gate: TestGateway) => gate.gateway.muxAddresses[0]?.port ?? 0
const signIn = (gate: TestGateway, more: readonly string[] = []) =>
  gate.ssh(gate.sshConfig(gate.ownerKey), ['-p', String(portOf(gate)), '-l', gate.ownerName, ...more, 'gate'])

function curl(gate: TestGateway, ...args: readonly string[]): Promise<string> {
  const known = ['--cacert', `${gate.stateDirectory}/tls/certificate.pem`, '--noproxy', '*', '-sS']
  return new Promise((resolve, reject) => {
    execFile('curl', [...known, ...args], (error, stdout) => (error === null ? resolve(stdout) : reject(error)))
  })
}

async function raw(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

test('ssh, HTTPS and HTTP find what they look for on one port', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const port = portOf(gate)
  const { stdout, stderr } = await signIn(gate)
  assert.match(stdout.toString(), /^Hello /, stderr)
  const state = JSON.parse(await curl(gate, `https://localhost:${port}/v1/auth/state`)) as { signed_in: unknown }
  assert.equal(state.signed_in, null)
  const headers = await curl(gate, '-I', `http://localhost:${port}/users?x=1`)
  assert.match(headers, /^HTTP\/1\.1 308/)
  assert.match(headers, new RegExp(`^location: https://localhost:${port}/users\\?x=1\r?$`, 'im'))
  const posted = await curl(gate, '-o', '/dev/null', '-w', '%{http_code}', '-d', 'x=1', `http://localhost:${port}/`)
  assert.equal(posted, '403')
  const elsewhere = await curl(gate, '-I', '-H', 'Host: evil.example', `http://localhost:${port}/`)
  assert.doesNotMatch(elsewhere, /evil/)
})

test('bytes go both ways unharmed, many of them, through a passage from the shared port', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, {
    target,
    more: `Match originalhost gate\n  Port ${portOf(gate)}\n  User ${gate.ownerName}\nMatch all`,
  })
  const input = 'x'.repeat(4 * 1024 * 1024)
  const { stdout, stderr } = await gate.ssh(config, ['-J', 'gate', 'server', 'cat'], { input })
  assert.equal(stdout.toString() === input, true, stderr)
})

test('who says nothing gets SSH after a moment, and who ends at once is let go', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const started = performance.now()
  const silent = await raw(portOf(gate))
  const [chunk] = (await once(silent, 'data')) as [Buffer]
  assert.match(chunk.toString(), /^SSH-2\.0-/)
  const ms = performance.now() - started
  assert.ok(ms >= 250 && ms < 15_000, `${ms} ms`)
  silent.destroy()
  const gone = await raw(portOf(gate))
  gone.end()
  gone.resume()
  await once(gone, 'close')
  assert.equal((await signIn(gate)).status, 0)
})

test('V-E08 500 sockets on the shared port that say nothing, or half a ClientHello: a browser is answered within 200 ms', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const port = portOf(gate)
  const answerTimes = async () => {
    const times: number[] = []
    for (let n = 0; n < 30; n++) {
      const one = await raw(port)
      const started = performance.now()
      one.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      const answered = await Promise.race([once(one, 'data'), once(one, 'close').then(() => undefined)])
      times.push(answered === undefined ? Number.POSITIVE_INFINITY : performance.now() - started)
      one.destroy()
    }
    return times
  }
  const withSilence = async () => {
    const calm = await answerTimes()
    const sockets = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const socket = await raw(port)
        if (n % 2 === 0) socket.write(Buffer.from('16030102000100', 'hex'))
        return socket
      }),
    )
    // A machine that is busy with something else is slow without them, too.
    return { sockets, slowest: Math.max(...(await answerTimes())), most: Math.max(200, 3 * Math.max(...calm)) }
  }
  // What stalls others does so every time.
  let found = await withSilence()
  for (let again = 0; again < 4 && found.slowest >= found.most; again++) {
    for (const socket of found.sockets) socket.destroy()
    found = await withSilence()
  }
  // Those of an earlier try may still count as this source's, until the gateway has seen them go.
  const browse = () => curl(gate, '-w', '%{http_code}', '-o', '/dev/null', `https://localhost:${port}/v1/auth/state`)
  await until(async () => (await browse().catch(() => '')) === '200')
  for (const socket of found.sockets) socket.destroy()
  assert.ok(found.slowest < found.most, `${found.slowest} ms of ${found.most} ms`)
  await until(async () => (await signIn(gate)).status === 0)
})

test('V-E07 a request that never ends is cut off on the shared port too, in plain text and in TLS', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const plain = await raw(portOf(gate))
  plain.write('GET / HTTP/1.1\r\nX-Slow: ')
  plain.resume()
  const tls = connectTls({ port: portOf(gate), host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
  await once(tls, 'secureConnect')
  tls.write('GET / HTTP/1.1\r\nX-Slow: ')
  const started = Date.now()
  const [, [answer]] = (await Promise.all([once(plain, 'close'), once(tls, 'data')])) as [unknown, [Buffer]]
  assert.match(answer.toString(), /^HTTP\/1\.1 408/)
  assert.ok(Date.now() - started < 25_000)
  tls.destroy()
})

test('a banned address is not even asked what it speaks, and a stop leaves no port behind', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: { ...flags, 'listen.mux': [`127.0.0.1:${await freePort()}`] } })
  const port = portOf(gate)
  await gate.api.call('ban.add', { source: '127.0.0.1' })
  const socket = await raw(port)
  await once(socket, 'close')
  const { bans } = await gate.api.call('ban.list')
  await gate.api.call('ban.remove', { ban: bans[0]?.id ?? '' })
  assert.equal((await signIn(gate)).status, 0)
  await gate.gateway.stop({ drainMs: 0 })
  const refused = connect(port, '127.0.0.1')
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNREFUSED')
})
