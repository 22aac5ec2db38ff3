/** Signing in with identity providers: a whole gateway, and real providers on loopback. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { type TestAccount, TestIdentityProvider } from '@sallyport/identity/testing/provider'
import { OidcBrowser } from './oidc-browser.ts'
import { apiOf, withProviders } from './oidc-gateway.ts'
import { hasOpenSsh, type TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const ALICE: TestAccount = { sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice' }

void suite('with real providers', { skip }, () => {
  void test('somebody an admin has added signs in with either provider’s way to give claims, and is who they are', async () => {
    for (const name of ['work', 'home'] as const) {
      await using all = await withProviders()
      const { gate } = all
      await gate.api.call('user.add', { name: 'alice@example.com' })
      all[name].account = ALICE
      const browser = new OidcBrowser(gate)
      const answer = await browser.signIn(name, '?next=/targets%3Fq=1')
      assert.equal(answer.status, 200, answer.body)
      assert.match(answer.body, /<meta http-equiv="refresh" content="0;url=\/targets\?q=1">/)
      const me = await apiOf(gate, browser).call('me.show')
      assert.equal(me.user, 'alice@example.com')
      assert.deepEqual(
        me.identities.map(({ provider, issuer, subject }) => [provider, issuer, subject]),
        [[name, all[name].issuer, 'a-1']],
      )
      assert.deepEqual(
        me.sessions.map(({ method }) => method),
        [`oidc:${name}`],
      )
      const { signed_in, methods } = await apiOf(gate, browser).call('auth.state')
      assert.deepEqual(
        signed_in?.factors.map(({ factor }) => factor),
        [`oidc:${name}`, 'amr:pwd', 'amr:otp', 'acr:urn:example:two'],
      )
      assert.deepEqual(methods.providers, [
        { name: 'work', title: 'Example Inc.' },
        { name: 'home', title: 'home' },
      ])
      const types = (await gate.events()).map(({ type }) => type)
      for (const type of ['identity-linked', 'signed-in']) assert.ok(types.includes(type), type)
    }
  })

  void test('a sign-in is as old as the provider says, which is asked when it saw them: one it remembers is no fresh proof', async () => {
    await using all = await withProviders({ home: { auto_join: true } })
    all.home.account = ALICE
    const browser = new OidcBrowser(all.gate)
    await browser.signIn('home')
    const before = Date.now()
    assert.equal((await browser.signIn('home')).status, 200)
    const { signed_in } = await apiOf(all.gate, browser).call('auth.state')
    const at = Date.parse(signed_in?.factors[0]?.at ?? '')
    assert.ok(at <= before, 'when it was proved, and not when the provider said so again')
    assert.equal(at % 1000, 0, 'a time of the provider, which has whole seconds')
  })

  void test('V-E13 the session’s cookie is strict and the flow’s is gone after it; the provider is asked with PKCE, state and nonce', async () => {
    await using all = await withProviders({ work: { auto_join: true } })
    all.work.account = ALICE
    const browser = new OidcBrowser(all.gate)
    const answer = await browser.signIn('work')
    const cookies = [answer.headers['set-cookie'] ?? []].flat()
    assert.match(
      cookies.join('\n'),
      /__Host-sallyport=sps_[^;]+; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Strict/,
    )
    assert.match(cookies.join('\n'), /__Host-sallyport-flow=; Path=\/; Max-Age=0/)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
    const asked = new URL(browser.visited.find((address) => address.includes('code_challenge')) ?? '').searchParams
    assert.equal(asked.get('code_challenge_method'), 'S256')
    assert.equal(asked.get('response_type'), 'code')
    for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((asked.get(name) ?? '').length >= 22, name)
    assert.equal(asked.get('scope'), 'openid email profile groups')
  })

  void test('V-F04 the same mail address from another subject, another provider, or not verified is never the same account', async () => {
    await using all = await withProviders()
    const { gate, work, home } = all
    await gate.api.call('user.add', { name: 'alice@example.com' })
    const unproved: readonly TestAccount[] = [
      { ...ALICE, email_verified: false },
      { sub: 'a-1', email: 'alice@example.com' },
      { ...ALICE, email_verified: 'true' as unknown as boolean },
      { ...ALICE, email: 'alice@example.com.evil.example' },
      { ...ALICE, email: 'аlice@example.com' },
      { sub: 'a-1' },
    ]
    for (const account of unproved) {
      for (const [name, provider] of [
        ['work', work],
        ['home', home],
      ] as const) {
        provider.account = { ...account, sub: `${account.sub}-${Math.abs(JSON.stringify(account).length)}-${name}` }
        const answer = await new OidcBrowser(gate).signIn(name)
        assert.equal(answer.status, 403, JSON.stringify(account))
        assert.equal(answer.headers['set-cookie'], undefined)
      }
    }
    work.account = ALICE
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 200)
    work.account = { ...ALICE, sub: 'a-2' }
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 403, 'another subject')
    home.account = ALICE
    assert.equal((await new OidcBrowser(gate).signIn('home')).status, 403, 'another issuer, the same subject')
    await gate.api.call('user.add', { name: 'bob@example.com' })
    work.account = { ...ALICE, email: 'bob@example.com' }
    const changed = new OidcBrowser(gate)
    await changed.signIn('work')
    assert.equal((await apiOf(gate, changed).call('me.show')).user, 'alice@example.com', 'a changed address: still her')
    const refusals = (await gate.events('sign-in-refused')).map(({ data }) => String(data['reason']))
    assert.ok(
      refusals.some((line) => line.includes('account-linked alice@example.com')),
      refusals.join('\n'),
    )
  })

  void test('V-F05 a stranger’s domain joins nowhere; a listed one only where auto_join says so, as a member', async () => {
    await using all = await withProviders({ home: { auto_join: true } })
    const { gate, work, home } = all
    const stranger = { ...ALICE, sub: 's-1', email: 'eve@gmail.example' }
    for (const [name, provider] of [
      ['work', work],
      ['home', home],
    ] as const) {
      provider.account = stranger
      const answer = await new OidcBrowser(gate).signIn(name)
      assert.equal(answer.status, 403)
      assert.match(answer.body, /Ask an admin/)
    }
    work.account = { ...ALICE, sub: 'n-1', email: 'new@example.com' }
    assert.match((await new OidcBrowser(gate).signIn('work')).body, /no account here yet/i)
    home.account = { ...ALICE, sub: 'n-2', email: 'New@Example.com' }
    const browser = new OidcBrowser(gate)
    assert.equal((await browser.signIn('home')).status, 200)
    const me = await apiOf(gate, browser).call('me.show')
    assert.deepEqual([me.user, me.role, me.display_name], ['new@example.com', 'member', 'Alice'])
    const { users } = await gate.api.call('user.list')
    assert.ok(!users.some(({ name }) => name.startsWith('eve')))
    const lines = (await gate.events('sign-in-refused')).map(({ data }) => String(data['reason'])).join('\n')
    assert.match(lines, /domain-unlisted eve@gmail\.example/)
    assert.match(lines, /account-pending new@example\.com/)
  })

  void test('whoever is disabled, or whose provider is no longer declared, is refused', async () => {
    await using all = await withProviders({ work: { auto_join: true } })
    const { gate, work, flags, environment } = all
    work.account = ALICE
    const browser = new OidcBrowser(gate)
    await browser.signIn('work')
    await gate.api.call('user.update', { user: 'alice@example.com', disabled: true })
    const answer = await new OidcBrowser(gate).signIn('work')
    assert.equal(answer.status, 403)
    assert.doesNotMatch(answer.body, /disabled/)
    await gate.api.call('user.update', { user: 'alice@example.com', disabled: false })
    await gate.restart({ ...flags, 'oidc.providers': {} }, environment)
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 404)
    const { methods } = await new WebClient(gate).api.call('auth.state')
    assert.deepEqual(methods.providers, [])
  })

  void test('V-C08 groups of the claims are groups of the policy, and one that is gone from them is gone at the next sign-in', async () => {
    const policy = JSON.stringify({
      groups: { 'group:dba': [], 'group:ops': [] },
      acls: [
        { action: 'accept', src: ['group:dba'], dst: ['192.0.2.5:22'] },
        { action: 'accept', src: ['group:ops'], dst: ['192.0.2.6:22'] },
      ],
    })
    await using all = await withProviders({
      policy,
      work: { auto_join: true, groups: { 'Data Base': 'dba', Operations: 'ops' } },
    })
    const { gate, work } = all
    const may = async (host: string) =>
      (await gate.api.call('policy.explain', { user: 'alice@example.com', host, port: 22 })).verdict === 'allow'
    work.account = { ...ALICE, groups: ['Data Base', 'dba', 'ops', 'everybody'], roles: ['Operations'] }
    const browser = new OidcBrowser(gate)
    await browser.signIn('work')
    const me = await apiOf(gate, browser).call('me.show')
    assert.deepEqual(me.groups, ['group:dba', 'group:ops'])
    assert.deepEqual([await may('192.0.2.5'), await may('192.0.2.6')], [true, true])
    work.account = { ...ALICE, groups: ['Data Base'] }
    await new OidcBrowser(gate).signIn('work')
    assert.deepEqual([await may('192.0.2.5'), await may('192.0.2.6')], [true, false], 'at once')
    assert.deepEqual((await gate.events('groups-vouched')).length, 2)
    work.account = ALICE
    await new OidcBrowser(gate).signIn('work')
    assert.deepEqual([await may('192.0.2.5'), await may('192.0.2.6')], [false, false])
  })

  void test('V-C08 a group that no value of a claim is mapped to any more counts no more, from the reload on', async () => {
    const policy = JSON.stringify({
      groups: { 'group:dba': [] },
      acls: [{ action: 'accept', src: ['group:dba'], dst: ['192.0.2.5:22'] }],
    })
    await using all = await withProviders({ policy, work: { auto_join: true, groups: { 'Data Base': 'dba' } } })
    const { gate, work, flags, environment } = all
    const may = async () =>
      (await gate.api.call('policy.explain', { user: 'alice@example.com', host: '192.0.2.5', port: 22 })).verdict
    work.account = { ...ALICE, groups: ['Data Base'] }
    const browser = new OidcBrowser(gate)
    await browser.signIn('work')
    assert.equal(await may(), 'allow')
    const { work: declared, home } = flags['oidc.providers']
    const mapped = { ...declared, groups: { Operations: 'ops' } }
    await gate.restart({ ...flags, 'oidc.providers': { work: mapped, home } }, environment)
    assert.equal(await may(), 'deny')
  })

  void test('V-F10 whoever proves themselves anew at a provider is signed out of the session before', async () => {
    await using all = await withProviders({ work: { auto_join: true } })
    const { gate, work } = all
    work.account = ALICE
    const browser = new OidcBrowser(gate)
    await browser.signIn('work')
    const before = apiOf(gate, browser)
    await browser.signIn('work', '?fresh=1')
    assert.equal((await before.call('auth.state')).signed_in, null)
    const { sessions } = await apiOf(gate, browser).call('me.show')
    assert.deepEqual(
      sessions.map(({ current }) => current),
      [true],
    )
  })

  void test('what is signed in with a provider ends with the identity, also where the provider has another name by then', async () => {
    await using all = await withProviders({ work: { auto_join: true } })
    const { gate, work, flags, environment } = all
    work.account = ALICE
    const browser = new OidcBrowser(gate)
    await browser.signIn('work')
    const { work: declared, home } = flags['oidc.providers']
    await gate.restart({ ...flags, 'oidc.providers': { corp: declared, home } }, environment)
    assert.notEqual((await apiOf(gate, browser).call('auth.state')).signed_in, null)
    const [identity] = (await gate.api.call('user.show', { user: 'alice@example.com' })).identities
    assert.equal(identity?.provider, 'corp')
    const { issuer, subject } = identity
    await gate.api.call('user.unlink', { user: 'alice@example.com', issuer, subject })
    assert.equal((await apiOf(gate, browser).call('auth.state')).signed_in, null)
  })

  void test('V-F02 a state that is missing, used, made up or of another browser, and a code of another flow, are refused', async () => {
    await using all = await withProviders({ work: { auto_join: true }, home: { auto_join: true } })
    const { gate, work, home } = all
    work.account = ALICE
    home.account = { ...ALICE, sub: 'h-1', email: 'bob@example.com' }
    const refused = async (browser: OidcBrowser, address: string, why: string) => {
      const answer = await browser.ask(address)
      assert.ok(answer.status === 400 || answer.status === 403, `${why}: ${answer.status}`)
      assert.ok(!browser.cookies.some((cookie) => cookie.startsWith('__Host-sallyport=')), why)
    }
    const changed = (address: string, change: (query: URLSearchParams) => void) => {
      const url = new URL(address)
      change(url.searchParams)
      return url.href
    }
    const browser = new OidcBrowser(gate)
    const flow = () => browser.stopBeforeCallback('work')
    await refused(
      browser,
      changed(await flow(), (query) => query.delete('state')),
      'no state',
    )
    await refused(
      browser,
      changed(await flow(), (query) => query.set('state', 'x'.repeat(22))),
      'a made-up state',
    )
    await refused(
      browser,
      changed(await flow(), (query) => query.append('state', 'x')),
      'two states',
    )
    await refused(new OidcBrowser(gate), await flow(), 'another browser without a cookie')
    const other = new OidcBrowser(gate)
    await other.stopBeforeCallback('work')
    await refused(other, await flow(), 'another browser with a cookie of its own')
    const stolen = new URL(await flow()).searchParams.get('code') ?? ''
    const victim = new OidcBrowser(gate)
    const own = await victim.stopBeforeCallback('work')
    await refused(
      victim,
      changed(own, (query) => query.set('code', stolen)),
      'a code of another flow: another verifier',
    )
    await refused(
      browser,
      changed(await flow(), (query) => query.set('iss', home.issuer)),
      'the issuer of another provider',
    )
    await refused(
      browser,
      changed(await flow(), (query) => query.delete('iss')),
      'no issuer where the provider sends one',
    )
    await refused(
      browser,
      changed(await flow(), (query) => query.set('response', 'x.y.z')),
      'an answer of another kind',
    )
    const good = await flow()
    assert.equal((await browser.ask(good)).status, 200)
    const later = new OidcBrowser(gate)
    for (const cookie of browser.cookies) {
      const [name = '', value = ''] = cookie.split('=')
      if (name === '__Host-sallyport-flow') later.setCookie(name, value)
    }
    await refused(later, good, 'a state that was used')
  })

  void test('V-E06 whatever “next” says, the page goes on inside of this origin, and no text of a provider is shown', async () => {
    await using all = await withProviders({ work: { auto_join: true } })
    const { gate, work } = all
    work.account = ALICE
    for (const next of [
      'javascript:alert(1)',
      '//evil.example',
      '/\\evil.example',
      'https:evil.example',
      '/%0d%0aset-cookie:x=1',
      '"><script>',
      '/.//evil.example',
    ]) {
      const answer = await new OidcBrowser(gate).signIn('work', `?next=${encodeURIComponent(next)}`)
      const target = /content="0;url=([^"]*)"/.exec(answer.body)?.[1] ?? ''
      assert.equal(answer.status, 200)
      assert.match(target, /^\/(?![/\\])/, next)
      assert.equal(new URL(target, browserOrigin(gate)).origin, browserOrigin(gate), next)
      assert.doesNotMatch(answer.body, /<script|javascript:/)
    }
    const browser = new OidcBrowser(gate)
    const callback = new URL(await browser.stopBeforeCallback('work'))
    callback.searchParams.delete('code')
    callback.searchParams.set('error', '<script>alert(1)</script>')
    callback.searchParams.set('error_description', '<img src=x onerror=alert(1)>')
    const answer = await browser.ask(callback.href)
    assert.equal(answer.status, 403)
    assert.doesNotMatch(answer.body, /<script|onerror|<img/)
  })

  void test('V-F12 every way in through a provider keeps the same rules: there is one callback, and nothing else takes a token', async () => {
    await using all = await withProviders()
    const { gate, work } = all
    work.account = ALICE
    for (const path of [
      '/auth/oidc/work/callback',
      '/auth/oidc/token',
      '/auth/oidc/work/start/',
      '/auth/',
      '/auth/oidc/callback/x',
    ]) {
      const answer = await new OidcBrowser(gate).ask(`${browserOrigin(gate)}${path}?code=x&state=y&id_token=z`)
      assert.equal(answer.status, 404, path)
    }
    const browser = new OidcBrowser(gate)
    const callback = new URL(await browser.stopBeforeCallback('work'))
    callback.searchParams.set('id_token', 'a.b.c')
    assert.equal((await browser.ask(callback.href)).status, 403)
  })

  void test('V-E14 a client secret is in no answer, log or database; one that others can read is not used', async () => {
    await using all = await withProviders({ work: { auto_join: true } })
    const { gate, work, flags, environment } = all
    work.account = ALICE
    await new OidcBrowser(gate).signIn('work')
    const config = JSON.stringify(await gate.api.call('daemon.config'))
    const events = JSON.stringify(await gate.events())
    const files = readdirSync(gate.stateDirectory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    assert.ok(files.some(({ name }) => name.endsWith('.db')))
    const stored = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    for (const text of [config, events, gate.log.join('\n'), ...stored])
      assert.ok(!text.includes(TestIdentityProvider.clientSecret))
    const file = gate.directory.file('secret')
    writeFileSync(file, TestIdentityProvider.clientSecret, { mode: 0o644 })
    const provider = { ...flags['oidc.providers'].work, client_secret_env: undefined, client_secret_file: file }
    await gate.restart(
      { ...flags, 'oidc.providers': { work: JSON.parse(JSON.stringify(provider)) as object } },
      environment,
    )
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 403, 'open to others')
    const good = gate.directory.file('private')
    writeFileSync(good, `${TestIdentityProvider.clientSecret}\n`, { mode: 0o600 })
    const again = { ...provider, client_secret_file: good }
    await gate.restart(
      { ...flags, 'oidc.providers': { work: JSON.parse(JSON.stringify(again)) as object } },
      environment,
    )
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 200)
  })
})

function browserOrigin(gate: TestGateway): string {
  return gate.gateway.webOrigin ?? ''
}
