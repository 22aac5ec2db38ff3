/** Identities of providers: linked and unlinked by their owner and by an admin, and who waits for an account. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { TestIdentityProvider } from '@sallyport/identity/testing/provider'
import { freePort, TemporaryDirectory } from '@sallyport/testkit'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { joinBy } from './join-by.ts'

/** A gateway with two providers, both of them real. */
async function placeWithProviders() {
  await using started = new AsyncDisposableStack()
  const directory = started.use(new TemporaryDirectory('identities'))
  const secret = directory.file('secret')
  writeFileSync(secret, TestIdentityProvider.clientSecret, { mode: 0o600 })
  const port = await freePort()
  const redirectUri = `https://localhost:${port}/auth/oidc/callback`
  const work = started.use(await TestIdentityProvider.start({ redirectUri }))
  const home = started.use(await TestIdentityProvider.start({ redirectUri }))
  const declared = { client_id: TestIdentityProvider.clientId, client_secret_file: secret, domains: ['example.com'] }
  const gate = started.use(
    await ConsoleGateway.start({
      'listen.https': [`127.0.0.1:${port}`],
      'oidc.providers': {
        work: {
          ...declared,
          issuer: work.issuer,
          title: 'Example Inc.',
          scopes: ['email', 'profile', 'groups'],
          groups_claims: ['groups'],
        },
        home: { ...declared, issuer: home.issuer, title: 'Home lab' },
      },
    }),
  )
  const all = started.move()
  return { gate, work, home, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

test('somebody links who they are at a provider and takes it off, and is told why it did not work', {
  skip,
}, async () => {
  await using place = await placeWithProviders()
  const { gate, work, home } = place
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, gate.setupLink ?? '', { passkey: 'YubiKey 5C' })
  await page.goto('/me')
  const section = page.getByRole('region', { name: 'Identities' })
  await section.getByText('None linked').waitFor()
  work.account = { sub: 'e1f2-77', email: 'alice@example.com', email_verified: true, groups: ['dba'] }
  home.account = { sub: 'taken-1' }

  await section.getByRole('button', { name: 'Link identity' }).click()
  await page.getByRole('menuitem', { name: 'Example Inc.' }).click()
  await section.getByText('e1f2-77').waitFor()
  await page.getByText('You sign in with Example Inc. from now on').waitFor()
  // What was used up does not stay in the address.
  await page.waitForURL(({ search }) => search === '')
  await section.scrollIntoViewIfNeeded()
  found.push(...(await browser.look('identities')))

  // Somebody else's stays theirs, in words.
  await gate.api.call('user.add', { name: 'bob@example.com' })
  home.account = { sub: 'taken-1', email: 'bob@example.com', email_verified: true }
  const bob = await ConsoleBrowser.open(gate.origin)
  try {
    await bob.page.goto('/signin')
    await bob.page.getByRole('link', { name: 'Continue with Home lab' }).click()
    await bob.page.getByRole('button', { name: 'Account menu' }).waitFor()
  } finally {
    await bob[Symbol.asyncDispose]()
  }
  await section.getByRole('button', { name: 'Link identity' }).click()
  await page.getByRole('menuitem', { name: 'Home lab' }).click()
  await section.getByRole('alert').getByText('linked to somebody else’s account').waitFor()
  found.push(...(await browser.look('identities-taken')))

  // A provider that says no comes back with a reason.
  await page.goto('/me?why=provider-denied')
  await section.getByRole('alert').getByText('Nothing was linked.').waitFor()
  found.push(...(await browser.look('identities-refused')))

  await page.goto('/me')
  await section.getByRole('button', { name: 'Unlink Example Inc.' }).click()
  await page.getByText('What stands on its groups ends').waitFor()
  found.push(...(await browser.look('identities-unlink')))
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click()
  await section.getByText('None linked').waitFor()
  assert.deepEqual((await gate.api.call('user.show', { user: gate.ownerName })).identities, [])

  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('who has no account waits for an admin, who lets them in, and unlinks them again; another is denied', {
  skip,
}, async () => {
  await using place = await placeWithProviders()
  const { gate, work } = place
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  const ask = async (sub: string, name: string) => {
    work.account = { sub, email: `${name.toLowerCase()}@example.com`, email_verified: true, name }
    await using stranger = await ConsoleBrowser.open(gate.origin)
    await stranger.page.goto('/signin')
    await stranger.page.getByRole('link', { name: 'Continue with Example Inc.' }).click()
    await stranger.page.getByText('You have no account here yet').waitFor()
    found.push(...(name === 'Eve' ? await stranger.look('pending-told') : []))
  }
  await ask('s-eve', 'Eve')
  await ask('s-mallory', 'Mallory')
  await joinBy(page, gate.setupLink ?? '', { passkey: 'YubiKey 5C' })
  await page.goto('/users')
  const waiting = page.getByRole('region', { name: 'Waiting for an account' })
  await waiting.getByText('eve@example.com').waitFor()
  found.push(...(await browser.look('pending')))

  await waiting.getByRole('button', { name: 'Deny mallory@example.com' }).click()
  await page.getByText('They are told that an admin has decided so').waitFor()
  found.push(...(await browser.look('pending-deny')))
  await page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click()
  await waiting.getByText(`denied by ${gate.ownerName}`).waitFor()

  await waiting.getByRole('button', { name: 'Approve eve@example.com' }).click()
  await page.getByRole('dialog').getByLabel('Login').fill('eve')
  found.push(...(await browser.look('pending-approve')))
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await page.getByRole('link', { name: 'eve', exact: true }).waitFor()
  found.push(...(await browser.look('pending-denied')))
  await waiting.getByRole('button', { name: 'Let them ask again: mallory@example.com' }).click()
  await waiting.waitFor({ state: 'detached' })

  work.account = { sub: 's-eve', email: 'eve@example.com', email_verified: true, name: 'Eve' }
  await using eve = await ConsoleBrowser.open(gate.origin)
  await eve.page.goto('/signin')
  await eve.page.getByRole('link', { name: 'Continue with Example Inc.' }).click()
  await eve.page.getByRole('button', { name: 'Account menu' }).waitFor()

  await page.goto('/users/eve')
  await page.getByRole('heading', { name: 'Eve' }).waitFor()
  const identities = page.getByRole('region', { name: 'Identities' })
  await identities.getByText('s-eve').waitFor()
  found.push(...(await browser.look('user-identities')))
  await identities.getByRole('button', { name: 'Unlink Example Inc.' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click()
  await identities.getByText('None is linked').waitFor()
  await eve.page.goto('/me')
  await eve.page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()

  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})
