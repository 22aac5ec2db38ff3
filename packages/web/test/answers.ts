import type { CDPSession, Page } from 'playwright-core'

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

/** A question on its way, as the browser's own protocol tells of it. */
interface Held {
  readonly requestId: string
  readonly path: string
}

/**
 * Stands between a page and the gateway, for states that a whole gateway is not quickly brought into. Of the browser's protocol,
 * since what Playwright has for it stops each part of the page as well, and makes loading it three times as long.
 */
export class Answers {
  /** Answers of a gateway busier than a test can make one, by path. */
  readonly canned = new Map<string, unknown>()
  readonly #cdp: CDPSession
  #fate: Fate = 'answered'
  #alsoState = false
  #held: Held[] = []

  private constructor(cdp: CDPSession) {
    this.#cdp = cdp
  }

  static async of(page: Page): Promise<Answers> {
    const cdp = await page.context().newCDPSession(page)
    const answers = new Answers(cdp)
    cdp.on('Fetch.requestPaused', ({ requestId, request }) => {
      void answers.#decide({ requestId, path: new URL(request.url).pathname })
    })
    await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*/v1/*' }] })
    return answers
  }

  /** From now on; who is signed in is said all the same, unless `alsoState`. What was held back is answered. */
  async become(fate: Fate, { alsoState = false }: { readonly alsoState?: boolean } = {}): Promise<void> {
    this.#fate = fate
    this.#alsoState = alsoState
    const held = this.#held.splice(0)
    await Promise.all(held.map((question) => this.#decide(question)))
  }

  async #decide(question: Held): Promise<void> {
    const fate = this.#fate === 'cut off' || this.#alsoState || question.path !== STATE ? this.#fate : 'answered'
    // The page may have gone on, and its question with it.
    await this.#answer(question, fate).catch(() => {})
  }

  async #answer(question: Held, fate: Fate): Promise<void> {
    const { requestId, path } = question
    if (fate === 'held back') this.#held.push(question)
    else if (fate === 'failed') await this.#fulfil(requestId, 500, FAILED)
    else if (fate === 'cut off')
      await this.#cdp.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionRefused' })
    else if (this.canned.has(path)) await this.#fulfil(requestId, 200, this.canned.get(path))
    else await this.#cdp.send('Fetch.continueRequest', { requestId })
  }

  async #fulfil(requestId: string, responseCode: number, answer: unknown): Promise<void> {
    const responseHeaders = [{ name: 'content-type', value: 'application/json' }]
    const body = Buffer.from(JSON.stringify(answer)).toString('base64')
    await this.#cdp.send('Fetch.fulfillRequest', { requestId, responseCode, responseHeaders, body })
  }
}
