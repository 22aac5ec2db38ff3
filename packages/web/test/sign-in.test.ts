/** Every way in and every way to be turned away: a whole gateway, a real identity provider, and a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestIdentityProvider } from '@sallyport/identity/testing/provider'
import { freePort } from '@sallyport/testkit'
import { TOTP } from 'otpauth'
import { comesTrue } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { joinBy } from './join-by.ts'
import { enterPassword, PASSWORD, setPassword, setUpCodes } from './own-ways-in.ts'

/** Addresses that lead away, or into what is no page, for whoever believes them. */
const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/.//evil.example/',
  '/\t/evil.example/',
  'javascript:alert(1)',
]

/** Longer than the frame waits before it asks again who is signed in, in milliseconds. */
const NEXT_ASKING_MS = 31_000

test('V-F08 a password and a code sign in, go on where somebody was heading, and a code counts once', {
  skip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'https.passwords': true })
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  const { user } = await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await setPassword(page)
  const totp = new TOTP({ secret: await setUpCodes(page) })
  await page.getByText('It signs you in together with a code of your app').waitFor()

  await page.context().clearCookies()
  await page.goto('/me/devices')
  await page.getByText('You were on the way to Signed-in devices').waitFor()
  await page.getByRole('button', { name: 'Password and one-time code' }).click()
  await page.getByLabel('Your name here').waitFor()
  found.push(...(await browser.look('sign-in-password')))

  await enterPassword(page, user, 'not the password at all')
  await page.getByRole('alert').getByText('This proves nobody here').waitFor()
  found.push(...(await browser.look('sign-in-wrong')))

  await enterPassword(page, user, PASSWORD)
  await page.getByText('The password is right; the code of your app is needed as well').waitFor()
  // The focus is where the code goes.
  await comesTrue(page, `document.activeElement?.labels?.[0]?.textContent === 'One-time code'`)
  found.push(...(await browser.look('sign-in-code')))
  const code = totp.generate({ timestamp: Date.now() + 30_000 })
  await page.keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Signed-in devices' }).waitFor()
  await page.getByText('this one').waitFor()
  await page.getByText('password', { exact: true }).first().waitFor()

  await page.context().clearCookies()
  await page.goto('/me')
  await page.getByRole('button', { name: 'Password and one-time code' }).click()
  await page.getByLabel('One-time code').fill(code)
  await enterPassword(page, user, PASSWORD)
  await page.getByRole('alert').getByText('This proves nobody here').waitFor()
  assert.equal(await page.getByLabel('One-time code').inputValue(), '', 'what cannot be right again is not kept')
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.thirdParty(gate.origin), [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('V-F11 whoever mistypes the password several times waits, and their passkey signs in at once', {
  skip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'https.passwords': true })
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const { user } = await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await setPassword(page)
  await page.context().clearCookies()
  await page.goto('/signin?to=/me/tokens')
  await page.getByRole('button', { name: 'Password and one-time code' }).click()
  const wait = page.getByRole('alert').getByText(/Too many were wrong: wait \d+ seconds/)
  for (let attempt = 0; attempt < 10 && (await wait.count()) === 0; attempt++) {
    const answered = page.waitForResponse(/\/v1\/auth\/password$/)
    await enterPassword(page, user, `guess ${attempt}`)
    await answered
    await page.getByRole('alert').waitFor()
  }
  await wait.waitFor()
  await page.getByText('A passkey signs in at once').waitFor()
  assert.deepEqual(await browser.look('sign-in-wait'), [])
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'API tokens', exact: true }).waitFor()
})

test('V-E06 wherever an address says to go on after signing in, it is a page of the console', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  for (const to of ELSEWHERE) {
    await page.context().clearCookies()
    await page.goto(`/signin?${new URLSearchParams({ to }).toString()}`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor()
    assert.equal(new URL(page.url()).origin, gate.origin, to)
    // Also somebody who is in already is led nowhere else.
    await page.goto(`/signin?${new URLSearchParams({ to }).toString()}`)
    await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor()
    assert.equal(new URL(page.url()).origin, gate.origin, to)
  }
  // What an address says beside its path comes back whole.
  await page.context().clearCookies()
  await page.goto('/users?text=mira%20h')
  await page.getByText('You were on the way to Users').waitFor()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  assert.equal(new URL(page.url()).searchParams.get('text'), 'mira h')

  // Nothing answers: it is said, with what to do.
  await page.context().clearCookies()
  await browser.forgetPasskeys()
  await page.goto('/signin')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('alert').getByText('No passkey was used').waitFor()
  assert.deepEqual(await browser.look('sign-in-no-passkey'), [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.thirdParty(gate.origin), [])
})

test('whoever is signed out elsewhere is led to the door, told so, and back; the end of a sign-in is announced', {
  skip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'https.session_limit': '4m' })
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await page.goto('/me')
  await page.getByText(/You will be signed out in \d min/).waitFor()
  found.push(...(await browser.look('signed-out-soon')))
  const until = async () => {
    const { sessions } = await page.evaluate<{ sessions: { current: boolean; expires_at: string }[] }>(
      `fetch('/v1/me').then((response) => response.json())`,
    )
    return Date.parse(sessions.find(({ current }) => current)?.expires_at ?? '')
  }
  const before = await until()
  await page.getByRole('button', { name: 'Stay signed in' }).click()
  await page.getByText('The time of this sign-in is nearly up').waitFor()
  found.push(...(await browser.look('stay-signed-in')))
  await page.getByRole('button', { name: 'Use passkey' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.ok((await until()) > before)

  await gate.api.call('user.sign-out', { user: gate.ownerName })
  await page.getByRole('button', { name: 'Make new codes…' }).click()
  await page.getByRole('button', { name: 'Make new codes', exact: true }).click()
  await page.getByText('You are signed out: the time was up, or it was ended elsewhere').waitFor()
  await page.getByText('You were on the way to Passkeys and keys').waitFor()
  found.push(...(await browser.look('signed-out')))
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'Passkeys and keys' }).waitFor()

  // Also on a page that asks one thing.
  await page.goto('/device')
  await page.getByLabel('Code').fill('ABCD-EFGH')
  await gate.api.call('user.sign-out', { user: gate.ownerName })
  await page.keyboard.press('Enter')
  await page.getByText('You are signed out').waitFor()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('Nothing waits for this code').or(page.getByText('No sign-in')).first().waitFor()
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
})

test('where another tab signed in somebody else, nothing that was read or written before is left', {
  skip,
}, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop', name: 'Mira Havel' })
  await gate.api.call('user.add', { name: 'tomas', role: 'admin' })
  const { url } = await gate.api.call('user.invite', { user: 'tomas' })

  const tab = await page.context().newPage()
  await tab.clock.install()
  await tab.goto('/me')
  await tab.getByText('Laptop', { exact: true }).waitFor()
  await tab.getByRole('button', { name: 'Add passkey' }).click()
  await tab.getByLabel('Name of this passkey').fill('of Mira')

  await page.bringToFront()
  await page.context().clearCookies()
  await joinBy(page, url, { passkey: 'Phone' })
  await tab.clock.runFor(NEXT_ASKING_MS)
  await tab.getByText('Phone', { exact: true }).waitFor()
  await tab.getByText('tomas', { exact: true }).first().waitFor()
  assert.equal(await tab.getByRole('dialog').count(), 0)
  assert.equal(await tab.getByText('Laptop', { exact: true }).count(), 0)
})

/** A gateway with a real provider, and one that is not there. */
async function withProvider() {
  const port = await freePort()
  const redirectUri = `https://localhost:${port}/auth/oidc/callback`
  await using started = new AsyncDisposableStack()
  const provider = started.use(await TestIdentityProvider.start({ redirectUri }))
  const declared = (issuer: string, title: string) => ({
    issuer,
    title,
    client_id: TestIdentityProvider.clientId,
    client_secret_env: 'IDP_SECRET',
    domains: ['example.com'],
    scopes: ['email', 'profile'],
  })
  const gate = started.use(
    await ConsoleGateway.start(
      {
        'listen.https': [`127.0.0.1:${port}`],
        'oidc.providers': {
          work: declared(provider.issuer, 'Example Inc.'),
          gone: declared(`http://127.0.0.1:${await freePort()}`, 'Gone Ltd.'),
        },
      },
      { IDP_SECRET: TestIdentityProvider.clientSecret },
    ),
  )
  const all = started.move()
  return { gate, provider, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

test('an identity provider signs in and leads on; whoever it turns away reads why, and what next', {
  skip,
}, async () => {
  await using all = await withProvider()
  const { gate, provider } = all
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  /** Without what the provider remembers of who was there before. */
  const begin = async (title: string) => {
    await page.context().clearCookies()
    await page.getByRole('link', { name: `Continue with ${title}` }).click()
  }
  const refusal = (text: string) => page.getByRole('alert').getByText(text).waitFor()

  await page.goto('/?text=db%20x')
  await page.getByRole('heading', { name: 'Sign in to' }).waitFor()
  found.push(...(await browser.look('sign-in-providers')))

  // Nobody here has this address.
  provider.account = { sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice Adams' }
  await begin('Example Inc.')
  await refusal('You have no account here yet')
  found.push(...(await browser.look('refused-no-account')))
  assert.equal(new URL(page.url()).searchParams.get('to'), '/?text=db+x', 'where they were heading is kept')
  provider.account = { ...provider.account, sub: 'e-1', email: 'eve@gmail.example' }
  await begin('Example Inc.')
  await refusal('This identity provider opens no account for your mail domain here')
  provider.account = { ...provider.account, sub: 'u-1', email: 'alice@example.com', email_verified: false }
  await begin('Example Inc.')
  await refusal('The identity provider does not say that your mail address is verified')

  provider.denies = true
  await begin('Example Inc.')
  await refusal('You were not let in at the identity provider, or turned back there')
  assert.equal(await page.getByText('an evil text').count(), 0, 'no text of a provider is shown')
  found.push(...(await browser.look('refused-denied')))
  provider.denies = false

  await begin('Gone Ltd.')
  await refusal('The identity provider does not answer')
  found.push(...(await browser.look('refused-down')))

  await gate.api.call('user.add', { name: 'alice@example.com' })
  provider.account = { sub: 'a-1', email: 'alice@example.com', email_verified: true, name: 'Alice Adams' }
  await begin('Example Inc.')
  await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor()
  assert.equal(new URL(page.url()).searchParams.get('text'), 'db x')
  const callback =
    browser.requests.findLast(({ url }) => url.startsWith(`${gate.origin}/auth/oidc/callback`))?.url ?? ''

  // What came back once does not count again; who is in stays in, and hears of it.
  await page.goto(callback)
  await page.getByRole('heading', { name: 'Not signed in anew' }).waitFor()
  await refusal('This sign-in took too long, or was finished already')
  found.push(...(await browser.look('refused-signed-in')))
  await page.getByRole('button', { name: 'Go on as before' }).click()
  await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor()
  await page.context().clearCookies()
  await page.goto(callback)
  await refusal('This sign-in took too long, or was finished already')
  await page.getByText('Begin once more').waitFor()
  found.push(...(await browser.look('refused-over')))

  // Addresses that lead away lead home, by this way in too.
  for (const to of ELSEWHERE) {
    await page.context().clearCookies()
    await page.goto(`/signin?${new URLSearchParams({ to }).toString()}`)
    await begin('Example Inc.')
    await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor()
    assert.equal(new URL(page.url()).origin, gate.origin, to)
  }
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})
