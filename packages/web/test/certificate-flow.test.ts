/**
 * A person’s first day, with nothing played by the test but their hands: `sallyport login`, Chromium, the pages of an
 * identity provider and of the console, an ssh-agent, and stock ssh to a sshd that holds no keys.
 */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TestIdentityProvider } from '@sallyport/identity/testing/provider'
import { CommandUser, freePort, hasSshd, type RunningCommand, Sshd, TemporaryDirectory } from '@sallyport/testkit'
import type { Page } from 'playwright-core'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'

const sshSkip = hasSshd() && existsSync('/usr/bin/ssh-agent') ? false : 'needs ssh, sshd and ssh-agent'
/** A sshd that root does not run lets nobody else in. */
const LOGIN = userInfo().username
const PASSWORD = 'correct horse'
const POLICY = {
  tagOwners: { 'tag:db': [] },
  groups: { 'group:dba': [] },
  acls: [{ action: 'accept', src: ['group:dba'], dst: ['tag:db:*'] }],
  ssh: [{ action: 'accept', src: ['group:dba'], dst: ['tag:db'], users: [LOGIN] }],
}

async function place() {
  await using started = new AsyncDisposableStack()
  const port = await freePort()
  const provider = started.use(
    await TestIdentityProvider.start({ redirectUri: `https://localhost:${port}/auth/oidc/callback` }),
  )
  const account = { sub: 'a-1', email: 'alice@example.com', email_verified: true, groups: ['dba'] }
  provider.people.set('alice', { password: PASSWORD, account })
  const secret = started.use(new TemporaryDirectory('provider')).file('secret')
  writeFileSync(secret, TestIdentityProvider.clientSecret, { mode: 0o600 })
  const gate = started.use(
    await ConsoleGateway.start({
      'listen.https': [`127.0.0.1:${port}`],
      'oidc.providers': {
        work: {
          title: 'Example Inc.',
          issuer: provider.issuer,
          client_id: TestIdentityProvider.clientId,
          client_secret_file: secret,
          scopes: ['email', 'profile', 'groups'],
          domains: ['example.com'],
          auto_join: true,
          groups_claims: ['groups'],
        },
      },
    }),
  )
  await gate.api.call('policy.apply', { text: JSON.stringify(POLICY), message: 'for a test', allow_lockout: true })
  const sshd = started.use(await Sshd.start())
  await gate.api.call('target.add', { name: 'db1', address: '127.0.0.1', port: sshd.port, tags: ['tag:db'] })
  await sshd.enrol(await gate.api.call('target.enrol', { target: 'db1', host_key: sshd.hostKeys[0] ?? '', names: [] }))
  const all = started.move()
  return { gate, provider, sshd, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

function known(gate: ConsoleGateway): string {
  const { fingerprint256 } = new X509Certificate(readFileSync(join(gate.folder, 'state/tls/certificate.pem')))
  return `--server ${gate.origin} --fingerprint ${fingerprint256}`
}

/** From the console's sign-in page through those of the provider, and back. */
async function throughProvider(page: Page, provider: TestIdentityProvider): Promise<void> {
  await page.getByRole('link', { name: 'Continue with Example Inc.' }).click()
  await page.waitForURL((url) => url.origin === provider.issuer)
  await page.getByLabel('Name').fill('alice')
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('alert').getByText('Wrong name or password').waitFor()
  await page.getByLabel('Name').fill('alice')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
}

async function reaches(user: CommandUser, running: RunningCommand, sshd: Sshd): Promise<void> {
  assert.equal(await running.ended, 0, running.stderr)
  assert.match(
    running.stdout,
    /as alice@example\.com, member\n[\s\S]*certificate +until .*, in the ssh-agent\nlogins .*\n$/,
  )
  assert.ok(running.stdout.endsWith(` ${LOGIN}@tag:db\n`))
  const certificates = user.keysInAgent().filter((line) => line.startsWith('ssh-ed25519-cert-v01@openssh.com '))
  assert.equal(certificates.length, 1)
  const written = await user.run('ssh-config --write')
  assert.equal(written.status, 0, written.stderr)
  const { stdout, stderr } = await user.ssh(['-J', 'sallyport', `${LOGIN}@db1`, 'id -un'])
  assert.equal(stdout.toString(), `${LOGIN}\n`, stderr + sshd.log)
  await sshd.logs(/Accepted publickey for .* ID alice@example\.com usr_\w+ web_\w+ \(serial \d+\)/)
}

test('login with the browser of the same machine, by the company’s identity provider, and ssh goes through', {
  skip: skip || sshSkip,
}, async () => {
  await using all = await place()
  const { gate, provider, sshd } = all
  using user = new CommandUser(join(gate.folder, 'home-alice'))
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const running = user.start(`login --browser --no-open ${known(gate)}`)
  await page.goto(await running.says(/machine\n {2}(\S+)/))
  await throughProvider(page, provider)
  await page.getByRole('heading', { name: 'Let the command sign in?' }).waitFor()
  await page.getByText('alice@example.com').first().waitFor()
  await page.getByRole('button', { name: 'Let it sign in' }).click()
  await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\//)
  await page.getByText('You are signed in').first().waitFor()
  await reaches(user, running, sshd)
  assert.deepEqual(browser.violations, [])
})

test('login with a code, typed into a browser elsewhere that signs in by the provider first', {
  skip: skip || sshSkip,
}, async () => {
  await using all = await place()
  const { gate, provider, sshd } = all
  using user = new CommandUser(join(gate.folder, 'home-alice'))
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const running = user.start(`login --device ${known(gate)}`)
  const code = await running.says(/approve the code\n {2}(\S+)/)
  await page.goto(await running.says(/any browser\n {2}(\S+)/))
  await throughProvider(page, provider)
  await page.getByLabel('Code').fill(code)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Let this command sign in?' }).waitFor()
  await page.getByRole('button', { name: 'Let it sign in' }).click()
  await page.getByText('The command goes on by itself').waitFor()
  await reaches(user, running, sshd)
  assert.deepEqual(browser.violations, [])
})
