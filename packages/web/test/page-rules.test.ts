/** What holds for the console as a whole: its weight, its themes, its keys. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { joinBy } from './join-by.ts'

/** JavaScript that the first page may load, in bytes as they travel. */
const FIRST_LOAD_MAX_BYTES = 160 * 1024

test('the first page loads at most 160 kB of JavaScript, all of it from the gateway', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await page.goto('/signin')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  await page.waitForLoadState('networkidle')
  const scripts = browser.requests.filter(({ type }) => type === 'script')
  const sizes = await Promise.all(scripts.map(({ bytes }) => bytes))
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
  assert.ok(total > 0)
  const named = scripts.map(({ url }, index) => `${sizes[index]} ${url.slice(url.lastIndexOf('/') + 1)}`)
  assert.ok(total <= FIRST_LOAD_MAX_BYTES, `${total} bytes: ${named.join(', ')}`)
  console.log(`first load: ${total} bytes of JavaScript in ${scripts.length} files`)
  assert.deepEqual(browser.thirdParty(gate.origin), [])
  assert.deepEqual(browser.violations, [])
})

test('the theme is there before anything is drawn, and is the system’s unless chosen', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const ground = async () => page.evaluate<string>('getComputedStyle(document.body).color')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto('/signin')
  const dark = await ground()
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await ground()
  assert.notEqual(dark, light)
  await page.evaluate(`localStorage.setItem('sallyport.appearance', '{"theme":"dark"}')`)
  // Without the console's own script nothing could repair a wrong first paint.
  await page.route('**/assets/index-*.js', (route) => route.abort())
  await page.reload({ waitUntil: 'domcontentloaded' })
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark')
  assert.equal(await ground(), dark)
})

test('everything can be done with keys alone, and nothing moves for who wants no motion', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin, { reducedMotion: 'reduce' })
  const { page } = browser
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await page.context().clearCookies()
  await page.goto('/me')
  // The passkey button has the focus already.
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Passkeys and keys' }).waitFor()
  const calm = await page.evaluate<string>(`getComputedStyle(document.documentElement).getPropertyValue('--calm')`)
  assert.match(calm, /^0m?s$/)

  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Go to or run' }).waitFor()
  await page.keyboard.type('api tok')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'API tokens', exact: true }).waitFor()

  const opener = page.getByRole('button', { name: 'Make token' })
  await opener.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  assert.equal(await page.evaluate('document.activeElement?.tagName'), 'INPUT', 'the focus is in the first field')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Make token', 'the focus returns')

  await page.keyboard.press('Control+k')
  await page.keyboard.type('sign out')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
})
