/** People change how they are known: their password and their SSH keys. A whole gateway and a real browser. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ageSignIns } from '@sallyport/testkit'
import { comesTrue, isCopied } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { Inhabited, skipSsh } from './inhabit.ts'
import { joinBy } from './join-by.ts'
import { enterPassword, PASSWORD } from './own-ways-in.ts'

/** Longer than a proof counts for a change of credentials, in milliseconds. */
const STALE_MS = 11 * 60_000

test('a password is set, changed and removed where passwords are switched on, and the last way in stays', {
  skip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'https.passwords': true })
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  const { user } = await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await page.goto('/me')
  await page.getByRole('button', { name: 'Set password' }).click()
  const dialog = page.getByRole('dialog')
  const submit = dialog.getByRole('button', { name: /^(Set|Change) password$/ })
  await dialog.getByLabel('New password').fill('too short')
  await dialog.getByText('9 of at least 15 characters').waitFor()
  await dialog.getByLabel('Once more').fill('too shor')
  await dialog.getByLabel('New password').focus()
  await dialog.getByText('This is not the same').waitFor()
  assert.equal(await submit.getAttribute('aria-disabled'), 'true')
  found.push(...(await browser.look('password-set')))
  // What only the gateway knows is said at the field, and goes when it is typed anew.
  for (const label of ['New password', 'Once more']) await dialog.getByLabel(label).fill('abababababababababab')
  await submit.click()
  await dialog.getByText('Not this one: more than a few different characters').waitFor()
  found.push(...(await browser.look('password-weak')))
  for (const label of ['New password', 'Once more']) await dialog.getByLabel(label).fill(PASSWORD)
  assert.equal(await dialog.getByText('Not this one: more than a few different characters').count(), 0)
  await submit.click()
  await page.getByText('Your password signs you in from now on').waitFor()
  found.push(...(await browser.look('me-password')))

  // It is a way in: the passkey may go, and then the password has to stay.
  await page.getByRole('button', { name: 'Actions for Laptop' }).click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  await dialog.getByText('It signs you in no more').waitFor()
  await page.getByRole('button', { name: 'Remove passkey' }).click()
  await page.getByText('No passkeys yet').waitFor()
  await page.getByRole('button', { name: 'Remove the password…' }).click()
  await dialog.getByText('It is your last way in').waitFor()
  await page.getByRole('button', { name: 'Remove password' }).click()
  await page.getByRole('alert').getByText('Register a passkey first').waitFor()
  found.push(...(await browser.look('password-last')))
  await page.getByRole('button', { name: 'Keep it' }).click()

  // Whoever has no passkey proves themselves with what they have.
  ageSignIns(gate.stateDirectory, STALE_MS)
  await page.getByRole('button', { name: 'Change…' }).click()
  const next = `${PASSWORD}, and not a gate`
  for (const label of ['New password', 'Once more']) await dialog.getByLabel(label).fill(next)
  await submit.click()
  const proof = page.getByRole('dialog', { name: 'Is it still you?' })
  await proof.getByLabel('Password').fill('not it')
  await proof.getByRole('button', { name: 'Use password' }).click()
  await proof.getByText('This proves nobody here').waitFor()
  found.push(...(await browser.look('proof-password')))
  await proof.getByLabel('Password').fill(PASSWORD)
  await proof.getByRole('button', { name: 'Use password' }).click()
  await page.getByText('The new password counts from now on').waitFor()

  await page.context().clearCookies()
  await page.goto('/me')
  await page.getByRole('button', { name: 'Password and one-time code' }).click()
  await enterPassword(page, user, PASSWORD)
  await page.getByRole('alert').getByText('This proves nobody here').waitFor()
  await enterPassword(page, user, next)
  await page.getByRole('heading', { name: 'Passkeys and keys' }).waitFor()

  await page.getByRole('button', { name: 'Add passkey' }).click()
  await page.getByRole('button', { name: 'Make passkey' }).click()
  await page.getByRole('button', { name: /^Actions for/ }).waitFor()
  await page.getByRole('button', { name: 'Remove the password…' }).click()
  await page.getByRole('button', { name: 'Remove password' }).click()
  await page.getByText('Your password is removed').waitFor()
  await page.getByRole('button', { name: 'Set password' }).waitFor()
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('where passwords are switched off the page says nothing of them', { skip }, async () => {
  await using gate = await ConsoleGateway.start()
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await page.goto('/me')
  await page.getByRole('button', { name: 'Set up codes' }).waitFor()
  assert.equal(await page.getByText(/password/i).count(), 0)
})

test('a member adds a key by pasting it or from a file, a bad one is refused at its field, and takes it away', {
  skip: skip || skipSsh,
}, async () => {
  await using gate = await ConsoleGateway.start()
  await using place = await Inhabited.of(gate)
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  const { url } = await gate.api.call('user.invite', { user: 'tomas' })
  await joinBy(page, url, { passkey: 'Phone' })
  const file = join(gate.folder, 'desk')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'tomas@desk', '-f', file])
  const line = readFileSync(`${file}.pub`, 'utf8')

  await page.goto('/me')
  const table = page.getByRole('grid', { name: 'SSH keys' })
  await table.getByText('tomas@t14').waitFor()
  await page.getByRole('button', { name: 'Add key' }).click()
  const dialog = page.getByRole('dialog')
  const field = dialog.getByLabel('Public key')
  const add = dialog.getByRole('button', { name: 'Add key' })
  const sent: string[] = []
  page.on('request', (request) => void sent.push(`${new URL(request.url()).search}${request.postData() ?? ''}`))

  // What must not leave this machine does not.
  await field.fill(readFileSync(file, 'utf8'))
  await dialog.getByText('This is a private key: it stays with you').waitFor()
  assert.equal(await add.getAttribute('aria-disabled'), 'true')
  await page.keyboard.press('Control+Enter')
  // The frame has questions of its own, with nothing in their addresses or bodies.
  assert.equal(sent.join(''), '')
  found.push(...(await browser.look('key-private')))
  await field.fill(`${line}${line}`)
  await dialog.getByText('One key at a time: these are 2 lines').waitFor()
  await field.fill('ssh-ed25519 AAAAnonsense me@here')
  await add.click()
  await dialog.getByText('This is no public key that can be used').waitFor()
  assert.equal(await field.getAttribute('aria-invalid'), 'true')
  found.push(...(await browser.look('key-bad')))

  const chooser = page.waitForEvent('filechooser')
  await dialog.getByRole('button', { name: 'Choose a .pub file…' }).click()
  await (await chooser).setFiles(`${file}.pub`)
  await comesTrue(page, `document.querySelector('[role=dialog] textarea')?.value.startsWith('ssh-ed25519 AAAAC3')`)
  await add.click()
  await page.getByText('tomas@desk lets you in from now on').waitFor()
  const row = table.getByRole('row').filter({ hasText: 'tomas@desk' })
  await row.getByText('Ed25519').waitFor()
  await row.getByText('never').waitFor()
  assert.match(await row.innerText(), /SHA256:/)
  // The same once more, under another name.
  await page.getByRole('button', { name: 'Add key' }).click()
  await field.fill(line)
  await dialog.getByLabel('Name of this key').fill('desk again')
  await add.click()
  await dialog.getByText('You have this key already').waitFor()
  await page.keyboard.press('Escape')

  // What a key opened ends with it; until then it says when it was used.
  const ssh = await place.ssh()
  const used = table.getByRole('row').filter({ hasText: 'tomas@t14' })
  for (const until = Date.now() + 60_000; Date.now() < until && (await used.getByText('never').count()) > 0; ) {
    await page.reload()
    await used.waitFor()
  }
  assert.equal(await used.getByText('never').count(), 0)
  found.push(...(await browser.look('me-keys')))
  await page.getByRole('button', { name: 'Remove tomas@t14…' }).click()
  await dialog.getByText('sessions that it opened end at once').waitFor()
  found.push(...(await browser.look('key-remove')))
  await dialog.getByRole('button', { name: 'Remove key' }).click()
  await page.getByText('tomas@t14 lets nobody in any more').waitFor()
  assert.match(await ssh.exited, /SP2503/)

  // Long after the sign-in a proof is asked for first.
  ageSignIns(gate.stateDirectory, STALE_MS)
  await page.getByRole('button', { name: 'Remove tomas@desk…' }).click()
  await dialog.getByRole('button', { name: 'Remove key' }).click()
  await page.getByRole('dialog', { name: 'Is it still you?' }).getByRole('button', { name: 'Use passkey' }).click()
  await page.getByText('No SSH keys').waitFor()
  const { events } = await gate.api.call('audit.search', { text: 'tomas@desk', limit: 10 })
  assert.deepEqual(
    events.map(({ type, actor }) => `${type} ${actor}`),
    ['key-removed tomas', 'key-added tomas'],
  )
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('what goes wrong is said in words with a next step, and a command can be copied', { skip }, async () => {
  await using gate = await ConsoleGateway.start({ 'https.passwords': true })
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  const answer = (path: string, status: number, body: string, headers: Record<string, string> = {}) =>
    page.route(path, (route) => route.fulfill({ status, body, headers: { 'content-type': 'text/html', ...headers } }))

  // Cut off: asked again by hand, it is there.
  await page.route('**/v1/me', (route) => route.abort())
  await page.goto('/me')
  const alert = page.getByRole('alert')
  await alert.getByText('The gateway does not answer').waitFor()
  await alert.getByText('Try again in a moment').waitFor()
  found.push(...(await browser.look('me-cut-off')))
  await page.unroute('**/v1/me')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('button', { name: 'Add passkey' }).waitFor()

  // Failed inside: the number that the gateway's log knows it by.
  const error = { code: 'SP1007', name: 'daemon.internal', message: 'the store failed: disk I/O error' }
  const body = JSON.stringify({ error: { ...error, why: null, fix: 'sallyport doctor', request_id: '3fa9c0d1' } })
  await answer('**/v1/me', 500, body, { 'content-type': 'application/json' })
  await page.reload()
  await alert.getByText('The store failed: disk I/O error').waitFor()
  await alert.getByText('3fa9c0d1').waitFor()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await alert.getByRole('button', { name: 'Copy the command' }).click()
  await isCopied(page, /^sallyport doctor$/)
  found.push(...(await browser.look('me-failed')))
  await page.unroute('**/v1/me')

  // Something before the gateway answers in its stead.
  await page.reload()
  await answer('**/v1/me/password', 429, '<html>slow down</html>', { 'retry-after': '7' })
  await page.getByRole('button', { name: 'Set password' }).click()
  for (const label of ['New password', 'Once more']) await page.getByRole('dialog').getByLabel(label).fill(PASSWORD)
  await page.getByRole('dialog').getByRole('button', { name: 'Set password' }).click()
  await page.getByRole('dialog').getByText('Too many requests').waitFor()
  await page.getByRole('dialog').getByText('Try again in 7 s').waitFor()
  found.push(...(await browser.look('too-many')))
  await page.keyboard.press('Escape')
  await answer('**/v1/me/keys', 413, '<html>too large</html>')
  await page.getByRole('button', { name: 'Add key' }).click()
  await page.getByLabel('Public key').fill('ssh-ed25519 AAAA')
  await page.getByRole('dialog').getByRole('button', { name: 'Add key' }).click()
  await page.getByRole('dialog').getByText('Send less of it at once').waitFor()
  await page.keyboard.press('Escape')

  // The door itself: nobody can be asked who is signed in.
  await page.context().clearCookies()
  await page.route('**/v1/auth/state', (route) => route.abort())
  await page.goto('/signin?to=/me')
  await alert.getByText('The gateway does not answer').waitFor()
  found.push(...(await browser.look('sign-in-cut-off')))
  await page.unroute('**/v1/auth/state')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'Passkeys and keys' }).waitFor()

  // A step for the command line is a command to copy, not a riddle in a sentence.
  await page.goto('/device?code=ABCD-EFGH')
  await alert.getByRole('button', { name: 'Copy the command' }).click()
  await isCopied(page, /^sallyport login$/)
  found.push(...(await browser.look('device-unknown')))
  assert.deepEqual(found, [])
})
