/** What the `sallyport` command says in the middle of the night: a wrong clock, a wrong name, a certificate that is over. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { CommandUser, TemporaryDirectory } from '@sallyport/testkit'
import { selfSigned } from '../src/http/self-signed.ts'
import { atConsole, known, serverOf } from './at-console.ts'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
const DAY_MS = 24 * 60 * 60 * 1000
/** Longer than any certificate that a server makes for itself. */
const YEARS_MS = 40 * 365 * DAY_MS

/** Environment of a process whose clock is off by so many milliseconds. */
function off(directory: TemporaryDirectory, milliseconds: number): NodeJS.ProcessEnv {
  const file = directory.file('clock.mjs')
  writeFileSync(
    file,
    `const Real = Date, by = ${milliseconds}
globalThis.Date = class extends Real {
  constructor(...parts) { parts.length === 0 ? super(Real.now() + by) : super(...parts) }
  static now() { return Real.now() + by }
}\n`,
  )
  return { NODE_OPTIONS: `--import=${file}` }
}

test('a clock that is a day off is told, and the agent holds the key for as long as the gateway means', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-alice'))
  for (const [milliseconds, words] of [
    [DAY_MS, /this machine’s clock is (?:1d|23h 59m) ahead of the gateway’s: set it right/],
    [-DAY_MS, /this machine’s clock is (?:1d|23h 59m) behind the gateway’s: set it right/],
  ] as const) {
    const env = off(gate.directory, milliseconds)
    const running = user.start(`login --device ${known(gate)}`, env)
    const code = await running.says(/approve the code\n {2}(\S+)/)
    await browser.api.call('device.decide', { code, approve: true })
    assert.equal(await running.ended, 0, running.stderr)
    assert.match(running.stderr, words)
    const renewed = await user.run('cert renew --if-needed --json=renewed', { env })
    assert.equal(renewed.status, 0, renewed.stderr)
    if (milliseconds > 0) assert.match(renewed.stderr, words)
    // A lifetime that was over by this machine's clock would be a second.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    assert.equal(user.keysInAgent().length, 2, 'one certificate and its key')
  }
  const right = await user.run('cert renew')
  assert.doesNotMatch(right.stderr, /clock/)
})

test('without a certificate of one’s own: what to type, and no path', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate, 'alice', 'admin')
  const { token } = await browser.api.call('me.token-add', { name: 'ci', scopes: ['me'], seconds: 600 })
  using user = new CommandUser(gate.directory.file('home-alice'), { agent: false })
  const nobody = await user.run(`cert inspect ${known(gate)}`)
  assert.deepEqual(
    [nobody.status, nobody.stderr],
    [
      4,
      `error: you are not signed in to ${serverOf(gate)}  [SP4009 sign-in.needed]\n  fix   sallyport login --server ${serverOf(gate)}\n`,
    ],
  )
  assert.equal((await user.run(`login --token-stdin ${known(gate)}`, { input: `${token}\n` })).status, 0)
  const none = await user.run('cert inspect')
  assert.deepEqual(
    [none.status, none.stderr],
    [4, `error: you have no certificate of ${serverOf(gate)}  [SP4009 sign-in.needed]\n  fix   sallyport cert renew\n`],
  )
})

test('a certificate for another name, one that is over, and one that has not begun are told apart; nothing is sent', async () => {
  using directory = new TemporaryDirectory('at-three')
  using user = new CommandUser(directory.file('home'), { agent: false })
  const table: [names: string[], madeAt: number, why: RegExp, fix: RegExp][] = [
    [
      ['gw.example.com'],
      Date.now(),
      /its certificate is not for localhost\n +it shows .*, for gw\.example\.com\n/,
      /use a name/,
    ],
    [
      ['localhost'],
      Date.now() - YEARS_MS,
      /its certificate ended at \d{4}-\S+Z, and this machine’s clock says 2/,
      /clock/,
    ],
    [
      ['localhost'],
      Date.now() + 2 * DAY_MS,
      /its certificate begins at \d{4}-\S+Z, and this machine’s clock says 2/,
      /clock/,
    ],
  ]
  for (const [names, madeAt, why, fix] of table) {
    const { certificate, key } = await selfSigned(names, madeAt)
    const trusted = directory.file('trusted.pem')
    writeFileSync(trusted, certificate)
    let heard = 0
    const server = createServer({ cert: certificate, key }, (_, response) => {
      heard++
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const env = { NODE_EXTRA_CA_CERTS: trusted }
      const { status, stderr } = await user.run(`login --device --server https://localhost:${port}`, { env })
      assert.equal(status, 7, stderr)
      assert.match(stderr, /^error: https:\S+ cannot prove that it is itself {2}\[SP4007 server\.untrusted\]\n/)
      assert.match(stderr, why)
      assert.match(stderr.slice(stderr.indexOf('  fix ')), fix)
      assert.equal(heard, 0)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }
})
