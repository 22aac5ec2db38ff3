/** The audit log: counted, narrowed by value and by time, kept as views. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './console-browser.ts'
import { skipSsh } from './inhabit.ts'
import { Visit } from './visit.ts'

test('events are counted over time and by value; a value, a span of time and a name narrow them; the address has it all', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { gate, page } = visit
  await gate.api.call('ban.add', { source: '198.51.100.203', reason: 'tries passwords' })
  for (const text of ['{', '{"acls": [], "tests": [{"src": "tomas@", "accept": ["tag:db:22"]}]}'])
    await assert.rejects(gate.api.call('policy.apply', { text }))

  await page.goto('/audit')
  const figure = page.getByRole('figure', { name: 'Events over time' })
  const rows = page.getByRole('list', { name: 'Events, newest first' })
  const narrow = page.getByRole('complementary', { name: 'Narrow down' })
  await figure.waitFor()
  await page.getByText('events match').waitFor()
  await page.getByText('Chain verified to').waitFor()
  await visit.look('audit-counted')

  // By value: a box becomes a filter, and ceases to be one.
  await narrow.getByRole('region', { name: 'Outcome' }).getByText('denied').click()
  await page.waitForURL(/outcome=denied/)
  await rows.getByText('policy-refused').first().waitFor()
  await rows.getByText('user-added').first().waitFor({ state: 'detached' })
  const denied = await gate.api.call('audit.count', { outcome: 'denied' })
  await page.getByText(`${denied.total} events match`).waitFor()
  await visit.look('audit-denied')

  // Others can be chosen beside it, and one of them fits.
  const outcomes = narrow.getByRole('region', { name: 'Outcome' })
  await outcomes.getByText('banned').click()
  await page.waitForURL((url) => url.searchParams.get('outcome') === 'denied,banned')
  await rows.getByText('ban-added').waitFor()
  const both = await gate.api.call('audit.count', { outcome: ['denied', 'banned'] })
  await page.getByText(`${both.total} events match`).waitFor()
  await rows.getByText('policy-refused').first().waitFor()
  await outcomes.getByText('banned').click()
  await page.waitForURL((url) => url.searchParams.get('outcome') === 'denied')

  // By name: kept for this person in this browser, and taken away again.
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('menuitem', { name: 'Save this view…' }).click()
  await page.getByLabel('Name').fill('Everything refused')
  await visit.look('audit-save')
  await page.getByRole('button', { name: 'Save view' }).click()
  await page.getByText('is among your saved views').waitFor()
  await narrow.getByRole('region', { name: 'Outcome' }).getByText('denied').click()
  await page.waitForURL((url) => !url.search.includes('outcome'))
  await rows.getByText('user-added').first().waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('menuitem', { name: 'Everything refused' }).waitFor()
  await visit.look('audit-saved')
  await page.getByRole('menuitem', { name: 'Policy changes' }).click()
  await page.waitForURL(/type=policy/)
  await rows.getByText('policy-applied').first().waitFor()
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('menuitem', { name: 'Everything refused' }).click()
  await page.waitForURL((url) => url.search.includes('outcome=denied') && !url.search.includes('type'))
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('menuitem', { name: 'Remove views…' }).click()
  await page.getByRole('button', { name: 'Remove Everything refused' }).click()
  await page.getByText('None is left.').waitFor()
  await page.getByRole('button', { name: 'Done' }).click()

  // An open row leads on.
  await page.goto('/audit?type=target-added')
  await rows.getByRole('button', { name: /vault-1/ }).click()
  await page.getByRole('link', { name: 'Target vault-1' }).waitFor()
  await visit.look('audit-open')
  await page.getByRole('link', { name: 'Target vault-1' }).click()
  await page.waitForURL(/\/targets\/vault-1/)
  visit.end()
})

test('a span of time is drawn with the mouse, or set with the keys, and undone', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { page } = visit

  // All of it has just happened, so the bars stand at the right end of the hour.
  await page.goto('/audit?after=1h')
  const figure = page.getByRole('figure', { name: 'Events over time' })
  const span = figure.getByRole('group', { name: 'Span' })
  const from = figure.getByRole('slider', { name: 'From' })
  await page.getByText('events match').waitFor()
  const last = Number(await from.getAttribute('aria-valuemax'))
  assert.ok(last > 10, `${last} bars`)
  const box = await span.boundingBox()
  assert.ok(box !== null)
  const { x, y, width, height } = box
  await page.mouse.move(x + width * 0.25, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width * 0.5, y + height / 2, { steps: 4 })
  await visit.look('audit-span')
  await page.mouse.up()
  await page.waitForURL(/before=/)
  assert.match(page.url(), /after=2\d{3}-\d\d-\d\dT/)
  await page.getByRole('heading', { name: 'No event fits' }).waitFor()
  await page.getByRole('button', { name: 'Time', exact: false }).getByText('as chosen').waitFor()

  await page.goto('/audit?after=1h')
  await page.getByText('events match').waitFor()
  await from.focus()
  await page.keyboard.press('End')
  assert.equal(await from.getAttribute('aria-valuenow'), String(last - 1))
  for (let step = 0; step < 9; step++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Escape')
  assert.equal(await from.getAttribute('aria-valuenow'), '0', 'given up')
  await page.keyboard.press('End')
  for (let step = 0; step < 9; step++) await page.keyboard.press('ArrowLeft')
  assert.equal(await from.getAttribute('aria-valuenow'), String(last - 10))
  assert.match((await from.getAttribute('aria-valuetext')) ?? '', /\d\d:\d\d/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/before=/)
  await page.getByText('events match').waitFor()
  await page.getByRole('list', { name: 'Events, newest first' }).getByText('user-added').first().waitFor()
  // What is drawn is also there in rows.
  assert.ok((await figure.getByRole('row').count()) > 1)
  await figure.getByRole('button', { name: 'All times' }).click()
  await page.waitForURL((url) => !/(after|before)=/.test(url.search))
  visit.end()
})
