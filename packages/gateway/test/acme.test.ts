/** Certificates from an ACME server: Debian's pebble, which refuses nonces and checks what real ones do. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { freePort, TemporaryDirectory } from '@sallyport/testkit'
import { selfSigned } from '../src/http/self-signed.ts'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'

const missing = !existsSync('/usr/bin/pebble') || !existsSync('/usr/bin/pebble-challtestsrv')
const skip = missing ? 'NOT TESTED: ACME needs pebble; apt-get install pebble' : hasOpenSsh() ? false : 'needs ssh'
const NAME = 'gw.example.com'
const COMES_MS = 60_000

/** pebble, and a name server beside it for which every name is this machine. */
class Pebble implements AsyncDisposable {
  readonly directory = new TemporaryDirectory('pebble')
  readonly #children: ChildProcess[] = []
  readonly ca = this.directory.file('ca.pem')
  url = ''
  httpPort = 0
  tlsPort = 0
  output = ''

  static async start(): Promise<Pebble> {
    const pebble = new Pebble()
    const [port, management, dns, dnsManagement] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ]
    pebble.httpPort = await freePort()
    pebble.tlsPort = await freePort()
    pebble.url = `https://localhost:${port}/dir`
    const { certificate, key } = await selfSigned(['localhost'], Date.now())
    const keyFile = pebble.directory.file('key.pem')
    writeFileSync(pebble.ca, certificate)
    writeFileSync(keyFile, key)
    const config = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: pebble.ca,
      privateKey: keyFile,
      httpPort: pebble.httpPort,
      tlsPort: pebble.tlsPort,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
    }
    const file = pebble.directory.file('config.json')
    writeFileSync(file, JSON.stringify({ pebble: config }))
    const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', '']
    pebble.#run('pebble-challtestsrv', [
      ...off,
      '-dns01',
      `127.0.0.1:${dns}`,
      '-management',
      `127.0.0.1:${dnsManagement}`,
    ])
    pebble.#run('pebble', ['-config', file, '-dnsserver', `127.0.0.1:${dns}`, '-strict'])
    await until(() => /Listening on: 127/.test(pebble.output))
    // A validation that finds no name server yet is not tried again before the test ends.
    await until(() => answers(dns))
    return pebble
  }

  #run(command: string, args: readonly string[]): void {
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20' }
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.#children.push(child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    this.directory[Symbol.dispose]()
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** The certificate that the door shows for a name. */
async function shown(port: number, servername = NAME): Promise<X509Certificate> {
  const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return new X509Certificate(raw)
}

const isPebbles = ({ issuer }: X509Certificate) => issuer.includes('Pebble')

for (const challenge of ['tls-alpn-01', 'http-01'] as const) {
  test(`a certificate comes by ${challenge}, is shown without a restart, and is kept over one`, { skip }, async () => {
    await using pebble = await Pebble.start()
    const acme = {
      directory: pebble.url,
      email: 'ops@example.com',
      names: [NAME, 'other.example.com'],
      challenge,
      listen: `127.0.0.1:${pebble.httpPort}`,
      ca: pebble.ca,
    }
    const flags = { 'listen.https': [`127.0.0.1:${pebble.tlsPort}`], 'https.acme': acme }
    await using gate = await TestGateway.start({ flags })
    await until(async () => isPebbles(await shown(pebble.tlsPort)), COMES_MS).catch((error: unknown) => {
      throw new Error(`${gate.log.filter((line) => line.includes('ACME')).join('\n')}\n${pebble.output}`, {
        cause: error,
      })
    })
    const first = await shown(pebble.tlsPort)
    assert.equal(first.subjectAltName, `DNS:${NAME}, DNS:other.example.com`)
    const folder = `${gate.stateDirectory}/tls/acme`
    for (const file of ['account.pem', 'certificate.pem'])
      assert.equal(statSync(`${folder}/${file}`).mode & 0o777, 0o600)
    assert.ok(!existsSync(`${folder}/challenge`))

    const account = readFileSync(`${folder}/account.pem`, 'utf8')
    await gate.restart(flags)
    assert.equal((await shown(pebble.tlsPort)).fingerprint256, first.fingerprint256, 'from the first connection on')
    assert.equal(readFileSync(`${folder}/account.pem`, 'utf8'), account)
    const narrower = { ...flags, 'https.acme': { ...acme, names: [NAME, 'third.example.com'] } }
    await gate.restart(narrower)
    await until(async () => /third/.test((await shown(pebble.tlsPort)).subjectAltName ?? ''), COMES_MS)
    assert.equal((pebble.output.match(/There are now \d+ accounts/g) ?? ['one']).length, 1, 'with the same account')
  })
}

test('a certificate that nears its end is renewed under the door that shows it, and doctor and metrics say how it stands', {
  skip,
}, async () => {
  await using pebble = await Pebble.start()
  const acme = { directory: pebble.url, names: [NAME], ca: pebble.ca }
  const web = { 'listen.https': [`127.0.0.1:${pebble.tlsPort}`], 'https.url': `https://${NAME}` }
  await using gate = await TestGateway.start({ flags: web })
  const folder = `${gate.stateDirectory}/tls/acme`
  mkdirSync(folder, { mode: 0o700 })
  // A hundred days are left of eight hundred.
  const old = await selfSigned([NAME], Date.now() - 700 * 24 * 60 * 60 * 1000)
  writeFileSync(`${folder}/certificate.pem`, old.key + old.certificate, { mode: 0o600 })
  await gate.restart({ ...web, 'https.acme': acme })
  await until(async () => isPebbles(await shown(pebble.tlsPort)), COMES_MS)
  const check = async () => (await gate.api.call('daemon.doctor')).checks.find(({ id }) => id === 'tls')
  const { status, detail = '' } = (await check()) ?? {}
  assert.deepEqual([status, /^by ACME; \d+ days left$/.test(detail)], ['ok', true], detail)
  const { address, port } = gate.gateway.metricsAddress ?? {}
  const metrics = await (await fetch(`http://${address}:${port}/metrics`)).text()
  const ends = /^sallyport_tls_certificate_expiry_timestamp_seconds (\d+)$/m.exec(metrics)?.[1]
  assert.equal(Number(ends) * 1000, (await shown(pebble.tlsPort)).validToDate.getTime())
  assert.match(metrics, /^sallyport_acme_failures 0$/m)

  await gate.restart({ ...web, 'https.url': 'https://elsewhere.example.com', 'https.acme': acme })
  assert.match((await check())?.detail ?? '', /not for elsewhere\.example\.com/)
  await gate.restart({
    ...web,
    'https.acme': { ...acme, names: [NAME, 'more.example.com'], directory: `${pebble.url}/no` },
  })
  await until(async () => /tries that failed: 1, /.test((await check())?.detail ?? ''), COMES_MS)
  const failing = await check()
  assert.equal(failing?.status, 'warn')
  assert.match(failing?.detail ?? '', /the last at .*: the directory answers 404/)
})

test('a server that is not there, or does not validate, is told loudly and leaves the door open', {
  skip,
}, async () => {
  await using pebble = await Pebble.start()
  const port = await freePort()
  const said = (gate: TestGateway) => gate.log.filter((line) => line.includes('get a certificate by ACME'))
  const acme = { directory: pebble.url, names: [NAME], challenge: 'http-01', listen: `127.0.0.1:${await freePort()}` }
  // Validated on another port than the one that answers.
  const wrong = { 'listen.https': [`127.0.0.1:${port}`], 'https.acme': { ...acme, ca: pebble.ca } }
  await using gate = await TestGateway.start({ flags: wrong })
  assert.ok(!isPebbles(await shown(port)), 'self-signed from the first moment')
  await until(() => said(gate).length > 0, COMES_MS)
  assert.match(said(gate)[0] ?? '', /was not validated by http-01/)
  assert.ok(!isPebbles(await shown(port)))
  await gate.restart({ ...wrong, 'https.acme': { ...acme, directory: `https://127.0.0.1:${await freePort()}/dir` } })
  await until(() => said(gate).length > 1, COMES_MS)
  assert.ok(!isPebbles(await shown(port)), 'and the door is open')
})
