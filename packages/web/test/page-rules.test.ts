/** What holds for the console as a whole: its weight, its themes, its keys. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byPalette } from './by-palette.ts'
import { comesTrue } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { Visit } from './visit.ts'

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
  await using visit = await Visit.start({ window: { reducedMotion: 'reduce' } })
  const { page } = visit
  await page.context().clearCookies()
  await page.goto('/me')
  // The passkey button has the focus already.
  await comesTrue(page, `document.activeElement?.textContent === 'Sign in with a passkey'`)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Passkeys and keys' }).waitFor()
  const calm = await page.evaluate<string>(`getComputedStyle(document.documentElement).getPropertyValue('--calm')`)
  assert.match(calm, /^0m?s$/)

  await byPalette(page, 'api tok', 'API tokens')
  await page.getByRole('heading', { name: 'API tokens', exact: true }).waitFor()

  const opener = page.getByRole('button', { name: 'Make token' })
  await opener.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  // The focus is in the first field, and returns.
  await comesTrue(page, `document.activeElement?.tagName === 'INPUT'`)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await comesTrue(page, `document.activeElement?.textContent === 'Make token'`)

  await byPalette(page, 'sign out', 'Sign out')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
})

test('going to another page begins at its title, in a wide window and from the menu of a narrow one', {
  skip,
}, async () => {
  await using visit = await Visit.start()
  const { page } = visit
  const beginsAt = (name: string) => comesTrue(page, `document.activeElement?.textContent === '${name}'`)
  const goTo = async (name: string) => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  }
  await page.goto('/me/appearance')
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'BODY', 'at first it is read from its beginning')
  for (const name of ['Audit', 'Users', 'Groups', 'Targets', 'Live sessions', 'Passkeys and keys']) {
    await goTo(name)
    await beginsAt(name)
    await comesTrue(page, `document.title === '${name} · Sallyport'`)
  }
  await goTo('Policy')
  await page.locator('.cm-content').waitFor()
  // Also once the policy is there.
  await beginsAt('Policy')

  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: 'Pages' }).click()
  await goTo('Audit')
  await beginsAt('Audit')
  visit.end()
})

test('what is chosen and where one is shows where the system’s colours replace ours', { skip }, async () => {
  await using visit = await Visit.start({ window: { forcedColors: 'active' } })
  const { page } = visit
  const drawn = (selector: string, property: string, pseudo = '') =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll('${selector}')].map((each) => getComputedStyle(each, '${pseudo}').${property})`,
    )
  await page.goto('/kit')
  await page.getByRole('tab').first().waitFor()
  const [chosen, other] = await drawn('[role=tab]', 'borderBottomColor')
  assert.notEqual(chosen, other)
  const [row] = await drawn('[role=row][data-open]', 'outlineStyle')
  assert.equal(row, 'solid')
  await page.goto('/me/appearance')
  await page.getByRole('radio').first().waitFor()
  const [marker] = await drawn('a[aria-current=page]', 'backgroundColor', '::before')
  const [ground] = await drawn('html', 'backgroundColor')
  assert.notEqual(marker, ground)
  visit.end()
})
