/** The person's own rooms: signing out and in, passkeys, codes, tokens, devices. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TOTP } from 'otpauth'
import { comesTrue } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { joinBy } from './join-by.ts'

test('people sign out and in again, keep their last passkey, and see their rooms', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, gate.setupLink ?? '', { passkey: 'YubiKey 5C' })
  /** By the menu's own name: the one before it may still be on its way out. */
  const act = async (passkey: string, what: string) => {
    await page.getByRole('button', { name: `Actions for ${passkey}` }).click()
    const menu = page.getByRole('menu', { name: `Actions for ${passkey}` })
    await menu.getByRole('menuitem', { name: what }).click()
  }

  // Out, and in by the passkey alone; on to where they were heading.
  await page.goto('/me')
  await page.getByRole('button', { name: 'Account menu' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in to' }).waitFor()
  await page.goto('/me/tokens')
  await page.getByText('You were on the way to API tokens').waitFor()
  found.push(...(await browser.look('sign-in')))
  await page.getByRole('button', { name: 'Lost every passkey?' }).click()
  found.push(...(await browser.look('sign-in-recovery')))
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'API tokens', exact: true }).waitFor()
  found.push(...(await browser.look('tokens-empty')))

  // The last passkey stays.
  await page.goto('/me')
  await act('YubiKey 5C', 'Remove…')
  await page.getByText('It is your last way in').waitFor()
  await page.getByRole('button', { name: 'Remove passkey' }).click()
  await page.getByRole('alert').getByText('Register another one first').waitFor()
  found.push(...(await browser.look('passkey-last')))
  await page.getByRole('button', { name: 'Keep it' }).click()

  // A second one, on another authenticator; then the first may go.
  await browser.plugIn()
  await page.getByRole('button', { name: 'Add passkey' }).click()
  await page.getByLabel('Name of this passkey').fill('Phone')
  found.push(...(await browser.look('passkey-add')))
  await page.getByRole('button', { name: 'Make passkey' }).click()
  await page.getByRole('button', { name: 'Actions for Phone' }).waitFor()
  await act('Phone', 'Rename…')
  await page.getByRole('dialog').getByLabel('Name').fill('Pixel')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Actions for Pixel' }).waitFor()
  await act('YubiKey 5C', 'Remove…')
  await page.getByRole('button', { name: 'Remove passkey' }).click()
  await page.getByRole('button', { name: 'Actions for YubiKey 5C' }).waitFor({ state: 'detached' })

  // Codes of an app: the secret on the page makes the code that confirms it.
  await page.getByRole('button', { name: 'Set up codes' }).click()
  const secret = await page.getByRole('dialog').locator('code').innerText()
  found.push(...(await browser.look('totp')))
  await page.getByLabel('Code from the app').fill(new TOTP({ secret }).generate())
  await page.getByRole('button', { name: 'Confirm code' }).click()
  await page.getByText('An app on your phone makes codes for you').waitFor()

  await page.getByRole('button', { name: 'Make new codes…' }).click()
  await page.getByRole('button', { name: 'Make new codes', exact: true }).click()
  await page.getByRole('list', { name: 'Recovery codes' }).waitFor()
  await page.getByText('I saved these codes').click()
  await page.getByRole('button', { name: 'Done' }).click()
  found.push(...(await browser.look('me')))

  await page.goto('/me/tokens')
  await page.getByRole('button', { name: 'Make token' }).click()
  await page.getByLabel('What it is for').fill('nightly inventory')
  found.push(...(await browser.look('token-add')))
  await page.getByRole('dialog').getByRole('button', { name: 'Make token' }).click()
  assert.match(await page.getByRole('alertdialog').locator('code').innerText(), /^spt?_?\S{20,}/)
  await page.getByRole('button', { name: 'I have saved it' }).click()
  await page.getByRole('button', { name: 'Take back nightly inventory' }).waitFor()
  found.push(...(await browser.look('tokens')))

  await page.goto('/me/devices')
  await page.getByText('this one').waitFor()
  found.push(...(await browser.look('devices')))
  await page.goto('/me/appearance')
  await page.getByText('Dark', { exact: true }).click()
  await comesTrue(page, `document.documentElement.dataset.theme === 'dark'`)
  await page.reload()
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark', 'before anything is drawn')
  found.push(...(await browser.look('appearance')))

  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.thirdParty(gate.origin), [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('a recovery code lets somebody in who lost every passkey, once', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const { user, codes } = await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  const useCode = async () => {
    await page.getByRole('button', { name: 'Lost every passkey?' }).click()
    await page.getByLabel('Your name here').fill(user)
    await page.getByLabel('Recovery code').fill(codes[0] ?? '')
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.context().clearCookies()
  await browser.forgetPasskeys()
  await page.goto('/me')
  await useCode()
  await page.getByText('9 recovery codes').waitFor()
  await page.context().clearCookies()
  await page.goto('/me')
  await useCode()
  await page.getByRole('alert').getByText('This proves nobody here').waitFor()
})
