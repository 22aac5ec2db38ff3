/** Pages that ask one thing: a device's code, the command's own sign-in, an ssh login that waits. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { TOTP } from 'otpauth'
import { comesTrue } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { joinBy } from './join-by.ts'
import { setUpCodes } from './own-ways-in.ts'
import { sshSkip, type WaitingSsh, WayToDatabase } from './waiting-ssh.ts'

const CODE_PAGE = /(https:\/\/\S+\/approve\/[0-9A-Z-]+)/

test('ssh waits, the page shows its code, a passkey approves, ssh goes on; a denial ends it', {
  skip: skip || sshSkip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'ssh.approval_qr': false })
  await using way = await WayToDatabase.make(gate, 'tomas')
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, way.joinLink, { passkey: 'Laptop' })
  {
    await using ssh = way.go()
    const url = await ssh.shows(CODE_PAGE)
    await page.goto(url)
    await page.getByText('Your terminal must show this code').first().waitFor()
    const letters = url.slice(url.lastIndexOf('/') + 1).replace('-', '')
    const heard = await page.getByRole('group', { name: 'Your terminal must show this code' }).innerText()
    assert.ok(heard.replaceAll(/\s/g, '').includes(letters), heard)
    // Enter on the page that has just opened decides nothing.
    await page.keyboard.press('Enter')
    await page.getByText('Logins from 127.0.0.1 for 1 hour').click()
    found.push(...(await browser.look('approve')))
    await page.getByRole('button', { name: 'Approve with passkey' }).click()
    await page.getByText('Approved. The terminal goes on by itself').waitFor()
    await ssh.shows(/arrived/)
    assert.equal(await ssh.exited, 0)
    assert.equal(await page.getByText('deny it').count(), 0, 'nothing is left to deny')
    found.push(...(await browser.look('approve-done')))
  }
  {
    await using again = way.go()
    assert.equal(await again.exited, 0, 'within the period nobody is asked')
  }
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.thirdParty(gate.origin), [])
})

test('a one-time code approves as well: a wrong one is refused in words, the right one lets ssh go on, and counts once', {
  skip: skip || sshSkip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'ssh.approval_qr': false })
  await using way = await WayToDatabase.make(gate, 'tomas')
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, way.joinLink, { passkey: 'Laptop' })
  const secret = await setUpCodes(page)
  const field = page.getByLabel('One-time code', { exact: true })
  const approve = page.getByRole('button', { name: 'Approve with code' })
  const begin = async (ssh: WaitingSsh) => {
    await page.goto(await ssh.shows(CODE_PAGE))
    await page.getByRole('button', { name: 'Use a one-time code instead' }).click()
    await comesTrue(page, `document.activeElement?.labels?.[0]?.textContent === 'One-time code'`)
  }

  await using ssh = way.go()
  await begin(ssh)
  assert.equal(await approve.getAttribute('aria-disabled'), 'true', 'nothing is typed yet')
  await page.keyboard.type('000000')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('This is not the code, or it was used before').waitFor()
  found.push(...(await browser.look('approve-code')))
  // The one after the code that set it up, which is used up.
  const code = new TOTP({ secret }).generate({ timestamp: Date.now() + 30_000 })
  await field.fill(`${code.slice(0, 3)} ${code.slice(3)}`)
  await field.press('Enter')
  await page.getByText('Approved. Press Enter in the terminal').waitFor()
  ssh.enter()
  await ssh.shows(/arrived/)
  assert.equal(await ssh.exited, 0)

  await using again = way.go()
  await begin(again)
  await field.fill(code)
  await approve.click()
  await page.getByRole('alert').getByText('This is not the code, or it was used before').waitFor()
  await page.getByRole('button', { name: 'Use a passkey instead' }).click()
  await page.getByRole('button', { name: 'Approve with passkey' }).click()
  await page.getByText('Approved. Press Enter in the terminal').waitFor()
  again.enter()
  assert.equal(await again.exited, 0)
  const { events } = await gate.api.call('audit.search', { type: 'check-passed' })
  assert.deepEqual(
    events.map(({ data }) => data['method']),
    ['passkey', 'totp'],
  )
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('a denied login ends ssh with status 255', { skip: skip || sshSkip }, async () => {
  await using gate = await ConsoleGateway.start({ 'ssh.approval_qr': false })
  await using way = await WayToDatabase.make(gate, 'tomas')
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await joinBy(page, way.joinLink, { passkey: 'Laptop' })
  await using ssh = way.go()
  await page.goto(await ssh.shows(CODE_PAGE))
  await page.getByRole('button', { name: 'Deny', exact: true }).click()
  await page.getByText('Denied. The terminal is told').waitFor()
  assert.equal(await ssh.exited, 255)
  assert.match(ssh.shown, /this login was denied in the browser/)
})

test('a login that its owner never asked for is denied loudly, and the page says what to do next', {
  skip: skip || sshSkip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'ssh.approval_qr': false })
  await using way = await WayToDatabase.make(gate, 'tomas')
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, way.joinLink, { passkey: 'Laptop' })
  await using ssh = way.go()
  await page.goto(await ssh.shows(CODE_PAGE))
  const report = page.getByRole('button', { name: 'I did not ask for this' })
  await report.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  found.push(...(await browser.look('approve-report')))
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await comesTrue(page, `document.activeElement?.textContent === 'I did not ask for this'`)
  await report.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deny and report' }).click()
  await page.getByText('Denied, and in the audit log as not yours').waitFor()
  assert.equal(await ssh.exited, 255)
  await page.getByRole('button', { name: 'End my SSH sessions' }).click()
  await page.getByText('No SSH session of yours was open').waitFor()
  found.push(...(await browser.look('approve-reported')))
  const { events } = await gate.api.call('audit.search', { type: 'login-disowned' })
  assert.equal(events.length, 1)
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
})

test('the page says when it was answered elsewhere, and the waiting logins when there are none', {
  skip: skip || sshSkip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'ssh.approval_qr': false })
  await using way = await WayToDatabase.make(gate, 'tomas')
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, way.joinLink, { passkey: 'Laptop' })
  const asked = page.getByRole('button', { name: 'Approve with passkey' })
  {
    await using ssh = way.go()
    const url = await ssh.shows(CODE_PAGE)
    await page.goto(url)
    await asked.waitFor()
    const other = await page.context().newPage()
    await other.goto(url)
    await other.getByRole('button', { name: 'Deny', exact: true }).click()
    await page.getByText('This login was denied already, in another window').waitFor()
    await other.close()
  }
  await page.goto('/me/logins')
  await page.getByRole('heading', { name: 'No login of yours waits' }).waitFor()
  found.push(...(await browser.look('logins-empty')))
  assert.deepEqual(found, [])
})

test('a command signs in by a code that is typed, and by the browser of its own machine', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop', name: 'Mira Havel' })

  const begun = await gate.api.call('device.start')
  await page.goto('/device')
  found.push(...(await browser.look('device')))
  await page.getByLabel('Code').fill(begun.user_code.toLowerCase().replace('-', ' '))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Let this command sign in?' }).waitFor()
  found.push(...(await browser.look('device-question')))
  await page.getByRole('button', { name: 'Let it sign in' }).click()
  await page.getByText('The command goes on by itself').waitFor()
  const polled = await gate.api.call('device.poll', { device_code: begun.device_code })
  assert.deepEqual([polled.status, polled.session?.signed_in.user], ['approved', gate.ownerName])
  await page.goto(`/device?code=${begun.user_code}`)
  await page.getByRole('alert').getByText('Nothing waits for this code').waitFor()

  const asked: string[] = []
  const listener = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('You may close this page.')
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = listener.address() as AddressInfo
    const query = new URLSearchParams({ port: String(port), state: 's'.repeat(22), challenge: 'c'.repeat(43) })
    await page.goto(`/cli?${query.toString()}`)
    await page.getByRole('heading', { name: 'Let the command sign in?' }).waitFor()
    found.push(...(await browser.look('command')))
    await page.getByRole('button', { name: 'Let it sign in' }).click()
    await page.waitForURL(/^http:\/\/127\.0\.0\.1:/)
    assert.match(asked[0] ?? '', /^\/\?code=\S+&state=s{22}$/)
  } finally {
    listener.close()
  }
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
})
