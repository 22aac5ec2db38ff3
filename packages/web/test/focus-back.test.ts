/** Whatever opens above a page takes the focus and gives it back. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Me, SignInState, UserDetail } from '@sallyport/api'
import type { Locator, Page } from 'playwright-core'
import { Answers } from './answers.ts'
import { comesTrue } from './comes-true.ts'
import { skip } from './console-browser.ts'
import { manySessions, waitingLogin } from './crowd.ts'
import { skipSsh } from './inhabit.ts'
import { OPENINGS, type Opening, type Step } from './openings.ts'
import { Visit } from './visit.ts'

const SOURCES = new URL('../src/', import.meta.url).pathname
/** The parts that others open things with, and the page that shows them. */
const PARTS = /^(ui\/|rooms\/kit\/|parts\/act-dialog)/
/** What is floated by hand opens one thing; of our parts each use does. */
const BY_HAND = /from 'react-aria-components\/(?:Popover|Modal)'/
const OPENS = /<(?:Dialog|FormDialog|ActDialog|Menu|RowMenu|Select)(?![\w-])/g

const ROLES = {
  dialog: ['[role=dialog]', '[role=alertdialog]'],
  menu: ['[role=menu]'],
  listbox: ['[role=listbox]'],
} as const
/** Less than the time from which on the end of a sign-in is announced, in milliseconds. */
const ENDS_MS = 4 * 60_000
/** The narrowest window that everything fits into, in pixels. */
const PHONE_WIDTH = 320
/** Cells and rows that a table may have before the button that is meant. */
const STEPS_MAX = 40

test('everything that opens above a page is looked at', () => {
  const opening = globSync('**/*.tsx', { cwd: SOURCES })
    .filter((file) => !PARTS.test(file))
    .flatMap((file) => {
      const source = readFileSync(`${SOURCES}${file}`, 'utf8')
      const uses = BY_HAND.test(source) ? 1 : [...source.matchAll(OPENS)].length
      return Array.from({ length: uses }, () => file)
    })
  assert.deepEqual(OPENINGS.map(({ file }) => file).toSorted(), opening.toSorted())
})

test('Escape closes it, and the focus is back where it was opened from', { skip: skip || skipSsh }, async (t) => {
  await using visit = await Visit.start({ inhabited: true })
  const { page } = visit
  const plenty = await Plenty.of(page)
  for (const opening of OPENINGS) await opens(t, page, plenty, opening)
  visit.end()
})

test('in a list, which a table is in a narrower window, the focus is back on the button and not on its row', {
  skip: skip || skipSsh,
}, async (t) => {
  await using visit = await Visit.start({ inhabited: true, window: { viewport: { width: 1024, height: 768 } } })
  const { page } = visit
  const plenty = await Plenty.of(page)
  for (const opening of OPENINGS.filter(({ press }) => press[0] === 'Connect to db-1'))
    await opens(t, page, plenty, opening)
  visit.end()
})

async function opens(t: TestContext, page: Page, plenty: Plenty, opening: Opening): Promise<void> {
  const { file, at, press, as = 'dialog', back, close } = opening
  await t.test(`${file}: ${press.map(wordOf).filter(Boolean).join(', ')}`, async () => {
    plenty.answer(opening)
    await page.goto(at.replace('$session', plenty.session))
    let opener: Locator | undefined
    for (const step of press) {
      if (typeof step === 'function') await step(page)
      else opener = await pressed(page, step, opener)
    }
    if (back !== undefined) opener = page.getByRole('button', { name: back, exact: true })
    assert.ok(opener !== undefined)
    await page.locator(ROLES[as].map((role) => `${role}:focus-within`).join(', ')).waitFor()
    if (as === 'dialog') assert.deepEqual(await overflow(page), [], 'what it holds is as wide as a phone')
    // Where a stray Enter would put away what is shown once, it is on the whole; elsewhere on something that shows it.
    if (close === undefined) await comesTrue(page, `!document.activeElement.matches('${ROLES.dialog.join(', ')}')`)
    if (close === undefined) await page.keyboard.press('Escape')
    else await close(page)
    await comesTrue(page, `document.querySelector('${ROLES[as].join(', ')}') === null`)
    await opener.and(page.locator(':focus')).waitFor()
  })
}

/** What stands out of the dialog, were the window as narrow as a phone's. A narrow one would take some openers away. */
async function overflow(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const box = [...document.querySelectorAll('${ROLES.dialog.join(', ')}')].at(-1)
    const float = box.parentElement
    float.style.width = '${PHONE_WIDTH}px'
    const { right } = float.getBoundingClientRect()
    const scrolled = (each) => getComputedStyle(each.parentElement).overflowX !== 'visible'
    const out = [...box.querySelectorAll('*')].filter((each) => each.getBoundingClientRect().right > right && !scrolled(each))
    float.style.width = ''
    return out.map(({ outerHTML }) => outerHTML.slice(0, 120))
  })()`)
}

function wordOf(step: Step): string {
  if (typeof step === 'function') return ''
  return typeof step === 'object' && 'entry' in step ? step.entry : String(step)
}

/** What the next thing opens from, after another press: entries of a menu are gone with it. */
async function pressed(
  page: Page,
  step: Exclude<Step, (page: Page) => unknown>,
  before: Locator | undefined,
): Promise<Locator | undefined> {
  if (typeof step === 'object' && 'entry' in step) {
    await page.getByRole('menuitem', { name: step.entry }).press('Enter')
    return before
  }
  // What stands above comes after what it was opened from.
  const button = page.getByRole('button', { name: step, exact: true }).last()
  await button.waitFor()
  await goTo(page, button)
  await page.keyboard.press('Enter')
  return button
}

/** Puts the focus on something; within a table, which learns of it by its own keys alone, with the arrows. */
async function goTo(page: Page, wanted: Locator): Promise<void> {
  const row = page.locator('[role=row]').filter({ has: wanted })
  if ((await row.count()) === 0) return wanted.focus()
  await page.getByRole('grid').filter({ has: wanted }).focus()
  const here = wanted.and(page.locator(':focus'))
  for (let step = 0; step < STEPS_MAX; step++) {
    // It moves the focus with a frame.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    if ((await here.count()) > 0) return
    const inRow = (await row.and(page.locator(':focus-within')).count()) > 0
    await page.keyboard.press(inRow ? 'ArrowRight' : 'ArrowDown')
  }
  throw new Error('the arrows do not lead there')
}

/** Answers with everything in them that somebody can have. */
class Plenty {
  readonly session: string
  readonly #answers: Answers
  readonly #rich: ReadonlyMap<string, unknown>
  readonly #state: SignInState

  private constructor(answers: Answers, session: string, rich: ReadonlyMap<string, unknown>, state: SignInState) {
    this.#answers = answers
    this.session = session
    this.#rich = rich
    this.#state = state
  }

  static async of(page: Page): Promise<Plenty> {
    const ask = async <Answer>(path: string) => (await (await page.request.get(path)).json()) as Answer
    const [me, state, tomas] = [
      await ask<Me>('/v1/me'),
      await ask<SignInState>('/v1/auth/state'),
      await ask<UserDetail>('/v1/users/tomas'),
    ]
    const now = new Date().toISOString()
    const soon = new Date(Date.now() + ENDS_MS).toISOString()
    const identity = { provider: 'work', issuer: 'https://id.example.com', subject: 'e1f2-77' }
    const identities = [{ ...identity, groups: [], linked_at: now, last_used_at: now }]
    const providers = ['work', 'home'].map((name) => ({ name, title: name === 'work' ? 'Example Inc.' : 'Home lab' }))
    const methods = { ...state.methods, password: true, providers }
    const signedIn = state.signed_in
    assert.ok(signedIn !== null)
    const { sessions } = manySessions(1)
    const rich = new Map<string, unknown>([
      ['/v1/auth/state', { ...state, methods }],
      ['/v1/users/tomas', { ...tomas, identities }],
      ['/v1/sessions', { sessions }],
      ['/v1/approvals/K7QP-3MXD', waitingLogin('K7QP-3MXD')],
      [
        '/v1/me/checks',
        {
          checks: [{ id: 'c1', source: '203.0.113.24', target: null, method: 'passkey', checked_at: now, until: soon }],
        },
      ],
      [
        '/v1/pending-accounts',
        {
          pending: [
            {
              ...identity,
              id: 'p1',
              email: 'nina@example.com',
              display_name: 'Nina Ortiz',
              first_asked_at: now,
              last_asked_at: now,
              denied: null,
            },
          ],
        },
      ],
      [
        '/v1/me',
        {
          ...me,
          identities,
          totp: true,
          password: true,
          keys: tomas.public_keys.map((key) => ({ ...key, comment: 'mira@t14' })),
          sessions: [...me.sessions, ...me.sessions.map((one) => ({ ...one, id: 'other', current: false }))],
          tokens: [
            {
              id: 't1',
              name: 'nightly inventory',
              scopes: ['read'],
              created_at: now,
              last_used_at: null,
              expires_at: soon,
            },
          ],
        },
      ],
    ])
    const signedInState = { ...state, methods, signed_in: signedIn }
    return new Plenty(await Answers.of(page), sessions[0]?.id ?? '', rich, signedInState)
  }

  answer({ bare = false, ending = false }: Opening): void {
    this.#answers.canned.clear()
    if (bare) return
    for (const [path, answer] of this.#rich) this.#answers.canned.set(path, answer)
    if (!ending) return
    const { signed_in: signedIn } = this.#state
    const expires_at = new Date(Date.now() + ENDS_MS).toISOString()
    this.#answers.canned.set('/v1/auth/state', { ...this.#state, signed_in: { ...signedIn, expires_at } })
  }
}
