/** The console by keys alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { byPalette, openPalette } from './by-palette.ts'
import { comesTrue, isCopied } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { Inhabited, skipSsh } from './inhabit.ts'
import { joinBy } from './join-by.ts'
import { sshSkip, WayToDatabase } from './waiting-ssh.ts'

/** Controls that a page may have before the one that is meant. */
const TABS_MAX = 80

/** What the focus is on, as a reader of the screen would say it. */
const FOCUSED = `(() => {
  const at = document.activeElement
  return at === null ? '' : (at.getAttribute('aria-label') ?? at.textContent ?? '').trim()
})()`

/** Presses Tab until the focus is on what is called that. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = []
  for (let tab = 0; tab < TABS_MAX; tab++) {
    const on = await page.evaluate<string>(FOCUSED)
    if (typeof name === 'string' ? on === name : name.test(on)) return
    passed.push(on.slice(0, 40))
    await page.keyboard.press(key)
  }
  throw new Error(`no ${String(name)} among ${passed.join(' | ')}`)
}

test('by keys alone: signing in, approving an ssh that waits, ending its session', {
  skip: skip || sshSkip,
}, async () => {
  await using gate = await ConsoleGateway.start({ 'ssh.approval_qr': false })
  await using way = await WayToDatabase.make(gate, 'tomas', 'admin')
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  await joinBy(page, way.joinLink, { passkey: 'Laptop' })
  await page.context().clearCookies()

  await page.goto('/')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  await tabTo(page, 'Sign in with a passkey')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Targets', exact: true }).waitFor()

  await using ssh = way.go(`'echo arrived; sleep 600'`)
  const code = await ssh.shows(/approve\/([0-9A-Z-]+)/)
  await page.getByRole('status').getByText(code).waitFor()
  await byPalette(page, 'answer', /Answer the login/)
  await page.getByRole('heading', { name: 'Approve this login?' }).waitFor()
  await page.keyboard.press('Enter')
  await tabTo(page, 'Approve with passkey')
  await page.keyboard.press('Enter')
  await page.getByText('Approved. The terminal goes on by itself').waitFor()
  await ssh.shows(/arrived/)

  await page.goto('/')
  await page.getByRole('heading', { name: 'Targets', exact: true }).waitFor()
  await byPalette(page, 'live', 'Live sessions')
  const row = page.getByRole('grid', { name: 'Live sessions' }).getByText('db-1')
  await row.waitFor()
  await tabTo(page, /db-1/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'End session…' }).waitFor()
  await tabTo(page, 'End session…')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await comesTrue(page, `document.activeElement?.tagName === 'INPUT'`)
  await page.keyboard.type('Failover to db-2')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Nobody is connected' }).waitFor()
  assert.equal(await ssh.exited, 255)
  assert.match(ssh.shown, /Failover to db-2/)
  // The button that opened the dialog is gone with the session: reading goes on at the title.
  await comesTrue(page, `document.activeElement?.textContent === 'Live sessions'`)
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})

test('the palette connects, a question mark lists the keys, the line between list and pane moves, sheets stand at the edge', {
  skip: skip || skipSsh,
}, async () => {
  await using gate = await ConsoleGateway.start()
  await using place = await Inhabited.of(gate)
  await using browser = await ConsoleBrowser.open(gate.origin)
  const { page } = browser
  const found: string[] = []
  await joinBy(page, gate.setupLink ?? '', { passkey: 'Laptop' })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/')
  await page.getByRole('heading', { name: 'Targets', exact: true }).waitFor()

  await byPalette(page, 'connect db-2', /Connect to db-2/)
  await page.getByText('Copied. Paste it into a terminal.').waitFor()
  await isCopied(page, /^ssh -J \S+ \S*db-2$/)
  await openPalette(page)
  await page.keyboard.type('db-2')
  await page.getByRole('option', { name: /How to reach db-2/ }).waitFor()
  found.push(...(await browser.look('palette-connect')))
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'How to reach db-2' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  found.push(...(await browser.look('keys')))
  const edges = await page.evaluate<readonly number[]>(`(() => {
    const { left, right, bottom } = document.querySelector('[role=dialog]').getBoundingClientRect()
    return [left, innerWidth - right, innerHeight - bottom]
  })()`)
  assert.ok((edges[0] ?? 0) > 100, 'in a wide window it stands in the middle')
  await page.setViewportSize({ width: 390, height: 844 })
  await comesTrue(
    page,
    `(() => {
    const { left, right, bottom } = document.querySelector('[role=dialog]').getBoundingClientRect()
    return left <= 1 && innerWidth - right <= 1 && Math.abs(innerHeight - bottom) <= 1
  })()`,
  )
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Pages' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  found.push(...(await browser.look('pages-menu')))
  await page.setViewportSize({ width: 390, height: 844 })
  await page.keyboard.press('Escape')
  await page.getByRole('navigation', { name: 'Pages' }).waitFor({ state: 'hidden' })
  await comesTrue(page, `document.activeElement?.getAttribute('aria-label') === 'Pages'`)
  await page.setViewportSize({ width: 1440, height: 900 })

  // Keys alone can be turned off.
  await page.goto('/me/appearance')
  await page.getByText('For those who speak to their computer').click()
  await page.keyboard.press('?')
  await openPalette(page)
  assert.equal(await page.getByRole('dialog', { name: 'Keys' }).count(), 0)
  await page.keyboard.press('Escape')
  await page.getByText('A slash searches').click()

  await place.ssh()
  await page.goto('/sessions')
  await page.getByRole('grid', { name: 'Live sessions' }).getByText('db-1').click()
  const line = page.getByRole('separator', { name: 'Width of Session' })
  const width = async () => Number(await line.getAttribute('aria-valuenow'))
  await line.focus()
  const usual = await width()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Shift+ArrowLeft')
  assert.equal(await width(), usual + 16 + 64)
  const drawn = await page.evaluate<number>(`document.getElementById('pane').getBoundingClientRect().width`)
  assert.equal(Math.round(drawn), usual + 80)
  found.push(...(await browser.look('sessions-wide-pane')))
  await page.reload()
  await line.waitFor()
  assert.equal(await width(), usual + 80, 'it is remembered')
  await line.focus()
  await page.keyboard.press('Home')
  assert.equal(await width(), Number(await line.getAttribute('aria-valuemin')))
  await page.keyboard.press('Enter')
  assert.equal(await width(), usual)
  assert.deepEqual(found, [])
  assert.deepEqual(browser.violations, [])
  assert.deepEqual(browser.consoleErrors, [])
})
