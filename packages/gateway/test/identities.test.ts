/** Whose account an identity opens: linking and unlinking, and who waits for an account. A whole gateway, real providers. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ApiClient, ApiError, type ApiErrorName } from '@sallyport/api'
import { type TestAccount } from '@sallyport/identity/testing/provider'
import { OidcBrowser } from './oidc-browser.ts'
import { apiOf, withProviders } from './oidc-gateway.ts'
import { hasOpenSsh, type TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const ENTRA: TestAccount = { sub: 'e-1', email: 'alice@example.com' }
const EVE: TestAccount = { sub: 'v-1', email: 'eve@example.com', email_verified: true, name: 'Eve' }

const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

/** Somebody with a passkey, signed in with a browser. */
async function person(gate: TestGateway, name: string, role: 'admin' | 'member' = 'member') {
  await gate.api.call('user.add', { name, role })
  const { url } = await gate.api.call('user.invite', { user: name })
  const client = new WebClient(gate)
  await client.join(url)
  return { client, browser: browserOf(gate, client) }
}

/** The same browser for following redirects: the session's cookie goes along with what is ours. */
function browserOf(gate: TestGateway, client: WebClient): OidcBrowser {
  const browser = new OidcBrowser(gate)
  const [name = '', value = ''] = (client.cookie ?? '').split('=')
  browser.setCookie(name, value)
  return browser
}

/** Begins to link with the session of `browser`, whose cookie for the way is kept; where the browser has to go. */
async function begin(gate: TestGateway, browser: OidcBrowser, provider: string): Promise<string> {
  const cookie = browser.cookies.join('; ')
  const body = JSON.stringify({ provider })
  const headers = { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
  const answer = await new WebClient(gate).ask('/v1/me/identities/begin', { method: 'POST', headers, body })
  assert.equal(answer.status, 200, answer.body)
  const flow = [answer.headers['set-cookie'] ?? []].flat().join('\n')
  assert.match(flow, /^__Host-sallyport-flow=[^;]+; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/)
  browser.setCookie('__Host-sallyport-flow', /=([^;]+)/.exec(flow)?.[1] ?? '')
  return (JSON.parse(answer.body) as { location: string }).location
}

/** Where the page after the provider goes on to: `/me?link=…`. */
function goesOnTo(body: string): string {
  return /content="0;url=([^"]*)"/.exec(body)?.[1] ?? ''
}

function ticketIn(body: string): string {
  return new URL(goesOnTo(body), 'https://x').searchParams.get('link') ?? ''
}

async function link(gate: TestGateway, browser: OidcBrowser, api: ApiClient, provider = 'work') {
  const answer = await browser.follow(await begin(gate, browser, provider))
  assert.equal(answer.status, 200, answer.body)
  return api.call('me.identity-finish', { ticket: ticketIn(answer.body) })
}

void suite('identities of providers', { skip }, () => {
  void test('somebody links an identity whose provider verifies no address, signs in with it, and takes it off', async () => {
    const policy = JSON.stringify({
      groups: { 'group:dba': [] },
      acls: [{ action: 'accept', src: ['group:dba'], dst: ['192.0.2.5:22'] }],
    })
    await using all = await withProviders({ policy, work: { domains: [] } })
    const { gate, work } = all
    work.account = { ...ENTRA, groups: ['dba'] }
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 403, 'not by its address')
    const { client, browser } = await person(gate, 'alice')
    const answer = await browser.follow(await begin(gate, browser, 'work'))
    assert.match(goesOnTo(answer.body), /^\/me\?link=[\w-]{22}$/)
    assert.doesNotMatch([answer.headers['set-cookie'] ?? []].flat().join(), /__Host-sallyport=sps_/, 'no session opens')
    const asked = new URL(browser.visited.find((address) => address.includes('code_challenge')) ?? work.issuer)
    assert.equal(browser.visited.length > 0 && asked.searchParams.get('max_age'), null)
    const linked = await client.api.call('me.identity-finish', { ticket: ticketIn(answer.body) })
    assert.deepEqual([linked.provider, linked.subject, linked.groups], ['work', 'e-1', ['group:dba']])
    const may = async () =>
      (await gate.api.call('policy.explain', { user: 'alice', host: '192.0.2.5', port: 22 })).verdict
    assert.equal(await may(), 'allow', 'what it vouches for counts at once')
    const second = new OidcBrowser(gate)
    assert.equal((await second.signIn('work')).status, 200)
    assert.equal((await apiOf(gate, second).call('me.show')).user, 'alice')
    const { identities } = await gate.api.call('user.show', { user: 'alice' })
    assert.deepEqual(
      identities.map(({ subject }) => subject),
      ['e-1'],
    )

    await client.api.call('me.identity-unlink', { issuer: work.issuer, subject: 'e-1' })
    assert.equal(await may(), 'deny', 'and is gone with it')
    await assert.rejects(apiOf(gate, second).call('me.show'), refused('caller.unknown'), 'sessions it opened end')
    assert.equal((await client.api.call('me.show')).identities.length, 0, 'the one that asked goes on')
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 403)
    const events = await gate.events()
    const of = (type: string) =>
      events.filter((each) => each.type === type).map(({ actor, data }) => [actor, data['how']])
    assert.deepEqual(of('identity-linked'), [['alice', 'self']])
    assert.equal(of('identity-unlinked').length, 1)
  })

  void test('V-D18 an open way that stands on a group of an identity ends when it is taken off', async () => {
    const policy = JSON.stringify({
      groups: { 'group:dba': [] },
      acls: [{ action: 'accept', src: ['group:dba'], dst: ['127.0.0.1:*'] }],
    })
    await using all = await withProviders({ policy, work: { domains: [] } })
    const { gate, work } = all
    work.account = { ...ENTRA, groups: ['dba'] }
    const { client, browser } = await person(gate, 'alice')
    const key = gate.key()
    await gate.api.call('key.add', { user: 'alice', public_key: key.line })
    await link(gate, browser, client.api)
    const target = await gate.sshd()
    await using way = gate.start(gate.sshConfig(key, { target }), ['-W', `127.0.0.1:${target.port}`, 'alice@gate'])
    await way.said('SSH-2.0-OpenSSH_')
    await client.api.call('me.identity-unlink', { issuer: work.issuer, subject: 'e-1' })
    await way.exited
    await until(async () => (await gate.events('passage-closed')).length > 0)
    assert.equal((await gate.events('passage-closed'))[0]?.data['reason'], 'session.policy-changed')
  })

  void test('V-F02 V-E11 nobody links an identity to somebody else’s account: a way belongs to one browser and one session', async () => {
    await using all = await withProviders({ work: { domains: [] } })
    const { gate, work } = all
    const alice = await person(gate, 'alice')
    const mallory = await person(gate, 'mallory')
    const none = async (who: string, why: string) =>
      assert.deepEqual((await gate.api.call('user.show', { user: who })).identities, [], why)
    // The attacker sends the victim to the provider: the victim's identity would open the attacker's account.
    work.account = ENTRA
    const sent = await begin(gate, mallory.browser, 'work')
    const lured = await alice.browser.follow(sent)
    assert.equal(lured.status, 400)
    assert.match(lured.body, /begun in another browser/)
    assert.equal(goesOnTo(lured.body), '/me?why=other-browser')
    // The attacker sends the victim back from one: the attacker's identity would open the victim's account.
    work.account = { sub: 'm-1' }
    const callback = await (async () => {
      const location = await begin(gate, mallory.browser, 'work')
      await mallory.browser.follow(location, (url) => url.startsWith(`${mallory.browser.origin}/auth/oidc/callback`))
      return mallory.browser.visited.at(-1) ?? ''
    })()
    await begin(gate, alice.browser, 'work')
    assert.equal((await alice.browser.ask(callback)).status, 400, 'also while a way of hers is open')
    // A ticket counts in the session that began, once.
    const answer = await mallory.browser.follow(await begin(gate, mallory.browser, 'work'))
    const ticket = ticketIn(answer.body)
    await assert.rejects(alice.client.api.call('me.identity-finish', { ticket }), refused('identity.unproved'))
    await assert.rejects(
      mallory.client.api.call('me.identity-finish', { ticket }),
      refused('identity.unproved'),
      'used up',
    )
    await none('alice', 'neither way')
    await none('mallory', 'nor for the attacker')
    // The same person in another session of theirs has not begun it either.
    const again = await mallory.browser.follow(await begin(gate, mallory.browser, 'work'))
    const other = await mallory.client.inAnotherBrowser()
    await assert.rejects(
      other.api.call('me.identity-finish', { ticket: ticketIn(again.body) }),
      refused('identity.unproved'),
    )
    // Nor does a way to link sign anybody in, or the other way round.
    const begun = await begin(gate, mallory.browser, 'work')
    mallory.browser.clearCookie('__Host-sallyport')
    const page = await mallory.browser.follow(begun)
    assert.equal(page.status, 200)
    assert.ok(!mallory.browser.cookies.some((cookie) => cookie.startsWith('__Host-sallyport=')))
    // Another site may not begin one in her name.
    const { cookie = '' } = alice.client
    const headers = { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }
    const crossed = await new WebClient(gate).ask('/v1/me/identities/begin', {
      method: 'POST',
      headers,
      body: '{"provider":"work"}',
    })
    assert.equal(crossed.status, 403)
    await none('alice', 'at the end')
  })

  void test('an identity is one person’s: what is linked is refused to others, and a session that ended links nothing', async () => {
    await using all = await withProviders({ work: { domains: [] } })
    const { gate, work } = all
    work.account = ENTRA
    const alice = await person(gate, 'alice')
    const bob = await person(gate, 'bob')
    await link(gate, alice.browser, alice.client.api)
    await assert.rejects(link(gate, alice.browser, alice.client.api), (error) => {
      return refused('identity.taken')(error) && /linked to you already/.test((error as Error).message)
    })
    await assert.rejects(link(gate, bob.browser, bob.client.api), (error) => {
      return refused('identity.taken')(error) && /somebody else’s account/.test((error as Error).message)
    })
    work.account = { sub: 'b-1' }
    const answer = await bob.browser.follow(await begin(gate, bob.browser, 'work'))
    await gate.api.call('user.sign-out', { user: 'bob' })
    await assert.rejects(
      bob.client.api.call('me.identity-finish', { ticket: ticketIn(answer.body) }),
      refused('caller.unknown'),
    )
    await assert.rejects(
      alice.client.api.call('me.identity-begin', { provider: 'nowhere' }),
      refused('provider.failed'),
    )
    await assert.rejects(gate.api.call('me.identity-begin', { provider: 'work' }), refused('caller.unknown'))
    assert.deepEqual((await gate.api.call('user.show', { user: 'bob' })).identities, [])
  })

  void test('V-F05 whoever is none of the people a provider speaks for is linked, and brings no groups of their own', async () => {
    await using all = await withProviders()
    const { gate, work } = all
    for (const [name, account] of [
      ['alice', { ...ENTRA, groups: ['dba'] }],
      ['bob', { ...EVE, email: 'eve@gmail.example', groups: ['dba'] }],
    ] as const) {
      const { client, browser } = await person(gate, name)
      work.account = account
      assert.deepEqual((await link(gate, browser, client.api)).groups, [])
      await new OidcBrowser(gate).signIn('work')
      assert.deepEqual((await gate.api.call('user.show', { user: name })).identities[0]?.groups, [], 'later neither')
    }
  })

  void test('the last way in stays for its owner, an admin may take it, and only an owner may take an owner’s', async () => {
    await using all = await withProviders({ work: { auto_join: true }, home: { domains: [] } })
    const { gate, work, home } = all
    work.account = EVE
    const browser = new OidcBrowser(gate)
    await browser.signIn('work')
    const api = apiOf(gate, browser)
    const which = { issuer: work.issuer, subject: 'v-1' }
    await assert.rejects(api.call('me.identity-unlink', which), refused('credential.last'))
    await assert.rejects(api.call('me.identity-unlink', { ...which, subject: 'e-1' }), refused('credential.not-found'))
    home.account = { sub: 'h-1' }
    await link(gate, browser, api, 'home')
    await api.call('me.identity-unlink', which)
    assert.equal((await api.call('me.show')).identities.length, 1, 'with another one it may go')
    const admin = await person(gate, 'adam', 'admin')
    await gate.api.call('user.add', { name: 'olga', role: 'owner' })
    const olga = await gate.api.call('user.invite', { user: 'olga' })
    const owner = new WebClient(gate)
    await owner.join(olga.url)
    home.account = { sub: 'o-1' }
    await link(gate, browserOf(gate, owner), owner.api, 'home')
    const hers = { user: 'olga', issuer: home.issuer, subject: 'o-1' }
    await assert.rejects(admin.client.api.call('user.unlink', hers), refused('caller.not-allowed'))
    home.account = { sub: 'h-1' }
    const opened = new OidcBrowser(gate)
    await opened.signIn('home')
    assert.equal((await apiOf(gate, opened).call('me.show')).user, 'eve@example.com')
    await admin.client.api.call('user.unlink', { user: 'eve@example.com', issuer: home.issuer, subject: 'h-1' })
    await assert.rejects(apiOf(gate, opened).call('me.show'), refused('caller.unknown'), 'and what it opened ends')
    await assert.rejects(
      admin.client.api.call('user.unlink', { ...hers, user: 'adam' }),
      refused('credential.not-found'),
      'only from the one who has it',
    )
    await gate.api.call('user.unlink', hers)
    assert.equal((await gate.events('identity-unlinked')).length, 3)
  })

  void test('who changes how they sign in proved themselves a short while ago', async () => {
    await using all = await withProviders({ work: { auto_join: true } })
    const { gate, work } = all
    work.account = EVE
    const browser = new OidcBrowser(gate)
    await browser.signIn('work')
    const { token } = await apiOf(gate, browser).call('me.token-add', { name: 'x', scopes: ['*'], seconds: 60 })
    const script = new WebClient(gate)
    script.token = token
    for (const call of [
      () => script.api.call('me.identity-begin', { provider: 'work' }),
      () => script.api.call('me.identity-unlink', { issuer: work.issuer, subject: 'v-1' }),
      () => script.api.call('me.identity-finish', { ticket: 'x' }),
    ])
      await assert.rejects(call(), refused('caller.not-allowed'), 'and no token does')
  })
})

void suite('who waits for an account', { skip }, () => {
  void test('whoever has an address of the provider’s domain waits, is let in under a chosen name, and signs in', async () => {
    await using all = await withProviders()
    const { gate, work } = all
    work.account = EVE
    const page = await new OidcBrowser(gate).signIn('work')
    assert.equal(page.status, 403)
    assert.match(page.body, /An admin has been asked/)
    await new OidcBrowser(gate).signIn('work')
    const { pending } = await gate.api.call('user.pending')
    assert.deepEqual(
      pending.map(({ provider, email, display_name, subject, denied }) => [
        provider,
        email,
        display_name,
        subject,
        denied,
      ]),
      [['work', 'eve@example.com', 'Eve', 'v-1', null]],
    )
    await gate.api.call('user.add', { name: 'taken' })
    await assert.rejects(
      gate.api.call('user.approve', { pending: 'eve@example.com', name: 'taken' }),
      refused('user.exists'),
    )
    await assert.rejects(
      gate.api.call('user.approve', { pending: 'eve@example.com', name: 'No Name' }),
      refused('user.name-invalid'),
    )
    const added = await gate.api.call('user.approve', { pending: 'eve@example.com', name: 'eve' })
    assert.deepEqual([added.name, added.role, added.display_name], ['eve', 'member', 'Eve'])
    assert.deepEqual((await gate.api.call('user.pending')).pending, [])
    const browser = new OidcBrowser(gate)
    assert.equal((await browser.signIn('work')).status, 200)
    assert.equal((await apiOf(gate, browser).call('me.show')).user, 'eve')
    await assert.rejects(gate.api.call('user.approve', { pending: 'eve@example.com' }), refused('pending.not-found'))
    const textOf = (value: unknown) => (typeof value === 'string' ? ` ${value}` : '')
    const events = (await gate.events()).map(
      ({ type, data }) => `${type}${textOf(data['how'])}${textOf(data['address'])}`,
    )
    assert.equal(events.filter((each) => each === 'account-asked eve@example.com').length, 1, 'told once')
    assert.ok(events.includes('identity-linked approve'), events.join('\n'))
  })

  void test('V-F05 only whom a provider speaks for gets onto the list, and a denial outlasts auto_join until it is taken back', async () => {
    await using all = await withProviders()
    const { gate, work, flags, environment } = all
    const strangers: readonly TestAccount[] = [
      { ...EVE, sub: 's-1', email: 'eve@gmail.example' },
      { ...EVE, sub: 's-2', email_verified: false },
      { sub: 's-3' },
    ]
    for (const account of strangers) {
      work.account = account
      assert.equal((await new OidcBrowser(gate).signIn('work')).status, 403)
    }
    const client = new WebClient(gate)
    for (const query of ['', '?state=x&code=y', '?error=access_denied']) await client.ask(`/auth/oidc/callback${query}`)
    assert.deepEqual((await gate.api.call('user.pending')).pending, [], 'nobody else, however they ask')
    work.account = EVE
    await new OidcBrowser(gate).signIn('work')
    const denied = await gate.api.call('user.deny', { pending: 'eve@example.com' })
    assert.match(denied.denied?.by ?? '', /^@local:/)
    const refusedPage = await new OidcBrowser(gate).signIn('work')
    assert.match(refusedPage.body, /An admin has decided that you get no account here/)
    const joining = structuredClone(flags)
    Object.assign(joining['oidc.providers'].work, { auto_join: true })
    await gate.restart(joining, environment)
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 403, 'one decision outweighs the rule')
    assert.ok((await gate.api.call('user.pending')).pending[0]?.denied)
    await gate.api.call('user.forget', { pending: 'eve@example.com' })
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 200)
    const types = (await gate.events()).map(({ type }) => type)
    for (const type of ['account-asked', 'account-denied', 'account-forgotten']) assert.ok(types.includes(type), type)
  })

  void test('an admin who adds the person by their address meets no queue: they are linked, and no longer wait', async () => {
    await using all = await withProviders()
    const { gate, work } = all
    work.account = EVE
    await new OidcBrowser(gate).signIn('work')
    await gate.api.call('user.add', { name: 'eve@example.com' })
    assert.equal((await new OidcBrowser(gate).signIn('work')).status, 200)
    assert.deepEqual((await gate.api.call('user.pending')).pending, [])
  })

  void test('the providers are listed with whether they can be signed in with', async () => {
    await using all = await withProviders()
    const { gate, home, flags, environment } = all
    const good = await gate.api.call('idp.list')
    assert.deepEqual(
      good.providers.map(({ name, title, state }) => [name, title, state]),
      [
        ['work', 'Example Inc.', 'ready'],
        ['home', 'home', 'ready'],
      ],
    )
    assert.equal(good.redirect_uri, `${gate.gateway.webOrigin}/auth/oidc/callback`)
    const off = structuredClone(flags)
    Object.assign(off['oidc.providers'].home, { issuer: `${home.issuer}/elsewhere` })
    await gate.restart(off, environment)
    const bad = await gate.api.call('idp.list')
    assert.equal(bad.providers[1]?.state, 'failed')
    assert.notEqual(bad.providers[1]?.detail, '')
  })
})
