/** Ten thousand of a thing: a page stays a page. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Answers } from './answers.ts'
import { skip } from './console-browser.ts'
import { Visit } from './visit.ts'

const TARGETS = 10_000
/** Elements of a page that a browser draws without a wait; ten thousand rows would be a hundred thousand. */
const ELEMENTS_MAX = 5_000

test('of ten thousand targets a hundred are drawn, more when asked for, and each is found by typing', {
  skip,
}, async () => {
  await using visit = await Visit.start()
  const { page } = visit
  const answers = await Answers.of(page)
  const targets = Array.from({ length: TARGETS }, (_, index) => ({
    id: `t${index}`,
    name: `web-${String(index).padStart(5, '0')}`,
    address: `10.${index >> 8}.${index & 255}.1`,
    port: 22,
    tags: [`tag:web`],
    host_keys: [],
    created_at: '2026-11-22T12:00:00.000Z',
  }))
  answers.canned.set('/v1/targets', { targets })
  await page.goto('/targets')
  const rows = page.getByRole('rowheader')
  await rows.first().waitFor()
  assert.equal(await rows.count(), 100)
  await page.getByText('100 of 10\u2009000').waitFor()
  const elements = await page.evaluate<number>('document.getElementsByTagName("*").length')
  assert.ok(elements < ELEMENTS_MAX, `${elements} elements`)
  await page.getByRole('button', { name: 'Show 100 more' }).click()
  await page.getByText('200 of 10\u2009000').waitFor()
  assert.equal(await rows.count(), 200)
  await page.getByRole('searchbox', { name: 'Search targets' }).fill('web-09999')
  await page.getByRole('link', { name: 'web-09999' }).waitFor()
  assert.equal(await rows.count(), 1)
  visit.end()
})
