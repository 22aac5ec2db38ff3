/** The HTTPS door of a whole gateway: certificate, names, headers, who may ask what. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { GatewayError } from '@sallyport/gateway'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const FLAGS = { 'listen.https': ['127.0.0.1:0'] }

const ask = (gate: TestGateway, ...rest: Parameters<WebClient['ask']>) => new WebClient(gate).ask(...rest)

test('the first start makes a certificate for this machine, whose key only we may read', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  assert.equal(statSync(`${gate.stateDirectory}/tls/key.pem`).mode & 0o777, 0o600)
  const before = readFileSync(`${gate.stateDirectory}/tls/certificate.pem`, 'utf8')
  assert.equal((await ask(gate, '/v1/status')).status, 401, 'verified against the certificate itself')
  await gate.restart(FLAGS)
  assert.equal(readFileSync(`${gate.stateDirectory}/tls/certificate.pem`, 'utf8'), before, 'and kept')
})

test('who has not signed in, or with a token of nobody, gets a 401 that says so', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  const nobody = await ask(gate, '/v1/users')
  assert.equal(nobody.status, 401)
  assert.match(nobody.body, /SP1006/)
  const wrong = await ask(gate, '/v1/users', { headers: { authorization: `Bearer spt_${'x'.repeat(43)}` } })
  assert.equal(wrong.status, 401)
  const claims = { 'x-forwarded-for': '127.0.0.1', 'x-sallyport-role': 'owner', cookie: '__Host-sallyport=sps_x' }
  assert.equal((await ask(gate, '/v1/users', { headers: claims })).status, 401)
})

test('V-E12 a Host that is not the gateway’s own is misdirected, in the API and in the console', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  for (const path of ['/v1/status', '/', '/assets/x']) {
    for (const host of ['evil.example', 'localhost', 'localhost:1']) {
      assert.equal((await ask(gate, path, { headers: { host } })).status, 421, `${path} at ${host}`)
    }
  }
})

test('every answer forbids framing, sniffing and foreign scripts', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  for (const path of ['/', '/v1/status', '/v1/nothing', '/missing.js']) {
    const { headers } = await ask(gate, path)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/, path)
    assert.match(policy, /frame-ancestors 'none'/, path)
    assert.doesNotMatch(policy, /unsafe/, path)
    assert.equal(headers['x-content-type-options'], 'nosniff', path)
    assert.equal(headers['x-frame-options'], 'DENY', path)
    assert.equal(headers['strict-transport-security'], undefined, 'never of a self-signed certificate')
  }
})

test('a body that breaks off is no failure of the gateway: strangers cannot fill its log', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  const port = gate.gateway.webAddresses[0]?.port ?? 0
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  socket.write(`POST /v1/auth/passkey/finish HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\n`)
  socket.write('Content-Length: 100\r\n\r\n{', () => socket.destroy())
  const answered = async () => {
    const metrics = await fetch(`http://127.0.0.1:${gate.gateway.metricsAddress?.port}/metrics`)
    return /^sallyport_api_requests_total\{.*status="400".*\} 1$/m.test(await metrics.text())
  }
  await until(answered, 20_000)
  assert.deepEqual(
    gate.log.filter((line) => line.includes('"level":"error"')),
    [],
  )
})

test('TLS before 1.2 is refused', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  const port = gate.gateway.webAddresses[0]?.port ?? 0
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
  })
  socket.on('secureConnect', () => resolve('connected'))
  socket.on('error', () => resolve('refused'))
  assert.equal(await promise, 'refused')
  socket.destroy()
})

test('a certificate without its key, or with another one, keeps the gateway from starting and says why', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  const other = gate.directory.file('other.pem')
  writeFileSync(other, gate.key('id_other').line)
  const certificate = `${gate.stateDirectory}/tls/certificate.pem`
  for (const files of [
    { 'https.certificate': certificate },
    { 'https.certificate': certificate, 'https.key': other },
    { 'https.certificate': '/nowhere', 'https.key': other },
  ]) {
    await assert.rejects(
      gate.restart({ ...FLAGS, ...files }),
      (error) => error instanceof GatewayError && error.reason === 'tls.invalid' && error.fix !== undefined,
    )
  }
  await gate.restart(FLAGS)
})

test('a banned address does not even get a handshake', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  assert.equal((await ask(gate, '/v1/status')).status, 401)
  await gate.api.call('ban.add', { source: '127.0.0.1' })
  await assert.rejects(ask(gate, '/v1/status'))
})

test('a ban ends the connections that are open, and what they are still told', { skip }, async () => {
  await using gate = await TestGateway.start({ flags: FLAGS })
  await gate.api.call('user.add', { name: 'alice', role: 'admin' })
  const alice = new WebClient(gate)
  await alice.join((await gate.api.call('user.invite', { user: 'alice' })).url)
  const port = gate.gateway.webAddresses[0]?.port ?? 0
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false })
  socket.on('error', () => {})
  let told = ''
  socket.setEncoding('utf8').on('data', (text: string) => (told += text))
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${alice.cookie ?? ''}\r\n\r\n`)
  await until(() => told.startsWith('HTTP/1.1 200'))
  await gate.api.call('ban.add', { source: '192.0.2.7' })
  await until(() => told.includes('192.0.2.7'))
  await gate.api.call('ban.add', { source: '127.0.0.1' })
  await until(() => socket.destroyed).catch(() => assert.fail('it goes on'))
  assert.doesNotMatch(told, /127\.0\.0\.1/)
})
