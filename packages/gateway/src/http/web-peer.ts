import { ApiError } from '@sallyport/api'
import { ACTOR_STRANGER } from '@sallyport/audit'
import type { User } from '@sallyport/model'
import type { ApiTokens, WebSessions } from '@sallyport/store'
import type { Context } from 'hono'
import { canonicalAddress } from '../defence/network.ts'
import { hashToken, isToken } from './bearer-tokens.ts'
import { sessionCookieIn } from './cookies.ts'
import type { Peer } from './peer.ts'

/** A session or token is marked as used at most this often, in milliseconds: not a write for every request. */
const TOUCH_MS = 60_000

export interface WebPeerParts {
  readonly webSessions: Pick<WebSessions, 'byToken' | 'touch'>
  readonly apiTokens: Pick<ApiTokens, 'byToken' | 'touch'>
  /** The user as known now; none where there is no such user any more. */
  readonly user: (id: string) => User | undefined
  readonly now: () => number
}

/**
 * Who asks over HTTPS: a browser by its cookie, or a command or script by its bearer token. One that is given and does not
 * count is refused rather than taken for nobody's, so that nobody wonders why less is shown. A cookie that does not count is
 * nobody's: a browser cannot help sending it.
 */
export function webPeer({ webSessions, apiTokens, user, now }: WebPeerParts): (c: Context) => Promise<Peer> {
  return async (c) => {
    const source = sourceOf(c)
    const nobody: Peer = { by: 'nobody', actor: ACTOR_STRANGER, source }
    const authorization = c.req.header('authorization')
    if (authorization === undefined) {
      const cookie = sessionCookieIn(c.req.header('cookie'))
      return cookie === undefined ? nobody : ((await bySession(cookie, source)) ?? nobody)
    }
    const token = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization)?.[1] ?? ''
    const peer = isToken('api', token) ? await byApiToken(token, source) : await bySession(token, source)
    if (peer !== undefined) return peer
    throw new ApiError('caller.unknown', 'this token does not count', {
      why: 'it is none of ours, has expired, or was revoked',
      fix: 'sign in again: sallyport login',
    })
  }

  async function bySession(token: string, source: string): Promise<Peer | undefined> {
    if (!isToken('session', token)) return undefined
    const session = await webSessions.byToken(hashToken(token))
    const owner = session === undefined ? undefined : user(session.userId)
    if (session === undefined || owner === undefined || owner.disabled) return undefined
    if (now() - session.lastSeenAt >= TOUCH_MS) await webSessions.touch(session.id)
    const { id: webSession, factors } = session
    return { by: 'session', role: owner.role, actor: owner.name, userId: owner.id, source, webSession, factors }
  }

  async function byApiToken(token: string, source: string): Promise<Peer | undefined> {
    const found = await apiTokens.byToken(hashToken(token))
    const owner = found === undefined ? undefined : user(found.userId)
    if (found === undefined || owner === undefined || owner.disabled) return undefined
    if (now() - (found.lastUsedAt ?? 0) >= TOUCH_MS) await apiTokens.touch(found.id)
    const { id, scopes } = found
    return { by: 'token', role: owner.role, actor: owner.name, userId: owner.id, source, token: id, scopes }
  }
}

/** The socket's own address: headers about it are anybody's claim. */
export function sourceOf(c: Context): string {
  const { incoming } = c.env as { readonly incoming?: { readonly socket: { readonly remoteAddress?: string } } }
  return canonicalAddress(incoming?.socket.remoteAddress ?? '') ?? ''
}
