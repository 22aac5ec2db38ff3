/** Acts whose answers are lost: what was typed stays, what became of them is said, and nothing is done twice unknowingly. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { skip } from './console-browser.ts'
import { POLICY, skipSsh } from './inhabit.ts'
import { Visit } from './visit.ts'

/** The next act there reaches the gateway, and its answer nobody. */
async function loseAnswer(page: Page, path: string): Promise<void> {
  let lost = false
  await page.route(
    ({ pathname }) => pathname === path,
    async (route) => {
      if (lost || route.request().method() === 'GET') return route.fallback()
      lost = true
      await route.fetch()
      await route.abort('connectionreset')
    },
  )
}

test('an act whose answer is lost may have been done: that is said, shown, and never hidden by a second one', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { gate, page } = visit
  const dialog = page.getByRole('dialog')
  const lost = dialog.getByRole('alert').getByText('it may have done this before')

  await page.goto('/me/tokens')
  await page.getByRole('button', { name: 'Make token' }).click()
  await dialog.getByLabel('What it is for').fill('nightly inventory')
  await loseAnswer(page, '/v1/me/tokens')
  await dialog.getByRole('button', { name: 'Make token' }).click()
  await lost.waitFor()
  assert.equal(await dialog.getByLabel('What it is for').inputValue(), 'nightly inventory')
  await page.getByText('nightly inventory', { exact: true }).waitFor()
  await visit.look('lost-token')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Take back nightly inventory' }).waitFor()

  await page.goto('/users')
  await page.getByRole('button', { name: 'Add person' }).click()
  await dialog.getByLabel('Login').fill('dana@example.com')
  await loseAnswer(page, '/v1/users')
  await dialog.getByRole('button', { name: 'Add and make link' }).click()
  await lost.waitFor()
  await dialog.getByRole('button', { name: 'Add and make link' }).click()
  await dialog.getByRole('alert').getByText('make their link on their own page').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: 'dana@example.com' }).click()
  await page.waitForURL(/\/users\/dana/)
  await page.reload()
  await page.getByRole('heading', { name: 'dana@example.com' }).waitFor()
  await page.getByRole('button', { name: 'Make link…' }).click()
  await page.getByRole('alertdialog', { name: 'Link for dana@example.com' }).waitFor()
  await visit.look('lost-link')
  await page.getByRole('button', { name: 'Done' }).click()

  await page.goto('/policy')
  await page.locator('.cm-content').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(POLICY.replace('"group:web": ["joy@"]', '"group:web": ["joy@", "priya@"]'))
  await page.getByText('and may be published').waitFor()
  await page.getByRole('button', { name: 'Publish…' }).click()
  await dialog.getByLabel('Message, for the history').fill('priya helps out')
  await loseAnswer(page, '/v1/policy')
  await dialog.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('Version 3 is in force', { exact: true }).waitFor()
  await dialog.waitFor({ state: 'detached' })
  assert.equal((await gate.api.call('policy.history', {})).versions.length, 3)
  visit.end()
})

test('a draft that was dropped can be brought back, and a question of the audit log is answered at once', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { page } = visit
  await page.goto('/policy')
  const editor = page.locator('.cm-content')
  await editor.focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.insertText('// Who helps out.\n')
  await page.getByText('Your draft changes 1 line').waitFor()
  await page.getByRole('button', { name: 'Drop draft' }).click()
  await editor.getByText('Who helps out').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await editor.getByText('Who helps out').waitFor()
  await page.getByText('Your draft changes 1 line').waitFor()

  await page.goto('/policy?user=joy&host=db-1&port=22')
  const explain = page.getByRole('region', { name: 'Explain' })
  await explain.getByText('Denied', { exact: true }).waitFor()
  await explain.getByText('joy is not in group:dba').waitFor()
  visit.end()
})
