import type { Page } from 'playwright-core'

/** One that the gateway takes. */
export const PASSWORD = 'a sally port is a small door'

/** Sets the password of whoever is signed in, on their own page. */
export async function setPassword(page: Page, password = PASSWORD): Promise<void> {
  await page.goto('/me')
  await page.getByRole('button', { name: 'Set password' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('New password').fill(password)
  await dialog.getByLabel('Once more').fill(password)
  await dialog.getByRole('button', { name: 'Set password' }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Types name and password on the sign-in page, and sends them. */
export async function enterPassword(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel('Your name here').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}
