/** From the setup link to the first passkey, and in again: a whole gateway and a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'

test('the setup link makes a passkey, shows recovery codes that have to be ticked, and signs in', {
  skip,
}, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  const link = gate.setupLink
  assert.ok(link !== undefined)
  await page.goto(link)
  await page.getByLabel('Name people know you by').fill('Mira Havel')
  found.push(...(await browser.look('setup-name')))
  await page.getByRole('button', { name: 'Go on to the passkey' }).click()
  await page.getByLabel('Name of this passkey').fill('YubiKey 5C')
  found.push(...(await browser.look('setup-passkey')))
  await page.getByRole('button', { name: 'Make passkey' }).click()
  await page.getByRole('list', { name: 'Recovery codes' }).waitFor()
  assert.equal(await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').count(), 10)
  await page.getByRole('button', { name: 'Finish' }).focus()
  await page.keyboard.press('Enter')
  assert.equal(await page.getByRole('list', { name: 'Recovery codes' }).count(), 1, 'not ticked: it stays')
  found.push(...(await browser.look('setup-codes')))
  await page.getByLabel('I saved these codes').check({ force: true })
  await page.getByRole('button', { name: 'Finish' }).click()
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
  found.push(...(await browser.look('setup-done')))
  await page.goto('/me')
  await page.getByText('YubiKey 5C').first().waitFor()

  await page.goto(link)
  await page.getByText('This link does not work any more').waitFor()
  found.push(...(await browser.look('setup-used')))
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.thirdParty(gate.origin), [])
  assert.deepEqual(browser.consoleErrors, [])
})
