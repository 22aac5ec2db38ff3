import assert from 'node:assert/strict'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { ConsoleBrowser } from './console-browser.ts'
import { ConsoleGateway } from './console-gateway.ts'
import { Inhabited } from './inhabit.ts'
import { joinBy } from './join-by.ts'

interface VisitSettings {
  /** People, targets and a policy as a small place has them. */
  readonly inhabited?: boolean
  readonly window?: BrowserContextOptions
}

/** A whole gateway, and its owner signed in at a real browser: where most tests begin. */
export class Visit implements AsyncDisposable {
  readonly gate: ConsoleGateway
  readonly browser: ConsoleBrowser
  readonly #open: AsyncDisposableStack
  readonly #place: Inhabited | undefined
  readonly #found: string[] = []

  private constructor(
    gate: ConsoleGateway,
    browser: ConsoleBrowser,
    place: Inhabited | undefined,
    open: AsyncDisposableStack,
  ) {
    this.gate = gate
    this.browser = browser
    this.#place = place
    this.#open = open
  }

  static async start({ inhabited = false, window = {} }: VisitSettings = {}): Promise<Visit> {
    await using open = new AsyncDisposableStack()
    const gate = open.use(await ConsoleGateway.start())
    const place = inhabited ? open.use(await Inhabited.of(gate)) : undefined
    const browser = open.use(await ConsoleBrowser.open(gate.origin, window))
    await joinBy(browser.page, gate.setupLink ?? '', { passkey: 'YubiKey 5C', name: 'Mira Havel' })
    return new Visit(gate, browser, place, open.move())
  }

  /** Where it is inhabited: those who live there. */
  get place(): Inhabited {
    if (this.#place === undefined) throw new Error('nobody lives at this gateway')
    return this.#place
  }

  get page(): Page {
    return this.browser.page
  }

  /** Looks at the page as it is; what is found is told by `end`. */
  async look(name: string): Promise<void> {
    this.#found.push(...(await this.browser.look(name)))
  }

  /** Fails with everything that was seen and must never be. */
  end(): void {
    assert.deepEqual(this.#found, [])
    assert.deepEqual(this.browser.violations, [], 'the content security policy')
    assert.deepEqual(this.browser.consoleErrors, [], 'errors on the console')
    assert.deepEqual(this.browser.thirdParty(this.gate.origin), [], 'requests that went elsewhere')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync()
  }
}
