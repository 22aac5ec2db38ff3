import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { joinBy } from './join-by.ts'

test('the page of parts shows every part in every state, and axe finds nothing', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop', name: 'Mira Havel' })
  const found: string[] = []
  await page.goto('/kit')
  await page.getByRole('region', { name: 'Loading' }).getByText('Reading 50 of').waitFor()
  found.push(...(await browser.look('kit')))
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('menuitem', { name: 'Copy ssh command' }).waitFor()
  found.push(...(await browser.look('kit-menu')))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Go to or run' }).waitFor()
  found.push(...(await browser.look('palette')))
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})
