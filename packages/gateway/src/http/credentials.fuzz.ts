/** The two headers in which somebody shows who they are. */
import { ApiError } from '@sallyport/api'
import type { User } from '@sallyport/model'
import type { ApiToken, WebSession } from '@sallyport/store'
import type { Context } from 'hono'
import { hashToken } from './bearer-tokens.ts'
import { browserCookieIn, sessionCookieIn } from './cookies.ts'
import { webPeer } from './web-peer.ts'

const text = new TextDecoder()
const utf8 = (value: string) => new TextEncoder().encode(value)

const SESSION = `sps_${'s'.repeat(43)}`
const API_TOKEN = `spt_${'t'.repeat(43)}`
const alice = { id: 'usr_alice', name: 'alice', role: 'admin', disabled: false } as unknown as User
const session = { id: 'ws_1', userId: alice.id, lastSeenAt: 0, factors: [] } as unknown as WebSession
const token = { id: 'tok_1', userId: alice.id, lastUsedAt: 0, scopes: [] } as unknown as ApiToken

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`oracle: ${what}`)
}

const find = webPeer({
  webSessions: {
    byToken: async (hash) => (hash === hashToken(SESSION) ? session : undefined),
    touch: async () => {},
  },
  apiTokens: { byToken: async (hash) => (hash === hashToken(API_TOKEN) ? token : undefined), touch: async () => {} },
  user: (id) => (id === alice.id ? alice : undefined),
  now: () => 0,
})

/** How somebody is known who sends these headers; undefined where what they show is refused. */
async function knownBy(headers: Readonly<Record<string, string>>): Promise<string | undefined> {
  const context = {
    req: { header: (name: string) => headers[name] },
    env: { incoming: { socket: { remoteAddress: '192.0.2.1' } } },
  }
  try {
    return (await find(context as unknown as Context)).by
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'caller.unknown') return undefined
    throw error
  }
}

/** Values of a cookie, found another way than by the code under test. */
function valuesOf(header: string, name: string): readonly string[] {
  const found: string[] = []
  for (const pair of header.split(';')) {
    const [key = '', ...rest] = pair.trim().split('=')
    if (key === name && rest.length > 0) found.push(rest.join('='))
  }
  return found
}

export const fuzzTargets = [
  {
    name: 'gateway/http/cookies',
    seeds: [
      `__Host-sallyport=${SESSION}`,
      `a=b; __Host-sallyport=${SESSION}; __Host-sallyport-flow=x`,
      `__Host-sallyport=${SESSION}; __Host-sallyport=${SESSION}`,
      '__Host-sallyport; __Host-sallyport==;; =',
    ].map(utf8),
    async run(input: Uint8Array): Promise<void> {
      const cookie = text.decode(input)
      const values = valuesOf(cookie, '__Host-sallyport')
      demand(sessionCookieIn(cookie) === (values.length === 1 ? values[0] : undefined), 'the one that there is')
      const flows = valuesOf(cookie, '__Host-sallyport-flow')
      demand(browserCookieIn(cookie) === (flows.length === 1 ? flows[0] : undefined), 'the one that there is')
      const by = await knownBy({ cookie })
      demand(by === (values.length === 1 && values[0] === SESSION ? 'session' : 'nobody'), 'nobody but who signed in')
    },
  },
  {
    name: 'gateway/http/authorization',
    seeds: [`Bearer ${API_TOKEN}`, `Bearer ${SESSION}`, `bearer  ${API_TOKEN}`, `Basic ${btoa(API_TOKEN)}`, ''].map(
      utf8,
    ),
    async run(input: Uint8Array): Promise<void> {
      const authorization = text.decode(input)
      // A cookie beside it changes nothing: what was shown first is what counts, or nothing.
      for (const cookie of ['', `__Host-sallyport=${SESSION}`]) {
        const by = await knownBy({ authorization, cookie })
        const right =
          authorization === `Bearer ${API_TOKEN}`
            ? 'token'
            : authorization === `Bearer ${SESSION}`
              ? 'session'
              : undefined
        demand(by === right, `known as ${by}`)
      }
    },
  },
]
