import { ApiError, type SignedIn } from '@sallyport/api'
import { IdentityError } from '@sallyport/identity'
import type { Config } from '../config/settings.ts'
import { noSessionCookie, sessionCookie } from '../http/cookies.ts'
import type { Peer } from '../http/peer.ts'
import { type OpenedSession, type SignInFrom, SignInRefused } from '../sign-in/sign-in-service.ts'
import { gatewayName } from './daemon.ts'
import type { Handlers } from './handlers.ts'
import { type Caller, type Services, timeText } from './services.ts'

type AuthRoute = (`auth.${string}` | `link.${string}`) & keyof Handlers

/** Longest User-Agent that is looked at, in characters. */
const AGENT_MAX = 512

/** `auth …` and `link …`: what people do before anybody knows them. */
export function authHandlers(services: Services): Pick<Handlers, AuthRoute> {
  const { signIn, links, passkeys, store, roster, config, now } = services

  const entered = (opened: OpenedSession, caller: Caller): SignedIn => {
    caller.setCookie(sessionCookie(opened.token, Math.floor((opened.session.expiresAt - now()) / 1000)))
    return shownSignedIn(opened)
  }
  const gateway = () => gatewayName(config.current.ssh.hostname)
  const linkOf = async (token: string) => {
    const found = await links.link(token)
    if (found !== undefined) return found
    throw deadLink()
  }

  return {
    async 'auth.state'(_, { peer }) {
      const sessions = peer.by === 'session' ? await store.webSessions.list(peer.userId) : []
      const session = sessions.find(({ id }) => peer.by === 'session' && id === peer.webSession)
      const user = session === undefined ? undefined : roster.current.usersById.get(session.userId)
      const authorities = await services.certificates.authorities()
      const active = authorities.find(({ kind, state }) => kind === 'host' && state === 'active')
      return {
        gateway: gateway(),
        ssh: {
          host_keys: services.hostKeys.map(({ key, fingerprint }) => ({ type: key.publicKey.type, fingerprint })),
          host_authority: active?.fingerprint ?? null,
        },
        signed_in: session === undefined || user === undefined ? null : shownSignedIn({ session, user }),
        methods: {
          passkey: true,
          password: config.current.https.passwords,
          providers: [...services.oidcProviders.list()],
        },
      }
    },

    'auth.passkey-begin': async () => ceremonyOf(await signIn.beginPasskey()),

    async 'auth.passkey-finish'({ ceremony, response }, caller) {
      return entered(await orRefused(signIn.finishPasskey(ceremony, response, enteringFrom(caller))), caller)
    },

    async 'auth.recovery-code'({ user, code, end_others: endOthers }, caller) {
      const opened = await orRefused(signIn.useRecoveryCode(user, code, enteringFrom(caller), { endOthers }))
      await services.checks.refresh()
      return entered(opened, caller)
    },

    async 'auth.password'({ user, password, code }, caller) {
      requirePasswords(config.current)
      const answer = await orRefused(services.passwordSignIn.signIn(user, password, code, enteringFrom(caller)))
      if (answer === 'code-needed') {
        throw new ApiError('code.needed', 'a one-time code is needed as well', { fix: 'take it from your phone' })
      }
      if ('waitSeconds' in answer) {
        throw new ApiError('sign-in.delayed', `too many were wrong: wait ${answer.waitSeconds} seconds`, {
          fix: 'a passkey signs in at once',
        })
      }
      return entered(answer, caller)
    },

    async 'auth.sign-out'(_, caller) {
      caller.setCookie(noSessionCookie())
      const { peer } = caller
      const user = peer.by === 'session' ? roster.current.usersById.get(peer.userId) : undefined
      if (peer.by === 'session' && user !== undefined) await signIn.signOut(peer.webSession, user, peer.actor)
      return {}
    },

    async 'link.show'({ token }) {
      const { link, user } = await linkOf(token)
      return {
        purpose: link.purpose,
        gateway: gateway(),
        user: user.name,
        display_name: user.displayName,
        role: user.role,
        expires_at: timeText(link.expiresAt),
      }
    },

    async 'link.begin'({ token, display_name }) {
      const { user } = await linkOf(token)
      const owner = { id: user.id, name: user.name, displayName: display_name ?? user.displayName }
      return ceremonyOf(await passkeys.beginRegistration(owner, await store.passkeys.list(user.id)))
    },

    async 'link.finish'({ token, ceremony, response, passkey_name, display_name }, caller) {
      const answer = { ceremony, response, passkeyName: passkey_name, displayName: display_name }
      const opened = await orRefused(orBadPasskey(links.finishLink(token, answer, enteringFrom(caller))))
      if (opened === undefined) throw deadLink()
      await services.checks.refresh()
      await roster.refresh()
      return { signed_in: entered(opened, caller), recovery_codes: [...opened.recoveryCodes] }
    },
  }
}

export function shownSignedIn({ session, user }: Pick<OpenedSession, 'session' | 'user'>): SignedIn {
  return {
    user: user.name,
    display_name: user.displayName,
    role: user.role,
    factors: session.factors.map(({ factor, at }) => ({ factor, at: timeText(at) })),
    expires_at: timeText(session.expiresAt),
  }
}

/** What WebAuthn's libraries make is JSON already; the table knows it as nothing more. */
export function ceremonyOf({ ceremony, options }: { readonly ceremony: string; readonly options: object }) {
  return { ceremony, options: { ...options } as Record<string, unknown> }
}

/** A passkey's answer that does not fit what was asked becomes the caller's error. */
export async function orBadPasskey<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause
    throw new ApiError('passkey.refused', cause.message, { fix: 'try once more, on the gateway’s own address', cause })
  }
}

async function orRefused<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (cause) {
    if (!(cause instanceof SignInRefused)) throw cause
    // One answer for all reasons: nobody learns who has an account.
    throw new ApiError('sign-in.refused', 'this proves nobody here', {
      fix: 'try another way, or ask an admin for a new link',
      cause,
    })
  }
}

/** Of a browser whose cookie the sign-in replaces. */
function enteringFrom(caller: Caller): SignInFrom {
  const { peer } = caller
  return { ...fromOf(caller), replaces: peer.by === 'session' ? peer.webSession : undefined }
}

export function fromOf({ peer, agent }: Caller): SignInFrom {
  return { source: sourceOf(peer), agent: agent.slice(0, AGENT_MAX) }
}

function sourceOf(peer: Peer): string {
  return peer.by === 'socket' ? '' : peer.source
}

function deadLink(): ApiError {
  return new ApiError('link.unknown', 'this link does not work any more', {
    why: 'it was used, has expired, or was replaced by a newer one',
    fix: 'ask whoever sent it for a new one: sallyport user invite NAME',
  })
}

/** Passwords are there only where the operator wants them. Throws ApiError `password.off`. */
export function requirePasswords({ https }: Config): void {
  if (https.passwords) return
  throw new ApiError('password.off', 'passwords are switched off here', {
    fix: 'sign in with a passkey, or set https.passwords = true in sallyport.toml',
  })
}
