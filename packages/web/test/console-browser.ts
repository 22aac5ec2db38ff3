import { existsSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type CDPSession,
  chromium,
  type Page,
} from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
/** The folder for a screenshot of every look; without it there is one of each that finds something. */
const SHOTS = process.env['CONSOLE_SHOTS']
/** Longest wait for something to appear, in milliseconds. */
const WAIT_MS = 60_000

/** Why browser tests cannot run here; false where they can. */
export const skip: string | false = existsSync(CHROMIUM) ? false : 'needs chromium (Debian package chromium)'

/**
 * Widths that pages are looked at in, and which of axe's rules each is for: dark differs from light in colours alone. Others are
 * for the eye: between a phone and a desk, and what is a sheet there in the other theme.
 */
const LOOKS = [
  { name: 'light', width: 1440, height: 900, colorScheme: 'light', rules: 'all' },
  { name: 'dark', width: 1440, height: 900, colorScheme: 'dark', rules: 'contrast' },
  { name: 'narrow', width: 390, height: 844, colorScheme: 'light', rules: 'all' },
  { name: 'middle', width: 1024, height: 768, colorScheme: 'light', rules: 'none' },
  { name: 'narrow-dark', width: 390, height: 844, colorScheme: 'dark', rules: 'none' },
] as const
/** What axe found, as the page tells it. */
interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly string[]
}

/**
 * The axe of its package for Playwright, which would put it into the page again for each look and have everything told that is
 * in order: both take longer than looking.
 */
const { resolve } = createRequire(import.meta.url)
const AXE = createRequire(resolve('@axe-core/playwright'))('axe-core') as { readonly source: string }
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** What a browser says of every answer that is no success; pages are made to live with those. */
const ANSWER_REFUSED = /^Failed to load resource/
/** The narrowest window that nothing may scroll sideways in (WCAG 2.2, 1.4.10). */
const REFLOW_WIDTH = 320

/** Chromium with one window, a passkey of its own, and an eye on what the page must never do. */
export class ConsoleBrowser implements AsyncDisposable {
  readonly page: Page
  /** Violations of the content security policy, as the browser reports them. */
  readonly violations: string[] = []
  /** Everything the page asked for, by address. */
  readonly requests: { readonly url: string; readonly bytes: Promise<number>; readonly type: string }[] = []
  readonly consoleErrors: string[] = []
  readonly #browser: Browser
  readonly #owns: boolean
  readonly #cdp: CDPSession
  #authenticator = ''
  static #shots: string | undefined

  private constructor(browser: Browser, page: Page, cdp: CDPSession, owns: boolean) {
    this.#browser = browser
    this.#owns = owns
    this.page = page
    this.#cdp = cdp
  }

  static async open(origin: string, options: BrowserContextOptions = {}): Promise<ConsoleBrowser> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 2 * WAIT_MS })
    try {
      return await ConsoleBrowser.#window(browser, origin, options, true)
    } catch (error) {
      await browser.close()
      throw error
    }
  }

  /** A window of somebody else: other cookies, another authenticator. It goes with this one. */
  async another(origin: string, options: BrowserContextOptions = {}): Promise<ConsoleBrowser> {
    return ConsoleBrowser.#window(this.#browser, origin, options, false)
  }

  static async #window(
    browser: Browser,
    origin: string,
    options: BrowserContextOptions,
    owns: boolean,
  ): Promise<ConsoleBrowser> {
    const context: BrowserContext = await browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: origin,
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      timezoneId: 'Europe/Prague',
      ...options,
    })
    context.setDefaultTimeout(WAIT_MS)
    const page = await context.newPage()
    const opened = new ConsoleBrowser(browser, page, await context.newCDPSession(page), owns)
    await opened.#watch()
    await opened.plugIn()
    return opened
  }

  /** Plugs in a new authenticator that knows no passkey yet, in the place of the one before. */
  async plugIn(): Promise<void> {
    await this.#cdp.send('WebAuthn.enable')
    if (this.#authenticator !== '')
      await this.#cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#authenticator })
    const { authenticatorId } = await this.#cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    this.#authenticator = authenticatorId
  }

  /** Takes the passkeys off the authenticator: it knows nobody any more. */
  async forgetPasskeys(): Promise<void> {
    await this.#cdp.send('WebAuthn.clearCredentials', { authenticatorId: this.#authenticator })
  }

  /**
   * Looks at the page as it is: in both themes and narrow, for axe and for the eye. Returns what axe finds and what
   * would scroll sideways at 320 px.
   */
  async look(name: string): Promise<string[]> {
    const found: string[] = []
    for (const { name: look, width, height, colorScheme, rules } of LOOKS) {
      if (rules === 'none' && SHOTS === undefined) continue
      await this.page.setViewportSize({ width, height })
      await this.page.emulateMedia({ colorScheme })
      await this.#settle()
      const faults = rules === 'none' ? [] : await this.#axe(`${name} ${look}`, rules)
      found.push(...faults)
      if (SHOTS !== undefined || faults.length > 0) await this.#shoot(`${name}-${look}`)
    }
    await this.page.setViewportSize({ width: REFLOW_WIDTH, height: 700 })
    await this.#settle()
    const over = await this.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (over > 0) {
      found.push(`${name}: scrolls ${over} px sideways at ${REFLOW_WIDTH} px`)
      await this.#shoot(`${name}-${REFLOW_WIDTH}`)
    }
    await this.page.setViewportSize({ width: 1440, height: 900 })
    await this.page.emulateMedia({ colorScheme: 'light' })
    await this.#settle()
    return found
  }

  /** Requests that went anywhere but the gateway. */
  thirdParty(origin: string): string[] {
    return this.requests
      .map(({ url }) => url)
      .filter((url) => !url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owns) await this.#browser.close()
    else await this.page.context().close()
  }

  async #watch(): Promise<void> {
    const { page } = this
    await page.exposeFunction('reportViolation', (text: string) => void this.violations.push(text))
    await page.addInitScript(`
      document.addEventListener('securitypolicyviolation', (event) =>
        window.reportViolation([event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber].join(' ')))
    `)
    page.on('requestfinished', (request) => {
      const bytes = request.sizes().then(
        ({ responseBodySize }) => responseBodySize,
        () => 0,
      )
      this.requests.push({ url: request.url(), bytes, type: request.resourceType() })
    })
    page.on('requestfailed', (request) => {
      this.requests.push({ url: request.url(), bytes: Promise.resolve(0), type: request.resourceType() })
    })
    page.on('pageerror', (error) => void this.consoleErrors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !ANSWER_REFUSED.test(message.text())) this.consoleErrors.push(message.text())
    })
  }

  /** Takes a screenshot; where they lie is said once. */
  async #shoot(name: string): Promise<void> {
    if (ConsoleBrowser.#shots === undefined) {
      ConsoleBrowser.#shots = SHOTS ?? mkdtempSync(join(tmpdir(), 'sallyport-console-shots-'))
      console.log(`screenshots: ${ConsoleBrowser.#shots}`)
    }
    await this.page.screenshot({ path: join(ConsoleBrowser.#shots, `${name}.png`) })
  }

  async #axe(where: string, rules: 'all' | 'contrast'): Promise<string[]> {
    const { page } = this
    if (!(await page.evaluate<boolean>(`typeof axe === 'object'`))) await page.evaluate(AXE.source)
    const runOnly = rules === 'all' ? { type: 'tag', values: AXE_TAGS } : { type: 'rule', values: ['color-contrast'] }
    const options = JSON.stringify({ runOnly, resultTypes: ['violations'] })
    const violations = await page.evaluate<readonly Violation[]>(`axe.run(document, ${options}).then(({ violations }) =>
      violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html.slice(0, 160)) })))`)
    return violations.map(({ id, help, nodes }) => `${where}: ${id}: ${help}: ${nodes.join(' | ')}`)
  }

  /** Waits until what a new size or theme changes is drawn, and nothing moves. */
  async #settle(): Promise<void> {
    await this.page.evaluate(`(async () => {
      const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      await drawn()
      await Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})))
      await drawn()
    })()`)
  }
}
