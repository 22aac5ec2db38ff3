import { ACTOR_GATEWAY, ACTOR_STRANGER, type AuditEvent } from '@sallyport/audit'
import { hashRecoveryCode, IdentityError, type PasskeyCeremonies } from '@sallyport/identity'
import { ID_RANDOM_BYTES, makeId, shownText, type User, type UserId, type WebSessionId } from '@sallyport/model'
import type { FactorAt, Passkey, Repositories, Store, WebSession } from '@sallyport/store'
import { forgetChecks } from '../approval/forget-checks.ts'
import { mintToken } from '../http/bearer-tokens.ts'
import type { RecordedChange } from '../state/recorded-change.ts'
import { breakGlass } from './break-glass.ts'
import { SESSIONS_MAX } from './credential-limits.ts'
import { endSessions } from './end-sessions.ts'
import type { SignInApproval } from './sign-in-approval.ts'

/** An id that nobody has. */
const NOBODY = makeId('user', new Uint8Array(ID_RANDOM_BYTES))
/** How a session began that a browser's session opened for the command. */
export const SIGN_IN_METHOD_DEVICE = 'device'

export interface SignInServiceParts {
  readonly store: Store
  readonly passkeys: PasskeyCeremonies
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
}

/** Where a sign-in comes from. */
export interface SignInFrom {
  readonly source: string
  /** What the browser or command calls itself. */
  readonly agent: string
  /** What the browser is signed in with until now: of the same person, it is over once another cookie takes its place. */
  readonly replaces?: WebSessionId | undefined
}

/** A session that just began; its token is nowhere else. */
export interface OpenedSession {
  readonly session: WebSession
  readonly token: string
  readonly user: User
}

/** A session that is to begin. */
export interface Opening {
  readonly user: User
  readonly method: string
  readonly from: SignInFrom
  /** What was shown for it and until when that counts, where it is not the method's own, shown now. */
  readonly shown?: Pick<WebSession, 'factors' | 'expiresAt'>
  /** The browser's session that let a command in. */
  readonly approver?: WebSessionId
  readonly counts?: StillCounts
}

/** Whether what was proved with is still there, in the transaction that begins the session: what takes it away ends those that it finds. */
export type StillCounts = (
  tx: Pick<Repositories, 'passkeys' | 'secondFactors' | 'externalIdentities'>,
) => Promise<boolean>

/** Who may not sign in, and why: for the log alone. Whoever asked learns only that it was refused. */
export class SignInRefused extends Error {
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super('this proves nobody', options)
    this.name = 'SignInRefused'
    this.reason = reason
  }
}

/** Signing in to the console and with the command: passkeys, recovery codes, and the sessions that these and others open. */
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
      const counts: StillCounts = async (tx) => (await tx.passkeys.byCredentialId(passkey.credentialId)) !== undefined
      return await this.#open({ user, method: 'passkey', from, counts })
    } catch (error) {
      throw this.#refusal(error, 'passkey', from, known?.userId)
    }
  }

  /**
   * `endOthers`: everything else of theirs is signed out, and what the SSH door remembers of them is forgotten once the book
   * is refreshed. Throws SignInRefused: for an unknown name as for a wrong code.
   */
  async useRecoveryCode(
    name: string,
    typed: string,
    from: SignInFrom,
    { endOthers }: { readonly endOthers: boolean },
  ): Promise<OpenedSession> {
    const named = this.#parts.userByName(name)
    try {
      const id = named?.id ?? NOBODY
      const hash = hashRecoveryCode(id, typed)
      // A code that lets nobody in is not used up; and for a name that nobody has, the store is asked as for one that is known.
      return await this.#parts.change(async (tx, record) => {
        const used = await tx.secondFactors.useRecoveryCode(id, hash)
        if (named === undefined) throw new SignInRefused('user-unknown')
        if (!used) throw new SignInRefused('code-wrong')
        const user = this.#enabled(named.id)
        // Loud, and first.
        breakGlass(record, user, { means: 'recovery-code', actor: user.name, source: from.source })
        if (endOthers) {
          await endSessions(tx, record, user, { actor: user.name })
          await forgetChecks(tx, record, user, { actor: user.name, reason: 'recovered' })
        }
        return this.add(tx, record, { user, method: 'recovery-code', from })
      })
    } catch (error) {
      throw this.#refusal(error, 'recovery-code', from, named?.id)
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
    return this.#open({ user, method: SIGN_IN_METHOD_DEVICE, from, shown: session, approver })
  }

  /** A session for whom an identity provider has proved, with what it says it saw. Throws SignInRefused `user-disabled`, `proof-gone`. */
  async openProved(
    userId: UserId,
    method: string,
    factors: readonly FactorAt[],
    from: SignInFrom,
    counts: StillCounts,
  ): Promise<OpenedSession> {
    const expiresAt = this.#parts.now() + this.#parts.sessionMs()
    return this.#open({ user: this.#enabled(userId), method, from, shown: { factors, expiresAt }, counts })
  }

  /** Whether there was such a session. */
  async signOut(id: WebSessionId, user: User, actor: string): Promise<boolean> {
    const which = (session: WebSession) => session.id === id
    return (await this.#parts.change((tx, record) => endSessions(tx, record, user, { actor, which }))) > 0
  }

  #enabled(id: UserId): User {
    const user = this.#parts.user(id)
    if (user === undefined || user.disabled) throw new SignInRefused('user-disabled')
    return user
  }

  #open(opening: Opening): Promise<OpenedSession> {
    return this.#parts.change((tx, record) => this.add(tx, record, opening))
  }

  /** Begins a session as a part of the change that writes it down: nobody is in whom the log does not know of. */
  async add(
    tx: Repositories,
    record: (event: AuditEvent) => void,
    { user, method, from: { source, agent, replaces }, shown, approver, counts }: Opening,
  ): Promise<OpenedSession> {
    const { randomBytes, now, sessionMs } = this.#parts
    // Inside: what ends an account or a session ends those that it finds.
    if ((await tx.users.get(user.id))?.disabled !== false) throw new SignInRefused('user-disabled')
    if (counts !== undefined && !(await counts(tx))) throw new SignInRefused('proof-gone')
    if (replaces !== undefined)
      await endSessions(tx, record, user, { actor: user.name, which: ({ id }) => id === replaces })
    const open = await tx.webSessions.list(user.id)
    if (approver !== undefined && !open.some(({ id }) => id === approver))
      throw new SignInRefused('approver-signed-out')
    const tooMany = open.length + 1 - SESSIONS_MAX
    if (tooMany > 0) {
      // Refusing would shut out who cannot sign in to end one: those that were used the longest ago end instead.
      const others = open.filter(({ id }) => id !== approver).sort((a, b) => a.lastSeenAt - b.lastSeenAt)
      const ending = new Set(others.slice(0, tooMany).map(({ id }) => id))
      await endSessions(tx, record, user, { actor: ACTOR_GATEWAY, which: ({ id }) => ending.has(id) })
    }
    const { token, hash: tokenHash } = mintToken('session', randomBytes)
    const factors = shown?.factors ?? [{ factor: method === 'link' ? 'passkey' : method, at: now() }]
    const expiresAt = Math.min(now() + sessionMs(), shown?.expiresAt ?? Number.POSITIVE_INFINITY)
    const draft = { userId: user.id, method, factors, source, agent: printable(agent), tokenHash, expiresAt }
    const session = await tx.webSessions.add(draft)
    record({ type: 'signed-in', actor: user.name, source, webSession: session.id, method, agent: session.agent })
    return { session, token, user }
  }

  /**
   * What is thrown on for an error. What strangers make up is not written down; what concerns somebody we know is, and nobody
   * waits for that: the time would say that there is such a person.
   */
  #refusal(error: unknown, method: string, { source }: SignInFrom, userId: UserId | undefined): unknown {
    const reason =
      error instanceof SignInRefused ? error.reason : error instanceof IdentityError ? error.code : undefined
    if (reason === undefined) return error
    const user = userId === undefined ? undefined : this.#parts.user(userId)
    if (user !== undefined) {
      // The name was claimed, not proved: it is in the reason, never the actor.
      this.#parts
        .record({ type: 'sign-in-refused', actor: ACTOR_STRANGER, source, method, reason: `${reason} ${user.name}` })
        .catch((failure: unknown) => this.#parts.failed('write a refused sign-in to the audit log', failure))
    }
    return new SignInRefused(reason, { cause: error })
  }
}

/** Longest name of a browser that is kept, in characters. */
const AGENT_MAX = 200

function printable(text: string): string {
  return shownText(text, '?').slice(0, AGENT_MAX)
}
