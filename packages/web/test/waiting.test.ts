/** Logins that wait, in the console: announced, listed, answered, remembered, forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comesTrue } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { joinBy } from './join-by.ts'
import { sshSkip, WayToDatabase } from './waiting-ssh.ts'

const CODE = /approve\/([0-9A-Z-]+)/

test('a waiting login is announced at once to its owner alone, is answered without typing an address, and is forgotten', {
  skip: skip || sshSkip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'ssh.approval_qr': false })
  await using way = await WayToDatabase.make(gate, 'tomas')
  await using admin = await ConsoleBrowser.open(gate.origin)
  await joinBy(admin.page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await admin.page.goto('/me/logins')
  await admin.page.getByRole('heading', { name: 'No login of yours waits' }).waitFor()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, way.joinLink, { passkey: 'Laptop' })
  await page.goto('/')
  await page.getByRole('heading', { name: 'Targets', exact: true }).waitFor()

  const ssh = way.go()
  await using _ = ssh
  const code = await ssh.shows(CODE)
  // By itself, without the page being loaded anew.
  await page.getByRole('status').getByText(code).waitFor()
  await page.getByRole('navigation', { name: 'Pages' }).getByText('1 waiting').waitFor()
  found.push(...(await browser.look('home-waiting')))
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name: /Answer the login from 127\.0\.0\.1/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Waiting logins' }).click()
  await page.getByRole('grid', { name: 'Waiting logins' }).getByText(code).waitFor()
  found.push(...(await browser.look('logins')))
  assert.equal(await admin.page.getByText(code).count(), 0)

  await page.getByRole('link', { name: `Answer ${code}` }).click()
  await page.getByText('Logins from 127.0.0.1 for 1 hour').click()
  await page.getByRole('button', { name: 'Approve with passkey' }).click()
  await page.getByText('It counts for 1 hour').waitFor()
  assert.equal(await ssh.exited, 0)

  await page.goto('/me')
  const checks = page.getByRole('grid', { name: 'Remembered checks' })
  await checks.getByText('127.0.0.1').waitFor()
  await checks.scrollIntoViewIfNeeded()
  found.push(...(await browser.look('me-checks')))
  await page.getByRole('button', { name: 'Forget logins from 127.0.0.1 to this gateway' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click()
  await page.getByRole('heading', { name: 'Nothing is remembered' }).waitFor()
  // What opened the dialog is gone: reading goes on at the title.
  await comesTrue(page, `document.activeElement?.textContent === 'Passkeys and keys'`)
  await using again = way.go()
  assert.notEqual(await again.shows(CODE), code)
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})
