/** `sallyport idp`: the real command against a whole gateway, its sallyport.toml, and a real provider. */
import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { TestIdentityProvider } from '@sallyport/identity/testing/provider'
import { CommandUser, freePort, runCommand } from '@sallyport/testkit'
import { OidcBrowser } from './oidc-browser.ts'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const TOML = '# Ours.\n\n[log]\nlevel = "info" # not more\n\n# The end.'

interface Check {
  readonly id: string
  readonly status: string
  readonly fix: string | null
}

/** A gateway with a file of its own, a provider that knows it, and its secret in a file. */
async function place() {
  const port = await freePort()
  const redirectUri = `https://localhost:${port}/auth/oidc/callback`
  await using started = new AsyncDisposableStack()
  const provider = started.use(await TestIdentityProvider.start({ redirectUri }))
  const gate = started.use(await TestGateway.start())
  const file = join(gate.stateDirectory, 'sallyport.toml')
  writeFileSync(file, TOML)
  chmodSync(file, 0o640)
  await gate.restart({ 'listen.https': [`127.0.0.1:${port}`] })
  const secret = gate.directory.file('secret')
  writeFileSync(secret, `${TestIdentityProvider.clientSecret}\n`, { mode: 0o600 })
  const user = started.use(new CommandUser(gate.directory.file('home-root'), { agent: false }))
  const idp = async (args: string, env: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = await user.run(`idp ${args} --state ${gate.stateDirectory}`, { env })
    return { status, stdout: stdout.toString(), stderr }
  }
  const all = started.move()
  const add = `add work --issuer ${provider.issuer} --client-id ${TestIdentityProvider.clientId} --client-secret-file ${secret} --domain example.com --auto-join`
  return { gate, provider, file, secret, redirectUri, idp, add, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

const read = (file: string) => readFileSync(file, 'utf8')
const statusOf = (stdout: string) =>
  Object.fromEntries((JSON.parse(stdout) as Check[]).map(({ id, status }) => [id, status]))

void suite('sallyport idp', { skip }, () => {
  void test('add tests, writes one table, and people sign in at once; rm leaves the bytes that were there', async () => {
    await using all = await place()
    const { gate, provider, file, redirectUri, idp, add } = all
    const added = await idp(add)
    assert.equal(added.status, 0, added.stderr)
    assert.ok(added.stdout.includes(redirectUri), added.stdout)
    assert.ok(read(file).startsWith(TOML), 'every other byte stays')
    assert.equal(statSync(file).mode & 0o777, 0o640, 'and the mode')
    provider.account = { sub: 'a-1', email: 'alice@example.com', email_verified: true }
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 200, 'in force without a restart')
    const listed = JSON.parse((await idp('ls --json')).stdout) as { name: string; state: string; identities: number }[]
    assert.deepEqual(
      listed.map(({ name, state, identities }) => [name, state, identities]),
      [['work', 'ready', 1]],
    )
    const twice = await idp(add)
    assert.equal(twice.status, 2)
    assert.match(twice.stderr, /there is a provider “work” already/)
    const other = await idp(add.replace('add work', 'add other'))
    assert.equal(other.status, 2)
    assert.match(other.stderr, /two providers have the same issuer/)
    const unasked = await idp('rm work')
    assert.equal(unasked.status, 2, 'not without being asked')
    const removed = await idp('rm work --yes')
    assert.equal(removed.status, 0, removed.stderr)
    assert.equal(read(file), TOML)
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 404)
    assert.equal((await idp('rm work --yes')).status, 2)
    const changes = (await gate.events('config-changed')).map(({ data }) => data['keys'])
    assert.deepEqual(changes, [['oidc.providers'], ['oidc.providers']])
  })

  void test('test looks at everything a sign-in needs, and says with its exit status that something is wrong', async () => {
    await using all = await place()
    const { gate, file, secret, idp, add } = all
    await idp(add)
    const good = await idp('test work --json')
    assert.equal(good.status, 0, good.stderr + good.stdout)
    assert.deepEqual(statusOf(good.stdout), {
      discovery: 'ok',
      issuer: 'ok',
      endpoints: 'ok',
      pkce: 'ok',
      algorithms: 'ok',
      keys: 'ok',
      client: 'ok',
      clock: 'ok',
      'iss-parameter': 'ok',
      secret: 'ok',
      'redirect-uri': 'warn',
    })
    const plain = await idp('test work')
    assert.match(plain.stdout, /^✓ the provider answers: /)
    chmodSync(secret, 0o644)
    const open = await idp('test work')
    assert.equal(open.status, 3)
    assert.match(open.stdout, /✗ the client secret can be read: .* is open to others\n {2}fix {3}chmod 600 /)
    const text = read(file)
    writeFileSync(file, text.replace(/issuer = "[^"]*"/, 'issuer = "http://127.0.0.1:9"'))
    const down = await idp('test work --json')
    assert.equal(down.status, 3)
    assert.deepEqual([statusOf(down.stdout)['discovery'], statusOf(down.stdout)['keys']], ['fail', 'skipped'])
    const missing = await idp('test other')
    assert.equal(missing.status, 2)
    assert.match(missing.stderr, /there is no provider “other”/)
    assert.ok(gate.port > 0)
  })

  void test('V-F06 what is wrong with a provider is found before it is written; nothing is, where the whole would not be read', async () => {
    await using all = await place()
    const { file, idp, secret } = all
    const answers: Record<string, unknown> = {}
    const server = createServer((request, response) => {
      response.setHeader('date', new Date(Date.now() - 120_000).toUTCString())
      response.end(JSON.stringify(request.url === '/jwks' ? { keys: [{ kty: 'oct', k: 'AAAA' }] } : answers))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      Object.assign(answers, {
        issuer: `${issuer}/`,
        authorization_endpoint: 'http://169.254.169.254/latest',
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        code_challenge_methods_supported: ['plain'],
        id_token_signing_alg_values_supported: ['HS256', 'none'],
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
      })
      const add = `add bad --issuer ${issuer} --client-id x --client-secret-file ${secret}`
      const refused = await idp(add)
      assert.equal(refused.status, 3, refused.stderr)
      assert.match(refused.stderr, /was not added/)
      assert.equal(read(file), TOML, 'nothing was written')
      assert.equal((await idp(`${add} --no-test`)).status, 0)
      const checks = await idp('test bad --json')
      assert.equal(checks.status, 3)
      const statuses = statusOf(checks.stdout)
      for (const id of ['issuer', 'endpoints', 'pkce', 'algorithms', 'keys', 'client', 'clock'])
        assert.equal(statuses[id], 'fail', id)
      assert.equal(statuses['iss-parameter'], 'warn')
      assert.ok((JSON.parse(checks.stdout) as Check[]).every(({ status, fix }) => status !== 'fail' || fix !== null))
    } finally {
      server.closeAllConnections()
      server.close()
    }
    const before = read(file)
    for (const [args, words] of [
      ['add evil --issuer http://idp.example.com --client-id x', /an issuer is an https URL/],
      ['add Evil --issuer https://idp.example.com --client-id x', /named by lower-case letters/],
      ['add evil --issuer https://idp.example.com --client-id x --auto-join', /auto_join needs domains/],
    ] as const) {
      const answer = await idp(args)
      assert.equal(answer.status, 2, args)
      assert.match(answer.stderr, words)
      assert.equal(read(file), before, args)
    }
    const shadowed = await idp('rm bad --yes', { SALLYPORT_OIDC_PROVIDERS: '{}' })
    assert.match(shadowed.stderr, /SALLYPORT_OIDC_PROVIDERS/)
    assert.equal(read(file), before)
  })

  void test('without a running gateway the file is changed as well; from elsewhere it is not', async () => {
    await using all = await place()
    const { gate, file, idp, add } = all
    await gate.gateway.stop({ drainMs: 0 })
    const added = await idp(add)
    assert.equal(added.status, 0, added.stderr)
    assert.match(added.stderr, /from the next start/)
    assert.ok(read(file).includes('[oidc.providers.work]'))
    const home = { HOME: gate.directory.file('elsewhere'), PATH: process.env['PATH'] ?? '' }
    const command = join(import.meta.dirname, '../../cli/bin/sallyport.js')
    const args = ['idp', 'rm', 'work', '--yes', '--server', 'https://localhost:1']
    const remote = await runCommand(process.execPath, [command, ...args], { env: home })
    assert.notEqual(remote.status, 0)
    assert.ok(read(file).includes('[oidc.providers.work]'))
  })
})
