/** Every page in every state, in both themes and at phone width: what axe says, what scrolls, what a reader is told. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { paths } from '../src/paths.ts'
import { Answers } from './answers.ts'
import { comesTrue } from './comes-true.ts'
import { ConsoleBrowser, skip } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { addCrowd, manySessions, waitingLogin } from './crowd.ts'
import { Inhabited, skipSsh } from './inhabit.ts'
import { joinBy } from './join-by.ts'
import { LOOKED_PLACES, type LookedPlace, type Made } from './look-places.ts'

const PLACES = Object.entries<LookedPlace>(LOOKED_PLACES)
const ROUTES = readFileSync(new URL('../src/routes.tsx', import.meta.url), 'utf8')
/** What is shown of something that takes long to read. */
const BARS = '[aria-busy=true] p'
const APPROVE_CODE = 'K7QP-3MXD'
/** The list of logins that wait, and how the frame hears of it. */
const WAITING = ['/v1/approvals', '/v1/approvals/watch']
/** Longer than the frame waits before it asks again who is signed in, in milliseconds. */
const NEXT_ASKING_MS = 31_000
/** Longer than a question waits before it is asked once more, in milliseconds. */
const NEXT_TRY_MS = 2_500

test('every path has a page, and every page is looked at', () => {
  const routed = [...ROUTES.matchAll(/path: paths\.(\w+)/g)].map(([, name]) => name ?? '')
  assert.deepEqual(Object.keys(paths).sort(), routed.sort())
  assert.deepEqual(Object.keys(LOOKED_PLACES).sort(), Object.keys(paths).sort())
})

test('every page in every state', { skip: skip || skipSsh }, async (t) => {
  await using gate = await ConsoleGateway.start()
  await using stranger = await ConsoleBrowser.open(gate.origin)
  const strange = await Looker.of(t, stranger, gate.origin)
  const setup = new URL(gate.setupLink ?? '').pathname
  await strange.walk('setup', { setup, join: '', deviceCode: '', approveCode: '' })

  await using owner = await stranger.another(gate.origin)
  const looker = await Looker.of(t, owner, gate.origin)
  await joinBy(owner.page, gate.setupLink ?? '', { passkey: 'Laptop', name: 'Mira Havel' })
  for (const [name, { empty }] of PLACES) if (empty !== undefined) await looker.empty(name)

  await using _place = await Inhabited.of(gate)
  await addCrowd(gate)
  await makeToken(owner)
  const { user_code: deviceCode } = await gate.api.call('device.start')
  const { url } = await gate.api.call('user.invite', { user: 'priya' })
  const made: Made = { setup, join: new URL(url).pathname, deviceCode, approveCode: APPROVE_CODE }
  looker.answers.canned.set(`/v1/approvals/${APPROVE_CODE}`, waitingLogin(APPROVE_CODE))
  looker.answers.canned.set('/v1/sessions', manySessions(40))
  for (const [name, { kind }] of PLACES) {
    if (name === 'setup') continue
    // Announced on every page while it waits: so only on one.
    if (name === 'logins')
      for (const path of WAITING) looker.answers.canned.set(path, { approvals: [waitingLogin(APPROVE_CODE)] })
    await (kind === 'door' ? strange : looker).walk(name, made)
    if (name === 'logins') for (const path of WAITING) looker.answers.canned.delete(path)
  }

  await looker.opening()
  await looker.missingPart()

  await using member = await stranger.another(gate.origin)
  const outsider = await Looker.of(t, member, gate.origin)
  const invited = await gate.api.call('user.invite', { user: 'tomas' })
  await joinBy(member.page, invited.url, { passkey: 'Phone' })
  for (const [name, { refused }] of PLACES) if (refused !== undefined) await outsider.refused(name)
})

/** A window that goes from page to page and finds what must not be. */
class Looker {
  readonly answers: Answers
  readonly #t: TestContext
  readonly #browser: ConsoleBrowser
  readonly #origin: string

  private constructor(t: TestContext, browser: ConsoleBrowser, origin: string, answers: Answers) {
    this.#t = t
    this.#browser = browser
    this.#origin = origin
    this.answers = answers
  }

  static async of(t: TestContext, browser: ConsoleBrowser, origin: string): Promise<Looker> {
    await browser.page.clock.install()
    return new Looker(t, browser, origin, await Answers.of(browser.page))
  }

  /** While it is read, read, cut off; failed, and tried again. */
  async walk(name: string, made: Made): Promise<void> {
    const place = placeOf(name)
    const { page } = this.#browser
    const { kind, asks, there } = place
    const alsoState = asks === 'state'
    const at = typeof place.at === 'string' ? place.at : place.at(made)
    if (asks !== 'nothing') {
      await this.#sub(`${name}, while it is read`, async () => {
        await this.answers.become('held back', { alsoState })
        await page.goto(at)
        await page.locator(BARS).first().waitFor()
        return this.#look(`${name}-loading`)
      })
      await this.answers.become('answered')
    }
    await this.#sub(`${name}, with plenty in it`, async () => {
      if (asks === 'nothing') await page.goto(at)
      await there(page).waitFor()
      await comesTrue(page, `document.title === ${JSON.stringify(`${place.title} · Sallyport`)}`)
      return this.#look(name)
    })
    if (kind === 'framed') await this.#sub(`${name}, cut off`, () => this.#cutOff(name))
    if (asks === 'nothing') return
    await this.#sub(`${name}, when the gateway fails`, async () => {
      await this.answers.become('failed', { alsoState })
      await page.goto(at)
      const alert = page.getByRole('alert').first()
      await alert.getByText('something inside the gateway failed').waitFor()
      const found = await this.#look(`${name}-failed`)
      await this.answers.become('answered')
      await page.getByRole('button', { name: 'Try again' }).first().click()
      await there(page).waitFor()
      return found
    })
    await this.answers.become('answered')
  }

  async empty(name: string): Promise<void> {
    const place = placeOf(name)
    await this.#sub(`${name}, empty`, async () => {
      const { page } = this.#browser
      await page.goto(place.empty?.at ?? String(place.at))
      await page.getByRole('heading', { name: place.empty?.says ?? '' }).waitFor()
      return this.#look(`${name}-empty`)
    })
  }

  /** Before it is known who is signed in, and when not even that can be said. */
  async opening(): Promise<void> {
    const { page } = this.#browser
    const { there } = placeOf('home')
    await this.#sub('the console, while it opens', async () => {
      await this.answers.become('held back', { alsoState: true })
      await page.goto('/')
      await page.locator(BARS).first().waitFor()
      const found = await this.#look('opening')
      await this.answers.become('answered')
      await there(page).waitFor()
      return found
    })
    await this.#sub('the console, when it cannot be opened', async () => {
      await this.answers.become('failed', { alsoState: true })
      await page.goto('/')
      await page.getByRole('alert').getByText('something inside the gateway failed').waitFor()
      const found = await this.#look('opening-failed')
      await this.answers.become('answered')
      await page.getByRole('button', { name: 'Try again' }).click()
      await there(page).waitFor()
      this.#forgive('something inside the gateway failed')
      return found
    })
    await this.answers.become('answered')
  }

  /** A page whose script does not arrive, e.g. because the gateway has a newer console by now. */
  async missingPart(): Promise<void> {
    const { page } = this.#browser
    await this.#sub('a page that does not arrive', async () => {
      const script = '**/assets/groups-room-*.js'
      await page.route(script, (route) => route.abort())
      await page.goto('/')
      await page.getByRole('link', { name: 'Groups', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'This page could not be shown' }).waitFor()
      const found = await this.#look('missing-part')
      await page.unroute(script)
      await page.getByRole('button', { name: 'Try again' }).click()
      await placeOf('groups').there(page).waitFor()
      this.#forgive('imported module')
      return found
    })
  }

  async refused(name: string): Promise<void> {
    const place = placeOf(name)
    await this.#sub(`${name}, for somebody who may not see it`, async () => {
      const { page } = this.#browser
      await page.goto(String(place.at))
      await page
        .getByRole('heading', { name: place.refused ?? '' })
        .first()
        .waitFor()
      return this.#look(`${name}-refused`)
    })
  }

  /** What was read stays, and the frame says that it may be old. */
  async #cutOff(name: string): Promise<string[]> {
    const { page } = this.#browser
    const banner = page.getByRole('status').getByText('Connection lost at')
    const lose = async () => {
      await this.answers.become('cut off')
      await page.clock.fastForward(NEXT_ASKING_MS)
      for (let tries = 0; tries < 40 && !(await banner.isVisible()); tries++) {
        await page.clock.fastForward(NEXT_TRY_MS)
        await page.waitForTimeout(25)
      }
      await banner.waitFor()
    }
    await lose()
    await placeOf(name).there(page).waitFor()
    const found = await this.#look(`${name}-cut-off`)
    // The frame may ask by itself before the button is reached, and the banner is gone: then it is lost once more.
    let pressed = false
    for (let tries = 0; tries < 5 && !pressed; tries++) {
      if (!(await banner.isVisible())) await lose()
      await this.answers.become('answered')
      const button = page.getByRole('button', { name: 'Try now' })
      pressed = await button.click({ timeout: 3000 }).then(
        () => true,
        () => false,
      )
    }
    assert.ok(pressed)
    await banner.waitFor({ state: 'detached' })
    return found
  }

  /** What keeps a whole page from being shown is told to the console as well. */
  #forgive(message: string): void {
    const { consoleErrors } = this.#browser
    consoleErrors.push(...consoleErrors.splice(0).filter((each) => !each.includes(message)))
  }

  async #look(name: string): Promise<string[]> {
    const { page } = this.#browser
    assert.equal(await page.locator('h1').count(), 1, 'one heading says what the page is')
    assert.match(await page.title(), /\S · Sallyport$/)
    return this.#browser.look(name)
  }

  async #sub(name: string, look: () => Promise<string[]>): Promise<void> {
    const browser = this.#browser
    await this.#t.test(name, async () => {
      const found = await look()
      assert.deepEqual(found, [])
      assert.deepEqual(browser.violations.splice(0), [], 'the content security policy')
      assert.deepEqual(browser.consoleErrors.splice(0), [], 'errors on the console')
      assert.deepEqual(browser.thirdParty(this.#origin), [], 'requests that went elsewhere')
    })
  }
}

function placeOf(name: string): LookedPlace {
  return (LOOKED_PLACES as Readonly<Record<string, LookedPlace>>)[name] as LookedPlace
}

async function makeToken({ page }: ConsoleBrowser): Promise<void> {
  await page.goto('/me/tokens')
  await page.getByRole('button', { name: 'Make token' }).click()
  await page.getByLabel('What it is for').fill('nightly inventory')
  await page.getByRole('dialog').getByRole('button', { name: 'Make token' }).click()
  await page.getByRole('button', { name: 'I have saved it' }).click()
}
