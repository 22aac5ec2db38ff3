/** Every secret that signing in brings about, looked for in everything that is written down. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { TOTP } from 'otpauth'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'log.level': 'trace', 'penalties.enabled': false }

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
}

/** The forms in which a text could lie about. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
    encodeURIComponent(secret),
  ]
}

test('V-E14 cookies, tokens, links, codes and TOTP secrets are in no log, no audit event and no file of the state', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const secrets = new Map<string, string>()
  const keep = (name: string, secret: string | undefined) => {
    assert.ok(secret !== undefined && secret.length >= 6, `there is a ${name} to look for`)
    secrets.set(name, secret)
  }
  const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)

  await gate.api.call('user.add', { name: 'alice' })
  const unused = await gate.api.call('user.invite', { user: gate.ownerName })
  keep('link that nobody used', tokenOf(unused.url))
  keep('setup link', /\/setup\/(\S+)/.exec(gate.gateway.greeting)?.[1])
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  keep('link', tokenOf(url))
  const browser = new WebClient(gate)
  const { recoveryCodes } = await browser.join(url)
  keep('cookie of the link', browser.cookie?.split('=')[1])
  for (const [index, code] of recoveryCodes.entries()) keep(`recovery code ${index}`, code)
  await browser.api.call('auth.sign-out')
  await browser.signIn()
  keep('cookie', browser.cookie?.split('=')[1])
  const { uri, secret } = await browser.api.call('me.totp-begin')
  keep('TOTP secret', secret)
  keep('TOTP address', uri)
  const totp = new TOTP({ secret })
  await browser.api.call('me.totp-confirm', { code: totp.generate() })
  const { token } = await browser.api.call('me.token-add', { name: 'script', scopes: ['read'], seconds: 3600 })
  keep('API token', token)
  const script = new WebClient(gate)
  script.token = token
  await script.api.call('me.show')

  // What goes wrong is where secrets are often quoted.
  const wrong = `spt_${'canary'.repeat(8).slice(0, 43)}`
  keep('token that does not count', wrong)
  const stranger = new WebClient(gate)
  stranger.token = wrong
  await assert.rejects(stranger.api.call('me.show'))
  const typo = 'canary-canary-canary'
  keep('mistyped recovery code', typo)
  await assert.rejects(new WebClient(gate).api.call('auth.recovery-code', { user: 'alice', code: typo }))
  const used = new WebClient(gate)
  await assert.rejects(used.join(url))
  await used.api.call('auth.recovery-code', { user: 'alice', code: recoveryCodes[0] ?? '' })
  keep('cookie of the recovery', used.cookie?.split('=')[1])
  const { url: again } = await gate.api.call('user.invite', { user: 'alice' })
  keep('recovery link', tokenOf(again))
  await browser.ask(`/v1/links/${tokenOf(again)}`)
  await browser.ask(`/join/${tokenOf(again)}`)
  await browser.ask(`/v1/nothing/${tokenOf(again)}`)
  const metrics = await (await fetch(`http://127.0.0.1:${gate.gateway.metricsAddress?.port}/metrics`)).text()

  const events: string[] = []
  for await (const { line } of gate.api.stream('audit.export', {})) events.push(line)
  assert.ok(events.length > 10)
  const written: (readonly [place: string, text: string])[] = [
    ['log', gate.log.join('\n')],
    ['audit log', events.join('\n')],
    ['metrics', metrics],
    ['command line', readFileSync('/proc/self/cmdline', 'latin1')],
    ['environment', readFileSync('/proc/self/environ', 'latin1')],
    ...filesUnder(gate.stateDirectory).map((path) => [path, readFileSync(path, 'latin1')] as const),
  ]
  assert.ok(
    gate.log.some((line) => line.includes('"msg":"ready"')),
    'the log is there',
  )
  assert.ok(
    written.some(([place, text]) => place.includes('db') && text.includes('alice')),
    'the database is among what is searched',
  )
  const found = written.flatMap(([place, text]) =>
    [...secrets].flatMap(([name, value]) =>
      formsOf(value).some((form) => text.includes(form)) ? [`${name} in ${place}`] : [],
    ),
  )
  assert.deepEqual(found, [])
  assert.equal(execFileSync('ps', ['-o', 'args=', '-p', String(process.pid)]).includes(token), false)
})
