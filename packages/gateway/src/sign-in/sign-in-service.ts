import { ACTOR_GATEWAY, ACTOR_STRANGER, type AuditEvent, isLocalActor } from '@sallyport/audit'
import {
  hashRecoveryCode,
  IdentityError,
  makeRecoveryCodes,
  type PasskeyCeremonies,
  type RegisteredPasskey,
} from '@sallyport/identity'
import { shownText, type User, type UserId, type WebSessionId } from '@sallyport/model'
import { type FactorAt, type Invitation, type Passkey, type Store, StoreError, type WebSession } from '@sallyport/store'
import type { CertificateService } from '../authority/certificate-service.ts'
import { hashToken, isToken, mintToken } from '../http/bearer-tokens.ts'
import type { RecordedChange } from '../state/recorded-change.ts'
import type { SignInApproval } from './sign-in-approval.ts'

/** A link for somebody who is called in; who waits longer asks again. */
const LINK_LIFE_MS = 24 * 60 * 60 * 1000
/** How a session began that a browser's session opened for the command. */
export const SIGN_IN_METHOD_DEVICE = 'device'
/** The first start's link: whoever started the gateway sits before it. */
const SETUP_LIFE_MS = 15 * 60 * 1000

export interface SignInServiceParts {
  readonly store: Store
  readonly passkeys: PasskeyCeremonies
  readonly certificates: Pick<CertificateService, 'revoke'>
  /** The user as known now; none where there is no such user. */
  readonly user: (id: UserId) => User | undefined
  readonly userByName: (name: string) => User | undefined
  /** Resolves when the event is in the log; rejects when it is not, and then nobody signs in. */
  readonly change: RecordedChange
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly failed: (what: string, error: unknown) => void
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds that people stay signed in. */
  readonly sessionMs: () => number
  /** `https://gw.example.com:8443` */
  readonly origin: () => string
}

/** Where a sign-in comes from. */
export interface SignInFrom {
  readonly source: string
  /** What the browser or command calls itself. */
  readonly agent: string
}

/** A session that just began; its token is nowhere else. */
export interface OpenedSession {
  readonly session: WebSession
  readonly token: string
  readonly user: User
}

/** Who may not sign in, and why: for the log alone. Whoever asked learns only that it was refused. */
export class SignInRefused extends Error {
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super('this proves nobody', options)
    this.name = 'SignInRefused'
    this.reason = reason
  }
}

/** Signing in to the console and with the command: passkeys, recovery codes, one-time links, and the sessions they open. */
export class SignInService {
  readonly #parts: SignInServiceParts

  constructor(parts: SignInServiceParts) {
    this.#parts = parts
  }

  beginPasskey() {
    return this.#parts.passkeys.beginAssertion('sign-in')
  }

  /** Throws SignInRefused. */
  async finishPasskey(ceremony: string, response: unknown, from: SignInFrom): Promise<OpenedSession> {
    const { store, passkeys } = this.#parts
    let known: Passkey | undefined
    try {
      const find = async (id: string) => (known = await store.passkeys.byCredentialId(id))
      const { passkey, counter, backedUp } = await passkeys.finishAssertion(ceremony, 'sign-in', response, find)
      const user = this.#enabled(passkey.userId)
      await store.passkeys.used(passkey.id, { counter, backedUp })
      return await this.#open(user, 'passkey', from)
    } catch (error) {
      return this.#refuse(error, 'passkey', from, known?.userId)
    }
  }

  /** Throws SignInRefused: for an unknown name as for a wrong code. */
  async useRecoveryCode(name: string, typed: string, from: SignInFrom): Promise<OpenedSession> {
    const named = this.#parts.userByName(name)
    try {
      const hash = hashRecoveryCode(named?.id ?? '', typed)
      const used = named !== undefined && (await this.#parts.store.secondFactors.useRecoveryCode(named.id, hash))
      if (!used) throw new SignInRefused(named === undefined ? 'user-unknown' : 'code-wrong')
      const user = this.#enabled(named.id)
      // Loud and first: whoever reads the log is to see it even where what follows fails.
      await this.#breakGlass(user, 'recovery-code', user.name, from.source)
      return await this.#open(user, 'recovery-code', from)
    } catch (error) {
      return this.#refuse(error, 'recovery-code', from, named?.id)
    }
  }

  /**
   * A session for the command of somebody who is signed in with a browser: with that session's factors as they were shown
   * then, and no longer than it (V-C08). Throws SignInRefused where it is over, or its owner may not sign in any more.
   */
  async openForCommand({ userId, approver }: SignInApproval, from: SignInFrom): Promise<OpenedSession> {
    const user = this.#enabled(userId)
    const session = (await this.#parts.store.webSessions.list(userId)).find(({ id }) => id === approver)
    if (session === undefined) throw new SignInRefused('approver-signed-out')
    return this.#open(user, SIGN_IN_METHOD_DEVICE, from, session, approver)
  }

  /** A session for whom an identity provider has proved, with what it says it saw. Throws SignInRefused `user-disabled`. */
  async openProved(
    userId: UserId,
    method: string,
    factors: readonly FactorAt[],
    from: SignInFrom,
  ): Promise<OpenedSession> {
    const expiresAt = this.#parts.now() + this.#parts.sessionMs()
    return this.#open(this.#enabled(userId), method, from, { factors, expiresAt })
  }

  /** Whether there was such a session. */
  async signOut(id: WebSessionId, user: User, actor: string): Promise<boolean> {
    const ended = await this.#parts.store.webSessions.remove({ id })
    // What was signed for it goes with it.
    await this.#parts.certificates.revoke({ session: id }, { actor, reason: 'signed out' })
    if (ended > 0) await this.#parts.record({ type: 'signed-out', actor, webSession: id, user: user.name })
    return ended > 0
  }

  /** A one-time link for somebody; links for them that were made before no longer work. */
  async makeLink(
    user: User,
    actor: string,
    purpose: Invitation['purpose'],
  ): Promise<{ url: string; expiresAt: number }> {
    const { change, randomBytes, now, origin } = this.#parts
    const { token, hash: tokenHash } = mintToken('link', randomBytes)
    const expiresAt = now() + (purpose === 'setup' ? SETUP_LIFE_MS : LINK_LIFE_MS)
    // Who is on the machine itself has asked nobody; inviting a new admin from there is no emergency.
    if (isLocalActor(actor) && (purpose === 'recover' || user.role === 'owner'))
      await this.#breakGlass(user, 'local-link', actor)
    await change(async (tx, record) => {
      await tx.invitations.revoke({ userId: user.id })
      await tx.invitations.add({ purpose, userId: user.id, createdBy: actor, expiresAt, tokenHash })
      record({ type: 'link-made', actor, user: user.name, purpose, until: expiresAt })
    })
    return { url: `${origin()}/${purpose === 'setup' ? 'setup' : 'join'}/${token}`, expiresAt }
  }

  /** Whether nobody can sign in to the console yet. */
  async needsSetup(owner: User): Promise<boolean> {
    const { passkeys, secondFactors } = this.#parts.store
    return (await passkeys.list()).length === 0 && (await secondFactors.password(owner.id)) === undefined
  }

  /** The first start's link, for the first owner. */
  setupLink(owner: User): Promise<{ url: string; expiresAt: number }> {
    return this.makeLink(owner, ACTOR_GATEWAY, 'setup')
  }

  /** Whom a link is for; undefined where it does not work (any more). */
  async link(token: string): Promise<{ readonly link: Invitation; readonly user: User } | undefined> {
    if (!isToken('link', token)) return undefined
    const link = await this.#parts.store.invitations.byToken(hashToken(token))
    const user = link?.userId === undefined ? undefined : this.#parts.user(link.userId)
    return link === undefined || user === undefined || user.disabled ? undefined : { link, user }
  }

  /** Registers a passkey for whom the link is for, signs them in, and uses the link up. Throws IdentityError; undefined for a link that does not work. */
  async finishLink(
    token: string,
    answer: { readonly ceremony: string; readonly response: unknown; readonly passkeyName: string },
    from: SignInFrom,
  ): Promise<(OpenedSession & { readonly recoveryCodes: readonly string[] }) | undefined> {
    const found = await this.link(token)
    if (found === undefined) return undefined
    const { link, user } = found
    const { passkeys, change, randomBytes } = this.#parts
    const registered = await passkeys.finishRegistration(answer.ceremony, user.id, answer.response)
    const codes = makeRecoveryCodes(user.id, randomBytes)
    try {
      await change(async (tx, record) => {
        // First: of two who have the link, one gets in.
        await tx.invitations.use(link.id)
        if (link.purpose === 'recover') await forget(tx, user.id)
        await tx.passkeys.add(newPasskey(user.id, registered, answer.passkeyName))
        await tx.secondFactors.setRecoveryCodes(
          user.id,
          codes.map(({ hash }) => hash),
        )
        const [actor, name] = [user.name, answer.passkeyName]
        record({ type: 'link-used', actor, source: from.source, purpose: link.purpose })
        record({ type: 'credential-added', actor, source: from.source, user: actor, kind: 'passkey', name })
      })
    } catch (error) {
      if (error instanceof StoreError && error.code === 'not-found') return undefined
      throw error
    }
    // A lost device may hold certificates too.
    const lost = { actor: user.name, reason: 'recovered' }
    if (link.purpose === 'recover') await this.#parts.certificates.revoke({ userId: user.id }, lost)
    const opened = await this.#open(user, 'link', from)
    return { ...opened, recoveryCodes: codes.map(({ code }) => code) }
  }

  /** An emergency way into an account that administers the gateway; others' are told by their own events. */
  async #breakGlass(
    { name: user, role }: User,
    means: 'recovery-code' | 'local-link',
    actor: string,
    source?: string,
  ): Promise<void> {
    if (role !== 'owner' && role !== 'admin') return
    await this.#parts.record({ type: 'break-glass', actor, source, user, role, means })
  }

  #enabled(id: UserId): User {
    const user = this.#parts.user(id)
    if (user === undefined || user.disabled) throw new SignInRefused('user-disabled')
    return user
  }

  async #open(
    user: User,
    method: string,
    { source, agent }: SignInFrom,
    from?: Pick<WebSession, 'factors' | 'expiresAt'>,
    approver?: WebSessionId,
  ): Promise<OpenedSession> {
    const { change, randomBytes, now, sessionMs } = this.#parts
    const { token, hash: tokenHash } = mintToken('session', randomBytes)
    const shown: readonly FactorAt[] = [{ factor: method === 'link' ? 'passkey' : method, at: now() }]
    const factors = from?.factors ?? shown
    const expiresAt = Math.min(now() + sessionMs(), from?.expiresAt ?? Number.POSITIVE_INFINITY)
    const draft = { userId: user.id, method, factors, source, agent: printable(agent), tokenHash }
    // Nobody is in whom the log does not know of.
    const session = await change(async (tx, record) => {
      // Inside: what ends an account or a session ends those that it finds.
      if ((await tx.users.get(user.id))?.disabled !== false) throw new SignInRefused('user-disabled')
      if (approver !== undefined && !(await tx.webSessions.list(user.id)).some(({ id }) => id === approver))
        throw new SignInRefused('approver-signed-out')
      const session = await tx.webSessions.add({ ...draft, expiresAt })
      record({
        type: 'signed-in',
        actor: user.name,
        source,
        webSession: session.id,
        method,
        agent: session.agent,
      })
      return session
    })
    return { session, token, user }
  }

  /** What strangers make up is not written down; what concerns somebody we know is. */
  async #refuse(error: unknown, method: string, { source }: SignInFrom, userId: UserId | undefined): Promise<never> {
    const reason =
      error instanceof SignInRefused ? error.reason : error instanceof IdentityError ? error.code : undefined
    if (reason === undefined) throw error
    const user = userId === undefined ? undefined : this.#parts.user(userId)
    if (user !== undefined) {
      // The name was claimed, not proved: it is in the reason, never the actor.
      await this.#parts
        .record({ type: 'sign-in-refused', actor: ACTOR_STRANGER, source, method, reason: `${reason} ${user.name}` })
        .catch((failure: unknown) => this.#parts.failed('write a refused sign-in to the audit log', failure))
    }
    throw new SignInRefused(reason, { cause: error })
  }
}

export function newPasskey(userId: UserId, registered: RegisteredPasskey, name: string) {
  return { ...registered, userId, name }
}

/** Everything with which somebody could sign in to the console, and where they are signed in. */
async function forget(
  tx: Pick<Store, 'passkeys' | 'secondFactors' | 'webSessions' | 'apiTokens' | 'loginChecks'>,
  userId: UserId,
): Promise<void> {
  for (const { id } of await tx.passkeys.list(userId)) await tx.passkeys.remove(id)
  for (const { id } of await tx.apiTokens.list(userId)) await tx.apiTokens.remove(id)
  await tx.secondFactors.removeTotp(userId)
  await tx.secondFactors.setPassword(userId, undefined)
  await tx.webSessions.remove({ userId })
  await tx.loginChecks.remove({ userId })
}

/** Longest name of a browser that is kept, in characters. */
const AGENT_MAX = 200

function printable(text: string): string {
  return shownText(text, '?').slice(0, AGENT_MAX)
}
