/** Live sessions and the audit log: a whole gateway, a real browser, and a real ssh. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './console-browser.ts'
import { skipSsh } from './inhabit.ts'
import { Visit } from './visit.ts'

test('a real ssh appears by itself, is ended with a reason that it is told, and the log has it', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { gate, page, place } = visit

  await page.goto('/sessions')
  await page.getByRole('heading', { name: 'Nobody is connected' }).waitFor()
  const ssh = await place.ssh()
  const table = page.getByRole('grid', { name: 'Live sessions' })
  await table.getByText('db-1').waitFor()
  await table.getByText('db-1').click()
  await page.getByRole('button', { name: 'End session…' }).waitFor()
  assert.match(page.url(), /session=/)
  await visit.look('sessions')
  await page.getByRole('button', { name: 'End session…' }).click()
  await page.getByLabel('Reason, shown to tomas').fill('Failover to db-2 starts at 14:40')
  await visit.look('sessions-end')
  await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click()
  assert.match(await ssh.exited, /Failover to db-2 starts at 14:40/)
  await page.getByRole('heading', { name: 'Nobody is connected' }).waitFor()

  await page.goto('/audit')
  const rows = page.getByRole('list', { name: 'Events, newest first' })
  await rows.getByText('session-ended').waitFor()
  await page.getByText('Chain verified to').waitFor()
  await page.getByRole('searchbox', { name: 'Query' }).fill(`type:session actor:${gate.ownerName}`)
  await page.keyboard.press('Enter')
  await page.waitForURL(/actor=/)
  assert.match(page.url(), /type=session/)
  await rows.getByRole('button', { name: /session-ended/ }).click()
  await page.getByText('user tomas', { exact: false }).first().waitFor()
  await visit.look('audit')
  await page.reload()
  await page.getByText('user tomas', { exact: false }).first().waitFor()
  await page.getByRole('button', { name: 'Take type:session away' }).click()
  await page.getByRole('button', { name: `Take actor:${gate.ownerName} away` }).click()
  await rows.getByText('passage-opened').waitFor()
  const downloaded = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'The whole log' }).click()
  assert.equal((await downloaded).suggestedFilename(), 'audit.log')
  await page.goto('/audit?text=nothinglikethis')
  await page.getByRole('heading', { name: 'No event fits' }).waitFor()
  visit.end()
})
