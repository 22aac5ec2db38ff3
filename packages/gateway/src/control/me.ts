import { type ApiToken as ApiApiToken, ApiError, type WebSession as ApiWebSession, type Me } from '@sallyport/api'
import { USER_CERTIFICATE_SECONDS } from '@sallyport/identity'
import type { User } from '@sallyport/model'
import { certificateTerms } from '@sallyport/policy'
import { type ApiToken, StoreError, type WebSession } from '@sallyport/store'
import { forgetChecks } from '../approval/forget-checks.ts'
import { outboundNetworks } from '../authority/outbound-networks.ts'
import { mintToken } from '../http/bearer-tokens.ts'
import type { Peer } from '../http/peer.ts'
import { requireRoom, TOKENS_MAX } from '../sign-in/credential-limits.ts'
import { endSessions } from '../sign-in/end-sessions.ts'
import { readPlainKey, shownCertificate, shownIssued } from './certificates.ts'
import type { CheckRoute } from './checks.ts'
import { endOthers } from './end-others.ts'
import type { Handlers } from './handlers.ts'
import { ownCredentialHandlers, shownPasskey } from './own-credentials.ts'
import { ownIdentityHandlers } from './own-identities.ts'
import { ownKeyHandlers } from './own-keys.ts'
import { type Caller, recordedChange, type Services, timeText } from './services.ts'
import { shownIdentity } from './shown-identity.ts'
import { requireStillIn } from './still-in.ts'
import { shownKey } from './users.ts'

type MeRoute = Exclude<`me.${string}` & keyof Handlers, 'me.targets' | CheckRoute>

/** How long ago somebody may have proved themselves who changes how they sign in. */
const FRESH_MS = 10 * 60 * 1000

/** `me …`: what people do about themselves. */
export function meHandlers(services: Services): Pick<Handlers, MeRoute> {
  const { store, roster, certificates, config, now, randomBytes } = services

  /** Whoever asks. Over the control socket that is nobody: it is the machine's owner. */
  const self = ({ peer }: Caller): User => {
    const user = peer.by === 'session' || peer.by === 'token' ? roster.current.usersById.get(peer.userId) : undefined
    if (user !== undefined) return user
    throw new ApiError('caller.unknown', 'this is about whoever signed in, and nobody did', {
      fix: 'sign in to the console, or: sallyport login',
    })
  }
  const freshSelf = (caller: Caller): User => {
    const user = self(caller)
    requireFresh(caller.peer, now())
    return user
  }

  return {
    ...ownCredentialHandlers(services, { self, freshSelf }),
    ...ownKeyHandlers(services, freshSelf),
    ...ownIdentityHandlers(services, { self, freshSelf }),

    async 'me.show'(_, caller): Promise<Me> {
      const user = self(caller)
      const valid = { userId: user.id, validAt: Math.floor(now() / 1000) }
      return {
        id: user.id,
        user: user.name,
        display_name: user.displayName,
        role: user.role,
        identities: (await store.externalIdentities.list(user.id)).map((identity) => shownIdentity(services, identity)),
        groups: [...(roster.current.groupsByUser.get(user.id) ?? [])],
        password: (await store.secondFactors.password(user.id)) !== undefined,
        passkeys: (await store.passkeys.list(user.id)).map(shownPasskey),
        totp: (await store.secondFactors.totp(user.id))?.confirmedAt !== undefined,
        recovery_codes_left: await store.secondFactors.recoveryCodesLeft(user.id),
        keys: (await store.userKeys.list(user.id)).map((key) => shownKey(key, user.name)),
        certificates: (await store.certificates.list(valid)).map(shownCertificate),
        sessions: (await store.webSessions.list(user.id)).map((session) => shownSession(session, caller.peer)),
        tokens: (await store.apiTokens.list(user.id)).map(shownToken),
      }
    },

    async 'me.session-end'({ session: id }, caller) {
      const user = self(caller)
      const ended = await recordedChange(services, async (tx, record) => {
        if (id === 'others') {
          await forgetChecks(tx, record, user, { actor: caller.actor, reason: 'signed-out' })
          return endOthers(tx, record, user, caller)
        }
        const which = (session: WebSession) => session.id === id
        const ended = await endSessions(tx, record, user, { actor: caller.actor, which })
        if (ended === 0) throw new ApiError('credential.not-found', 'you have no such session')
        return ended
      })
      await services.checks.refresh()
      return { ended }
    },

    async 'me.token-add'({ name, scopes, seconds }, caller) {
      const user = freshSelf(caller)
      const { token, hash: tokenHash } = mintToken('api', randomBytes)
      const expiresAt = now() + seconds * 1000
      const { actor } = caller
      const added = await recordedChange(services, async (tx, record) => {
        await requireStillIn(tx, caller)
        requireRoom((await tx.apiTokens.list(user.id)).length, TOKENS_MAX, 'API tokens')
        const token = await tx.apiTokens.add({ userId: user.id, name, scopes, expiresAt, tokenHash })
        const facts = { credential: token.id, name, scopes, until: expiresAt }
        record({ type: 'api-token-added', actor, user: user.name, ...facts })
        return token
      })
      return { ...shownToken(added), token }
    },

    async 'me.token-remove'({ token: id }, caller) {
      const user = self(caller)
      const token = (await store.apiTokens.list(user.id)).find((each) => each.id === id)
      if (token === undefined) throw new ApiError('credential.not-found', 'you have no such token')
      const { actor } = caller
      await recordedChange(services, async (tx, record) => {
        await tx.apiTokens.remove(token.id)
        record({ type: 'api-token-removed', actor, user: user.name, credential: token.id, name: token.name })
      })
      return shownToken(token)
    },

    async 'me.certificate-issue'({ public_key, seconds = USER_CERTIFICATE_SECONDS }, caller) {
      const user = self(caller)
      const { peer, actor } = caller
      const key = readPlainKey(public_key)
      const signedIn = peer.by === 'session' ? peer : undefined
      const source = 'source' in peer ? peer.source : undefined
      const { places, name, sources, forceCommand } = certificateTerms(roster.current.compiled, user.name, source)
      const { outbound } = config.current.ssh
      const certificate = await certificates
        .issueUser({
          actor,
          user,
          key,
          ...(signedIn === undefined ? {} : { session: signedIn.webSession }),
          factors: signedIn?.factors ?? [],
          grants: places,
          byName: name,
          seconds,
          ...(source === undefined ? {} : { source }),
          // A target sees the gateway, and not the person whose way leads through it.
          ...(sources === undefined
            ? {}
            : { sourceAddresses: [...sources, ...outboundNetworks(outbound, roster.current.targetsByName.values())] }),
          ...(forceCommand === undefined ? {} : { forceCommand }),
        })
        .catch((cause: unknown) => {
          if (cause instanceof StoreError && cause.code === 'already-exists')
            throw new ApiError('key.revoked', 'this key was revoked', { fix: 'make a new key', cause })
          // Also in the last second of a sign-in: certificates begin and end with whole ones.
          if (cause instanceof RangeError)
            throw new ApiError('caller.unknown', 'your sign-in has ended', {
              fix: 'sign in again: sallyport login',
              cause,
            })
          throw cause
        })
      const row = await store.certificates.get(Number(certificate.serial))
      if (row === undefined) throw new Error('a certificate without its row')
      return shownIssued(row, certificate)
    },
  }
}

/** What changes how somebody signs in takes more than a browser that was left open (V-F08). */
function requireFresh(peer: Peer, now: number): void {
  const last = peer.by === 'session' ? Math.max(...peer.factors.map(({ at }) => at)) : Number.NEGATIVE_INFINITY
  if (now - last <= FRESH_MS) return
  throw new ApiError('sign-in.stale', 'you proved yourself too long ago for this', {
    why: `it has to be within ${FRESH_MS / 60_000} minutes`,
    fix: 'sign in again, then repeat it',
  })
}

function shownSession(session: WebSession, peer: Peer): ApiWebSession {
  const { id, method, source, agent } = session
  return {
    id,
    method,
    source,
    agent,
    created_at: timeText(session.createdAt),
    last_seen_at: timeText(session.lastSeenAt),
    expires_at: timeText(session.expiresAt),
    current: peer.by === 'session' && peer.webSession === id,
  }
}

function shownToken({ id, name, scopes, createdAt, lastUsedAt, expiresAt }: ApiToken): ApiApiToken {
  return {
    id,
    name,
    scopes: [...scopes],
    created_at: timeText(createdAt),
    last_used_at: lastUsedAt === undefined ? null : timeText(lastUsedAt),
    expires_at: timeText(expiresAt),
  }
}
