import { SIGN_IN_REFUSALS, signInRefusalName } from '@sallyport/api'
import { browserCookie, noBrowserCookie, sessionCookie } from '../http/cookies.ts'
import type { PageAnswer, PageHandlers } from '../http/page-app.ts'
import { goOnPage, refusalPage } from '../http/page-text.ts'
import { OIDC_FLOW_MS, type OidcFlows, OidcRefused } from './oidc-flows.ts'
import { LINK_PAGE, type OidcLinks } from './oidc-links.ts'
import type { OidcSignIn } from './oidc-sign-in.ts'
import { SignInRefused } from './sign-in-service.ts'

export interface OidcPagesParts {
  readonly flows: OidcFlows
  readonly links: OidcLinks
  readonly signIn: OidcSignIn
}

/** The two ends of a way to an identity provider. */
export function oidcPages({ flows, links, signIn }: OidcPagesParts, now: () => number): PageHandlers {
  return {
    async 'oidc.start'({ parameters, query, browser, from }): Promise<PageAnswer> {
      const next = query.getAll('next')[0]
      const fresh = query.get('fresh') === '1'
      return orRefusal(async () => {
        const begun = await signIn.start(parameters['provider'] ?? '', {
          next,
          fresh,
          browser,
          replaces: from.replaces,
        })
        return {
          kind: 'redirect',
          location: begun.location,
          cookies: [browserCookie(begun.browser, OIDC_FLOW_MS / 1000)],
        }
      }, [])
    },

    async 'oidc.callback'({ query, browser, from }): Promise<PageAnswer> {
      return orRefusal(async () => {
        const came = await flows.finish(query, browser)
        const { purpose } = came
        if (purpose.kind === 'link') {
          const html = goOnPage('Proved', links.keep({ ...came, purpose }))
          return { kind: 'page', status: 200, html, cookies: [noBrowserCookie()] }
        }
        const opened = await signIn.open(came, from)
        const seconds = Math.floor((opened.session.expiresAt - now()) / 1000)
        const cookies = [sessionCookie(opened.token, seconds), noBrowserCookie()]
        return { kind: 'page', status: 200, html: goOnPage('Signed in', purpose.next), cookies }
      }, [])
    },
  }
}

async function orRefusal(run: () => Promise<PageAnswer>, cookies: readonly string[]): Promise<PageAnswer> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error
    const why = signInRefusalName(error.reason)
    const { status, message, fix } = SIGN_IN_REFUSALS[why]
    const lines = [message, fix].map(sentence)
    const purpose = error instanceof OidcRefused ? error.purpose : undefined
    const html =
      purpose?.kind === 'link'
        ? refusalPage('Not linked', lines, { path: `${LINK_PAGE}?why=${why}`, words: 'Back to your account' })
        : refusalPage('Not signed in', lines, { path: signInPage(why, purpose?.next), words: 'Back to signing in' })
    return { kind: 'page', status, html, cookies }
  }
}

/** The console says the same on its own page, where the other ways to sign in are. */
function signInPage(why: string, next = '/'): string {
  return `/signin?${new URLSearchParams({ why, ...(next === '/' ? {} : { to: next }) }).toString()}`
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}
