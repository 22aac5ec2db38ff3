/** The policy's room: a whole gateway and a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './console-browser.ts'
import type { ConsoleGateway } from './console-gateway.ts'
import { POLICY, skipSsh } from './inhabit.ts'
import { Visit } from './visit.ts'

test('a mistake is shown at its line and cannot be published; put right it can, is compared, explained and taken back', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { gate, page } = visit
  const write = async (text: string) => {
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(text)
  }

  await page.goto('/policy')
  await page.locator('.cm-content').getByText('group:dba').first().waitFor()
  await page.getByText('All of them pass.').waitFor()

  await write(POLICY.replace('"src": ["group:web"]', '"src": ["group:wbe"]'))
  const line = POLICY.slice(0, POLICY.indexOf('"src": ["group:web"]')).split('\n').length
  await page.getByRole('button', { name: new RegExp(`^${line}:`) }).waitFor()
  await page.locator('.cm-lintRange-error').waitFor()
  assert.equal(await page.locator('.cm-line.cm-wrong').count(), 1)
  assert.equal(await page.getByRole('button', { name: 'Publish…' }).getAttribute('aria-disabled'), 'true')
  await visit.look('policy-mistake')

  await write(POLICY.replace('"deny": ["tag:web:22"]', '"deny": ["tag:db:22"]'))
  await page.getByText('1 fails').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Publish…' }).getAttribute('aria-disabled'), 'true')

  await write(POLICY.replace('"group:web": ["joy@"]', '"group:web": ["joy@", "priya@"]'))
  await page.getByText('and may be published').waitFor()
  await page.getByLabel('May', { exact: true }).fill('priya')
  await page.getByLabel('open', { exact: true }).fill('web-ams-1')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('Allowed', { exact: true }).waitFor()
  await visit.look('policy-explain')
  await page.getByRole('tab', { name: 'Changes' }).click()
  await page.getByText('1 person would gain').waitFor()
  await visit.look('policy-changes')
  await page.getByRole('button', { name: 'Publish…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('was not simulated over past decisions').waitFor()
  await dialog.getByRole('button', { name: 'Simulate the last 30 days' }).click()
  await dialog.getByText('no decision of these days that can be asked again').waitFor()
  await page.getByLabel('Message, for the history').fill('Priya helps with the web')
  await visit.look('policy-publish')
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByText('Version 3 is in force', { exact: false }).first().waitFor()
  assert.match((await gate.api.call('policy.show')).text, /"joy@", "priya@"/)

  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText('Priya helps with the web').waitFor()
  await visit.look('policy-history')
  await page.getByRole('button', { name: 'Go back to version 2' }).click()
  await page.getByRole('button', { name: 'Go back', exact: true }).click()
  await page.getByText('with the text of 2').waitFor()
  assert.equal((await gate.api.call('policy.show')).text, POLICY)
  await page.getByRole('tab', { name: 'Who reaches what' }).click()
  await page.getByLabel('Target, address or name').fill('db-1')
  await page.getByRole('button', { name: 'Show who may' }).click()
  await page.getByRole('link', { name: 'priya' }).waitFor()
  await visit.look('policy-reach')
  visit.end()
})

test('a draft behind another version says so, and what locks its author out is refused with its reason', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { gate, page } = visit
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
  await visit.look('policy-lockout')
  await page.getByRole('button', { name: 'Keep editing' }).click()

  const other = POLICY.replace('// Who is who.', '// Who is who here.')
  await gate.api.call('policy.apply', { text: other, message: 'by somebody else', allow_lockout: true })
  await page.reload()
  await page.getByText('published version 3 after you began from 2').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Publish…' }).getAttribute('aria-disabled'), 'true')
  visit.end()
})

test('what happened is asked again: nothing would change, somebody would lose a way, and the dialog says so', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { gate, page, place } = visit
  await place.ssh()
  await granted(gate)

  await page.goto('/policy?tab=simulate')
  await page.getByRole('button', { name: 'Simulate', exact: true }).click()
  await page.getByRole('heading', { name: 'Nothing that happened in these days would change' }).waitFor()
  await page.getByText('The one decision of these days would be the same.').waitFor()
  await visit.look('policy-simulate-none')

  await page.getByRole('tab', { name: 'Editor' }).click()
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(
    POLICY.replace('["tomas@", "priya@", "gone@"]', '["priya@"]').replace('"src": "tomas@"', '"src": "priya@"'),
  )
  await page.getByText('and may be published').waitFor()
  await page.getByRole('button', { name: 'Simulate 30 days' }).click()
  await page.getByRole('heading', { name: 'Of 1 decision, 1 would change.' }).waitFor()
  const flips = page.getByRole('grid', { name: 'Decisions that would come out otherwise' })
  await flips.getByText('no line opens it').waitFor()
  await flips.getByText(/was opened by grants\[1\], line \d+ of version 2/).waitFor()
  assert.match(await flips.innerText(), /tomas[\s\S]*db-1:\d+[\s\S]*denied/)
  await visit.look('policy-simulate')

  await page.getByRole('button', { name: 'Publish…' }).click()
  await page.getByRole('dialog').getByText('Of 1 decision, 1 would change.').waitFor()
  await visit.look('policy-publish-simulated')
  await page.getByRole('button', { name: 'Keep editing' }).click()

  // Hours that no time fulfils: the line that refuses it is told, and leads into the text.
  const hours = `"app": { "sallyport.dev/cap/ssh": [{ "hours": [{ "days": ["${otherDay()}"], "timeZone": "UTC" }] }] }`
  const line = POLICY.slice(0, POLICY.indexOf('{ "src": ["group:dba"]')).split('\n').length
  await page.getByRole('tab', { name: 'Editor' }).click()
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(POLICY.replace('"tcp:2200-60000"] }', `"tcp:2200-60000"], ${hours} }`))
  await page.getByText('and may be published').waitFor()
  await page.getByRole('tab', { name: 'Simulate' }).click()
  await page.getByText('The text changed since this was simulated').waitFor()
  await page.getByRole('button', { name: 'Simulate again' }).click()
  await flips.getByRole('button', { name: `grants[1], line ${line}` }).click()
  await page.locator('.cm-line.cm-shown').getByText('hours').waitFor()
  visit.end()
})

/** A day of the week that is not about to begin nor just over, anywhere. */
function otherDay(): string {
  const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
  return days[(new Date().getUTCDay() + 3) % 7] ?? ''
}

/** Resolves once a decision is in the log: ssh is let through a moment after it was begun. */
async function granted(gate: ConsoleGateway): Promise<void> {
  for await (const _ of gate.api.stream('audit.tail', { type: 'access-granted', last: 1, follow: true })) return
}
