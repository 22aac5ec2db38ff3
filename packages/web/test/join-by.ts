import type { Page } from 'playwright-core'

/** Goes through a one-time link as a person does; the browser is signed in then. */
export async function joinBy(
  page: Page,
  link: string,
  { passkey, name }: { readonly passkey: string; readonly name?: string },
): Promise<{ readonly user: string; readonly codes: readonly string[] }> {
  await page.goto(link)
  const user = await page.getByLabel('Login name').inputValue()
  if (name !== undefined) await page.getByLabel('Name people know you by').fill(name)
  await page.getByRole('button', { name: 'Go on to the passkey' }).click()
  await page.getByLabel('Name of this passkey').fill(passkey)
  await page.getByRole('button', { name: 'Make passkey' }).click()
  const list = page.getByRole('list', { name: 'Recovery codes' })
  await list.waitFor()
  const codes = await list.getByRole('listitem').allInnerTexts()
  await page.getByText('I saved these codes').click()
  await page.getByRole('button', { name: 'Finish' }).click()
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
  return { user, codes }
}
