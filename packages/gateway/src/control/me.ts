import {
  type ApiToken as ApiApiToken,
  ApiError,
  type Passkey as ApiPasskey,
  type WebSession as ApiWebSession,
  type Me,
} from '@sallyport/api'
import {
  makeRecoveryCodes,
  passwordProblem,
  TOTP_SECRET_BYTES,
  totpSecretText,
  totpStep,
  totpUri,
  USER_CERTIFICATE_SECONDS,
} from '@sallyport/identity'
import type { User } from '@sallyport/model'
import { certificateTerms } from '@sallyport/policy'
import { type ApiToken, type Passkey, StoreError, type WebSession } from '@sallyport/store'
import { totpContext } from '../approval/one-time-codes.ts'
import { outboundNetworks } from '../authority/outbound-networks.ts'
import { mintToken } from '../http/bearer-tokens.ts'
import type { Peer } from '../http/peer.ts'
import { newPasskey } from '../sign-in/sign-in-service.ts'
import { requireAnotherWay, type WayIn, waysIn } from '../sign-in/ways-in.ts'
import { ceremonyOf, orBadPasskey, requirePasswords } from './auth.ts'
import { readPlainKey, shownCertificate, shownIssued } from './certificates.ts'
import { type CheckRoute, forgetChecks } from './checks.ts'
import { gatewayName } from './daemon.ts'
import type { Handlers } from './handlers.ts'
import { ownIdentityHandlers } from './own-identities.ts'
import { ownKeyHandlers } from './own-keys.ts'
import { type Caller, recordedChange, type Services, timeText } from './services.ts'
import { shownIdentity } from './shown-identity.ts'
import { shownKey } from './users.ts'

type MeRoute = Exclude<`me.${string}` & keyof Handlers, 'me.targets' | CheckRoute>

/** How long ago somebody may have proved themselves who changes how they sign in. */
const FRESH_MS = 10 * 60 * 1000

/** `me …`: what people do about themselves. */
export function meHandlers(services: Services): Pick<Handlers, MeRoute> {
  const { store, roster, passkeys, certificates, masterKey, config, now, randomBytes } = services

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
  const keepAnotherWay = async (tx: Parameters<typeof waysIn>[0], user: User, removed: WayIn): Promise<void> => {
    const declared = (issuer: string) => services.oidcProviders.nameOf(issuer) !== undefined
    requireAnotherWay(await waysIn(tx, user, { passwords: config.current.https.passwords, declared }), removed)
  }
  const ownPasskey = async (user: User, id: string): Promise<Passkey> => {
    const found = (await store.passkeys.list(user.id)).find((passkey) => passkey.id === id)
    if (found !== undefined) return found
    throw new ApiError('credential.not-found', 'you have no such passkey')
  }

  return {
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

    async 'me.passkey-begin'(_, caller) {
      const user = freshSelf(caller)
      return ceremonyOf(await passkeys.beginRegistration(user, await store.passkeys.list(user.id)))
    },

    async 'me.passkey-add'({ ceremony, response, name }, caller) {
      const user = freshSelf(caller)
      const registered = await orBadPasskey(passkeys.finishRegistration(ceremony, user.id, response))
      const { actor } = caller
      const added = await recordedChange(services, async (tx, record) => {
        record({ type: 'credential-added', actor, user: user.name, kind: 'passkey', name })
        return tx.passkeys.add(newPasskey(user.id, registered, name))
      }).catch(orExists)
      return shownPasskey(added)
    },

    async 'me.passkey-rename'({ passkey: id, name }, caller) {
      const passkey = await ownPasskey(self(caller), id)
      await store.passkeys.rename(passkey.id, name)
      return shownPasskey({ ...passkey, name })
    },

    async 'me.passkey-remove'({ passkey: id }, caller) {
      const user = freshSelf(caller)
      const passkey = await ownPasskey(user, id)
      const { actor } = caller
      await recordedChange(services, async (tx, record) => {
        await keepAnotherWay(tx, user, 'passkey')
        await tx.passkeys.remove(passkey.id)
        record({ type: 'credential-removed', actor, user: user.name, kind: 'passkey', name: passkey.name })
      })
      // Which passkey answered is not kept: none of the answers counts any more.
      await forgetChecks(services, user, actor, 'credential-removed', { method: 'passkey' })
      return shownPasskey(passkey)
    },

    async 'me.totp-begin'(_, caller) {
      const user = freshSelf(caller)
      const secret = randomBytes(TOTP_SECRET_BYTES)
      await store.secondFactors.proposeTotp(user.id, masterKey.seal(secret, totpContext(user))).catch(orExists)
      const issuer = `Sallyport ${gatewayName(config.current.ssh.hostname)}`
      return { uri: totpUri(secret, { issuer, account: user.name }), secret: totpSecretText(secret) }
    },

    async 'me.totp-confirm'({ code }, caller) {
      const user = freshSelf(caller)
      const totp = await store.secondFactors.totp(user.id)
      if (totp === undefined || totp.confirmedAt !== undefined)
        throw new ApiError('code.refused', 'no secret waits for a code')
      const step = totpStep(masterKey.unseal(totp.sealedSecret, totpContext(user)), code, now())
      await recordedChange(services, async (tx, record) => {
        if (step === undefined || !(await tx.secondFactors.takeTotpStep(user.id, step))) {
          throw new ApiError('code.refused', 'this is not the code', {
            fix: 'take the next one; check the phone’s clock',
          })
        }
        record({ type: 'credential-added', actor: caller.actor, user: user.name, kind: 'totp', name: '' })
      })
      return {}
    },

    async 'me.totp-remove'(_, caller) {
      const user = freshSelf(caller)
      const { actor } = caller
      await recordedChange(services, async (tx, record) => {
        if (!(await tx.secondFactors.removeTotp(user.id))) {
          throw new ApiError('credential.not-found', 'you have no one-time codes set up')
        }
        record({ type: 'credential-removed', actor, user: user.name, kind: 'totp', name: '' })
      })
      await forgetChecks(services, user, actor, 'credential-removed', { method: 'totp' })
      return {}
    },

    async 'me.password-set'({ password }, caller) {
      requirePasswords(config.current)
      const user = freshSelf(caller)
      const problem = passwordProblem(password, user.name)
      if (problem !== undefined) throw new ApiError('password.weak', 'this password is not taken', { why: problem })
      const hash = await services.passwordHasher.hash(password)
      await recordedChange(services, async (tx, record) => {
        const before = await tx.secondFactors.password(user.id)
        await tx.secondFactors.setPassword(user.id, hash)
        const facts = { actor: caller.actor, user: user.name, kind: 'password', name: '' }
        if (before !== undefined) record({ type: 'credential-removed', ...facts })
        record({ type: 'credential-added', ...facts })
      })
      return {}
    },

    async 'me.password-remove'(_, caller) {
      const user = freshSelf(caller)
      if ((await store.secondFactors.password(user.id)) === undefined) {
        throw new ApiError('credential.not-found', 'you have no password')
      }
      await recordedChange(services, async (tx, record) => {
        await keepAnotherWay(tx, user, 'password')
        await tx.secondFactors.setPassword(user.id, undefined)
        record({ type: 'credential-removed', actor: caller.actor, user: user.name, kind: 'password', name: '' })
      })
      return {}
    },

    async 'me.recovery-codes'(_, caller) {
      const user = freshSelf(caller)
      const codes = makeRecoveryCodes(user.id, randomBytes)
      const hashes = codes.map(({ hash }) => hash)
      await recordedChange(services, async (tx, record) => {
        await tx.secondFactors.setRecoveryCodes(user.id, hashes)
        record({ type: 'recovery-codes-made', actor: caller.actor, user: user.name })
      })
      return { recovery_codes: codes.map(({ code }) => code) }
    },

    async 'me.session-end'({ session: id }, caller) {
      const user = self(caller)
      const own = await store.webSessions.list(user.id)
      const current = caller.peer.by === 'session' ? caller.peer.webSession : undefined
      const chosen = id === 'others' ? own.filter((each) => each.id !== current) : own.filter((each) => each.id === id)
      if (id !== 'others' && chosen.length === 0) {
        throw new ApiError('credential.not-found', 'you have no such session')
      }
      for (const session of chosen) await services.signIn.signOut(session.id, user, caller.actor)
      if (id === 'others') await forgetChecks(services, user, caller.actor, 'signed-out')
      return { ended: chosen.length }
    },

    async 'me.token-add'({ name, scopes, seconds }, caller) {
      const user = freshSelf(caller)
      const { token, hash: tokenHash } = mintToken('api', randomBytes)
      const expiresAt = now() + seconds * 1000
      const { actor } = caller
      const added = await recordedChange(services, async (tx, record) => {
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

function orExists(cause: unknown): never {
  if (cause instanceof StoreError && cause.code === 'already-exists') {
    throw new ApiError('credential.exists', 'there is one already', { fix: 'remove the old one first', cause })
  }
  throw cause
}

function shownPasskey({ id, name, createdAt, lastUsedAt, backedUp, aaguid }: Passkey): ApiPasskey {
  const last = lastUsedAt === undefined ? null : timeText(lastUsedAt)
  return { id, name, created_at: timeText(createdAt), last_used_at: last, synced: backedUp, aaguid }
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
