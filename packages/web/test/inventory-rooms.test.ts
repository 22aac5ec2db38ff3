/** Home, people, groups and targets: a whole gateway and a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCopied } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { Inhabited, skipSsh } from './inhabit.ts'
import { joinBy } from './join-by.ts'
import { Visit } from './visit.ts'

test('members see what they may open and why, and copy the command; other rooms are not there for them', {
  skip: skip || skipSsh,
}, async () => {
  await using gate = await ConsoleGateway.start()
  await using _place = await Inhabited.of(gate)
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  const { url } = await gate.api.call('user.invite', { user: 'tomas' })
  await joinBy(page, url, { passkey: 'phone' })
  await page.goto('/')
  const table = page.getByRole('grid', { name: 'Targets by name' })
  await table.waitFor()
  assert.deepEqual(await table.getByRole('rowheader').allInnerTexts(), ['db-1', 'db-2'])
  await page.getByText('2 are open to you from here').waitFor()
  assert.equal(await page.getByRole('link', { name: 'Audit', exact: true }).count(), 0)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Connect to db-2' }).click()
  await page.getByRole('menuitem', { name: 'Copy ssh command' }).waitFor()
  // react-aria keeps a hidden button beside the menu with which readers of the screen close it: no part of a region.
  found.push(...(await browser.look('home-connect')).filter((each) => !each.includes(': region:')))
  // A window that changes its size closes what floats.
  if ((await page.getByRole('menuitem', { name: 'Copy ssh command' }).count()) === 0)
    await page.getByRole('button', { name: 'Connect to db-2' }).click()
  await page.getByRole('menuitem', { name: 'Copy ssh command' }).click()
  await isCopied(page, /^ssh -J \S+ db-2$/)
  await page.getByRole('button', { name: 'Connect to db-2' }).click()
  await page.getByRole('menuitem', { name: 'Other clients' }).click()
  await page.getByRole('dialog').getByText('ProxyJump').waitFor()
  found.push(...(await browser.look('home-clients')))
  await page.keyboard.press('Escape')
  await page.goto('/?text=db-2')
  await page.getByText('db-2.example.com').waitFor()
  assert.deepEqual(await table.getByRole('rowheader').allInnerTexts(), ['db-2'])
  await page.keyboard.press('/')
  await page.keyboard.type('x')
  await page.getByText('None of them fits').waitFor()
  await page.waitForURL(/text=db-2x/)
  await page.goto('/users')
  await page.getByText('You may not see this').waitFor()
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('an owner adds a person with a link, gives keys and takes them, disables, and adds and enrols a target', {
  skip: skip || skipSsh,
}, async () => {
  await using visit = await Visit.start({ inhabited: true })
  const { gate, page } = visit
  await page.goto('/users')
  await page.getByRole('grid', { name: 'People by login' }).waitFor()
  await page.getByRole('button', { name: 'Add person' }).click()
  await page.getByLabel('Login', { exact: true }).fill('henrik')
  await page.getByLabel('Name', { exact: true }).fill('Henrik Aas')
  await visit.look('users-add')
  await page.getByRole('button', { name: 'Add and make link' }).click()
  await page.getByText(`${gate.origin}/join/`).waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  // A link is shown once.
  await page.getByText(`${gate.origin}/join/`).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'henrik' }).waitFor()

  await page.getByRole('link', { name: 'tomas' }).click()
  await page.getByRole('heading', { name: 'Tomas Lindqvist' }).waitFor()
  await page.getByText('None is good now').waitFor()
  await page.getByRole('button', { name: 'Remove key' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove key' }).click()
  await page.getByText('They get in with certificates alone').waitFor()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Disable…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Disabled: they get in nowhere.').waitFor()
  assert.equal((await gate.api.call('user.show', { user: 'tomas' })).disabled, true)

  await page.goto('/groups')
  await page.getByText('3 people').or(page.getByText('group:dba')).first().waitFor()
  await page.getByText('1 member is not here.').waitFor()

  await page.goto('/targets')
  await page.getByRole('grid', { name: 'Targets by name' }).waitFor()
  await page.getByRole('button', { name: 'Add target' }).click()
  await page.getByLabel('Name', { exact: true }).fill('db-3')
  await page.getByLabel('Address', { exact: true }).fill('10.20.4.14')
  await page.getByLabel('Port', { exact: true }).fill('70000')
  await page.getByLabel('Tags', { exact: true }).fill('db')
  await page.getByText('A port is 1 to 65535').waitFor()
  await page.getByLabel('Port', { exact: true }).fill('2222')
  await page.getByRole('dialog').getByRole('button', { name: 'Add target' }).click()
  await page.getByRole('heading', { name: 'db-3' }).waitFor()
  await page.getByRole('link', { name: 'priya' }).waitFor()
  await page.getByRole('button', { name: 'Change…' }).click()
  const change = page.getByRole('dialog').getByRole('button', { name: 'Change target' })
  assert.ok(await change.isDisabled())
  await page.getByLabel('Address', { exact: true }).fill('10.20.4.15')
  await page.getByLabel('Tags', { exact: true }).fill('db web')
  await change.click()
  await page.getByText('10.20.4.15:2222').waitFor()
  const { address, port, tags } = await gate.api.call('target.show', { target: 'db-3' })
  assert.deepEqual([address, port, tags], ['10.20.4.15', 2222, ['tag:db', 'tag:web']])
  await page.getByRole('button', { name: 'Make script' }).click()
  await page.getByText('TrustedUserCAKeys').waitFor()
  await visit.look('target')
  visit.end()
})
