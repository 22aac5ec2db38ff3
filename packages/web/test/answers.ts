import type { Page, Route } from 'playwright-core'

/** What becomes of a page's questions to the gateway. */
export type Fate = 'answered' | 'held back' | 'failed' | 'cut off'

/** As the gateway says that it failed. */
const FAILED = {
  error: {
    code: 'SP1007',
    name: 'daemon.internal',
    message: 'something inside the gateway failed',
    why: 'the gateway’s log has the details, under this request’s id',
    fix: null,
    request_id: '01K9Z4T8M3Q2R7V5X6Y1W0ABCD',
  },
}
const STATE = '/v1/auth/state'

/** Stands between a page and the gateway, for states that a whole gateway is not quickly brought into. */
export class Answers {
  /** Answers of a gateway busier than a test can make one, by path. */
  readonly canned = new Map<string, unknown>()
  #fate: Fate = 'answered'
  #alsoState = false
  #held: Route[] = []

  static async of(page: Page): Promise<Answers> {
    const answers = new Answers()
    await page.route(
      ({ pathname }) => pathname.startsWith('/v1/'),
      (route) => answers.#decide(route),
    )
    return answers
  }

  /** From now on; who is signed in is said all the same, unless `alsoState`. What was held back is answered. */
  async become(fate: Fate, { alsoState = false }: { readonly alsoState?: boolean } = {}): Promise<void> {
    this.#fate = fate
    this.#alsoState = alsoState
    const held = this.#held.splice(0)
    await Promise.all(held.map((route) => this.#decide(route)))
  }

  async #decide(route: Route): Promise<void> {
    const { pathname } = new URL(route.request().url())
    const fate = this.#fate === 'cut off' || this.#alsoState || pathname !== STATE ? this.#fate : 'answered'
    // The page may have gone on, and its question with it.
    await this.#answer(route, pathname, fate).catch(() => {})
  }

  async #answer(route: Route, path: string, fate: Fate): Promise<void> {
    if (fate === 'held back') this.#held.push(route)
    else if (fate === 'failed') await route.fulfill({ status: 500, json: FAILED })
    else if (fate === 'cut off') await route.abort('connectionrefused')
    else if (this.canned.has(path)) await route.fulfill({ json: this.canned.get(path) })
    else await route.continue()
  }
}
