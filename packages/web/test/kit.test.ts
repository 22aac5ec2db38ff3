import { test } from 'node:test'
import { skip } from './console-browser.ts'
import { Visit } from './visit.ts'

test('what floats above the page of parts is in order as well', { skip }, async () => {
  await using visit = await Visit.start()
  const { page } = visit
  await page.goto('/kit')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('menuitem', { name: 'Copy ssh command' }).waitFor()
  await visit.look('kit-menu')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Go to or run' }).waitFor()
  await visit.look('palette')
  visit.end()
})
