import { Secret, TOTP } from 'otpauth'
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

/** Sets up the codes of an app for whoever is signed in, on their own page; the code of now is used up then. */
export async function setUpCodes(page: Page): Promise<Secret> {
  await page.goto('/me')
  await page.getByRole('button', { name: 'Set up codes' }).click()
  const secret = Secret.fromBase32(await page.getByRole('dialog').locator('code').innerText())
  await page.getByLabel('Code from the app').fill(new TOTP({ secret }).generate())
  await page.getByRole('button', { name: 'Confirm code' }).click()
  await page.getByText('An app on your phone makes codes for you').waitFor()
  return secret
}

/** Types name and password on the sign-in page, and sends them. */
export async function enterPassword(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel('Your name here').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}
