import type { Page } from 'playwright-core'
import { comesTrue } from './comes-true.ts'

/** Opens the palette, and resolves once it takes what is typed. */
export async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: 'Go to or run' }).waitFor()
  await comesTrue(page, `document.querySelector('[role=dialog] input:focus')`)
}

/** Types a text into the palette and takes an option, once it is there. */
export async function byPalette(page: Page, text: string, option: string | RegExp): Promise<void> {
  await openPalette(page)
  await page.keyboard.type(text)
  await page.getByRole('option', { name: option }).waitFor()
  await page.keyboard.press('Enter')
}
