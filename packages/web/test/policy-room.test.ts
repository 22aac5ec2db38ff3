/** The policy's room: a whole gateway and a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { Inhabited, POLICY, skipSsh } from './inhabit.ts'
import { joinBy } from './join-by.ts'

test('a mistake is shown at its line and cannot be published; put right it can, is compared, explained and taken back', {
  skip: skip || skipSsh,
}, async () => {
  await using gate = await ConsoleGateway.start()
  await using _place = await Inhabited.of(gate)
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, gate.setupLink ?? '', { passkey: 'YubiKey 5C' })
  const write = async (text: string) => {
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(text)
  }

  await page.goto('/policy')
  await page.locator('.cm-content').getByText('group:dba').first().waitFor()
  await page.getByText('All of them pass.').waitFor()
  found.push(...(await browser.look('policy')))

  await write(POLICY.replace('"src": ["group:web"]', '"src": ["group:wbe"]'))
  const line = POLICY.slice(0, POLICY.indexOf('"src": ["group:web"]')).split('\n').length
  await page.getByRole('button', { name: new RegExp(`^${line}:`) }).waitFor()
  await page.locator('.cm-lintRange-error').waitFor()
  assert.equal(await page.locator('.cm-line.cm-wrong').count(), 1)
  assert.equal(await page.getByRole('button', { name: 'Publish…' }).getAttribute('aria-disabled'), 'true')
  found.push(...(await browser.look('policy-mistake')))

  await write(POLICY.replace('"deny": ["tag:web:22"]', '"deny": ["tag:db:22"]'))
  await page.getByText('1 fails').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Publish…' }).getAttribute('aria-disabled'), 'true')

  await write(POLICY.replace('"group:web": ["joy@"]', '"group:web": ["joy@", "priya@"]'))
  await page.getByText('and may be published').waitFor()
  await page.getByLabel('May', { exact: true }).fill('priya')
  await page.getByLabel('open', { exact: true }).fill('web-ams-1')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('Allowed', { exact: true }).waitFor()
  found.push(...(await browser.look('policy-explain')))
  await page.getByRole('tab', { name: 'Changes' }).click()
  await page.getByText('1 person would gain').waitFor()
  found.push(...(await browser.look('policy-changes')))
  await page.getByRole('button', { name: 'Publish…' }).click()
  await page.getByLabel('Message, for the history').fill('Priya helps with the web')
  found.push(...(await browser.look('policy-publish')))
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByText('Version 3 is in force', { exact: false }).first().waitFor()
  assert.match((await gate.api.call('policy.show')).text, /"joy@", "priya@"/)

  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText('Priya helps with the web').waitFor()
  found.push(...(await browser.look('policy-history')))
  await page.getByRole('button', { name: 'Go back to version 2' }).click()
  await page.getByRole('button', { name: 'Go back', exact: true }).click()
  await page.getByText('with the text of 2').waitFor()
  assert.equal((await gate.api.call('policy.show')).text, POLICY)
  await page.getByRole('tab', { name: 'Who reaches what' }).click()
  await page.getByLabel('Target, address or name').fill('db-1')
  await page.getByRole('button', { name: 'Show who may' }).click()
  await page.getByRole('link', { name: 'priya' }).waitFor()
  found.push(...(await browser.look('policy-reach')))
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('a draft behind another version says so, and what locks its author out is refused with its reason', {
  skip: skip || skipSsh,
}, async () => {
  await using gate = await ConsoleGateway.start()
  await using _place = await Inhabited.of(gate)
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await joinBy(page, gate.setupLink ?? '', { passkey: 'YubiKey 5C' })
  await page.goto('/policy')
  await page.locator('.cm-content').getByText('group:dba').first().waitFor()
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(POLICY.replace('["autogroup:owner"]', '["group:web"]'))
  await page.getByText('and may be published').waitFor()
  await page.getByRole('button', { name: 'Publish…' }).click()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('alert').getByText('would reach nothing any more').waitFor()
  await page.getByText('Publish it although it locks out').waitFor()
  assert.deepEqual(await browser.look('policy-lockout'), [])
  await page.getByRole('button', { name: 'Keep editing' }).click()

  const other = POLICY.replace('// Who is who.', '// Who is who here.')
  await gate.api.call('policy.apply', { text: other, message: 'by somebody else', allow_lockout: true })
  await page.reload()
  await page.getByText('published version 3 after you began from 2').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Publish…' }).getAttribute('aria-disabled'), 'true')
  assert.deepEqual(browser.violations, [])
})
