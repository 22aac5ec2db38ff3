import { browserCookie, noBrowserCookie, sessionCookie } from '../http/cookies.ts'
import type { PageAnswer, PageHandlers } from '../http/page-app.ts'
import { goOnPage, refusalPage } from '../http/page-text.ts'
import { OIDC_FLOW_MS, type OidcSignIn } from './oidc-sign-in.ts'
import { SignInRefused } from './sign-in-service.ts'

interface Refusal {
  readonly status: 400 | 403 | 404 | 502
  readonly lines: readonly string[]
}

/** What people read, by reason; the rest is for the gateway's log. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  'provider-unknown': { status: 404, lines: ['There is no such identity provider here.'] },
  'provider-unreachable': {
    status: 502,
    lines: ['The identity provider does not answer.', 'Sign in with a passkey or a recovery code, or try again later.'],
  },
  'ceremony-over': { status: 400, lines: ['This sign-in took too long, or was finished already.', 'Begin once more.'] },
  'other-browser': {
    status: 400,
    lines: ['This sign-in was begun in another browser.', 'Begin once more in this one.'],
  },
  'account-pending': {
    status: 403,
    lines: ['You have no account here yet.', 'Ask an admin to add you: sallyport user add NAME'],
  },
  'domain-unlisted': {
    status: 403,
    lines: ['This identity provider opens no account for your mail domain here.', 'Ask an admin to let you in.'],
  },
  'email-unverified': {
    status: 403,
    lines: ['The identity provider does not say that your mail address is verified.', 'Ask an admin to let you in.'],
  },
  'account-linked': {
    status: 403,
    lines: ['The account of this name belongs to another identity.', 'Ask an admin.'],
  },
}
/** A disabled user learns no more than whoever is refused for another reason. */
const OTHERWISE: Refusal = { status: 403, lines: ['This proves nobody here.', 'Try another way, or ask an admin.'] }

/** The two ends of signing in with an identity provider. */
export function oidcPages(oidc: OidcSignIn, now: () => number): PageHandlers {
  return {
    async 'oidc.start'({ parameters, query, browser }): Promise<PageAnswer> {
      const next = query.getAll('next')[0]
      const fresh = query.get('fresh') === '1'
      return orRefusal(async () => {
        const begun = await oidc.start(parameters['provider'] ?? '', { next, fresh, browser })
        return {
          kind: 'redirect',
          location: begun.location,
          cookies: [browserCookie(begun.browser, OIDC_FLOW_MS / 1000)],
        }
      }, [])
    },

    async 'oidc.callback'({ query, browser, from }): Promise<PageAnswer> {
      return orRefusal(async () => {
        const { opened, next } = await oidc.finish(query, browser, from)
        const seconds = Math.floor((opened.session.expiresAt - now()) / 1000)
        const cookies = [sessionCookie(opened.token, seconds), noBrowserCookie()]
        return { kind: 'page', status: 200, html: goOnPage(next), cookies }
      }, [])
    },
  }
}

async function orRefusal(run: () => Promise<PageAnswer>, cookies: readonly string[]): Promise<PageAnswer> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error
    const { status, lines } = (Object.hasOwn(REFUSALS, error.reason) ? REFUSALS[error.reason] : undefined) ?? OTHERWISE
    return { kind: 'page', status, html: refusalPage('Not signed in', lines), cookies }
  }
}
