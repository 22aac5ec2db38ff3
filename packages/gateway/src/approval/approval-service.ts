import { createHash } from 'node:crypto'
import type { AuditEvent } from '@sallyport/audit'
import type { PasskeyCeremonies } from '@sallyport/identity'
import type { User } from '@sallyport/model'
import type { Store } from '@sallyport/store'
import type { AskedKind } from '../access/asked-factors.ts'
import type { RecordedChange } from '../state/recorded-change.ts'
import type { Approval } from './approval.ts'
import { readApprovalCode } from './approval-code.ts'
import type { Approvals } from './approvals.ts'
import { type CheckBook, EVERY_TARGET } from './check-book.ts'
import { forgetChecks } from './forget-checks.ts'
import type { CodeAnswer, OneTimeCodes } from './one-time-codes.ts'

export interface ApprovalServiceParts {
  readonly approvals: Approvals
  readonly checks: CheckBook
  readonly passkeys: PasskeyCeremonies
  readonly codes: OneTimeCodes
  readonly store: Pick<Store, 'passkeys'>
  /** Text of the network that an address counts as. */
  readonly networkOf: (source: string) => string
  /** Counts as a failed attempt of an address. */
  readonly offended: (source: string) => void
  /** Resolves when the event is in the log; rejects when it is not, and then nothing is approved. */
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly change: RecordedChange
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What becomes of a yes: `over` where the question was, and of a code, why it is none. */
export type Approved = 'approved' | 'over' | Exclude<CodeAnswer, 'right'>

/** The browser's side of an approval: a person decides about their own logins alone. */
export class ApprovalService {
  readonly #parts: ApprovalServiceParts

  constructor(parts: ApprovalServiceParts) {
    this.#parts = parts
  }

  list(user: User): readonly Approval[] {
    return this.#parts.approvals.pending(user.id)
  }

  /** The same list whenever it is another one, and once at the start; until the signal fires. */
  async *watch(user: User, signal: AbortSignal): AsyncGenerator<readonly Approval[]> {
    let wake = Promise.withResolvers<void>()
    const stop = () => wake.resolve()
    using _ = this.#parts.approvals.watch((userId) => {
      if (userId === user.id) wake.resolve()
    })
    signal.addEventListener('abort', stop, { once: true })
    try {
      while (!signal.aborted) {
        wake = Promise.withResolvers<void>()
        yield this.list(user)
        await wake.promise
      }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** Undefined for what is not there, or somebody else's (V-E17). */
  find(user: User, typed: string): Approval | undefined {
    const code = readApprovalCode(typed)
    return code === undefined ? undefined : this.#parts.approvals.find(user.id, code)
  }

  /** Asks for one of the person's own passkeys, over a yes that counts for so many milliseconds. */
  async begin(user: User, approval: Approval, keptMs: number) {
    const own = await this.#parts.store.passkeys.list(user.id)
    return this.#parts.passkeys.beginAssertion(purposeOf(approval, keptMs), own)
  }

  /**
   * Approves with the passkey's answer. Throws IdentityError for an answer that does not fit, also to another scope than the
   * one that was signed, and what record and store throw: then nothing is approved.
   */
  async approve(
    user: User,
    approval: Approval,
    keptMs: number,
    { ceremony, response }: { readonly ceremony: string; readonly response: unknown },
  ): Promise<Approved> {
    const { passkeys, store } = this.#parts
    const { passkey, counter, backedUp } = await passkeys.finishAssertion(
      ceremony,
      purposeOf(approval, keptMs),
      response,
      async (id) => {
        const found = await store.passkeys.byCredentialId(id)
        return found?.userId === user.id ? found : undefined
      },
    )
    await store.passkeys.used(passkey.id, { counter, backedUp })
    return this.#yes(user, approval, 'passkey', keptMs)
  }

  /** Approves with a one-time code that was typed on the page; wrong ones count by the browser's network (V-F08). */
  async approveByCode(
    user: User,
    approval: Approval,
    keptMs: number,
    { code, source }: { readonly code: string; readonly source: string },
  ): Promise<Approved> {
    if (approval.state !== 'pending') return 'over'
    const checked = await this.#parts.codes.check(user, this.#parts.networkOf(source), code)
    return checked === 'right' ? this.#yes(user, approval, 'totp', keptMs) : checked
  }

  /** False where the question was over. */
  async deny(user: User, approval: Approval): Promise<boolean> {
    if (!this.#parts.approvals.settle(approval, 'denied')) return false
    await this.#denied(user, approval)
    return true
  }

  /**
   * Denies what the person never asked for: nothing that was remembered of that address counts any more, other questions from
   * there are denied with it, and it has failed an attempt (V-F09). False where the question was over.
   */
  async report(user: User, approval: Approval): Promise<boolean> {
    const { approvals, checks, change, offended } = this.#parts
    if (!approvals.settle(approval, 'reported')) return false
    const { source, network, key: fingerprint, client: clientVersion } = approval
    offended(source)
    for (const other of approvals.pending(user.id)) if (other.network === network) await this.deny(user, other)
    const actor = user.name
    await change(async (tx, record) => {
      record({ type: 'login-disowned', actor, ...auditFacts(approval), fingerprint, clientVersion })
      await forgetChecks(tx, record, user, { actor, reason: 'disowned', which: { source } })
    })
    await checks.refresh()
    return true
  }

  async #denied(user: User, approval: Approval): Promise<void> {
    const reason = 'denied'
    await this.#parts.record({ type: 'check-refused', actor: user.name, ...auditFacts(approval), reason })
  }

  async #yes(user: User, approval: Approval, kind: AskedKind, keptMs: number): Promise<Approved> {
    const { approvals, checks, record, now } = this.#parts
    if (approval.state !== 'pending') return 'over'
    const seconds = keptMs / 1000
    await record({ type: 'check-passed', actor: user.name, ...auditFacts(approval), method: kind, seconds })
    const { userId, source, place } = approval
    const check = { kind, provedAt: now(), until: now() + keptMs }
    if (!approvals.settle(approval, 'approved', { kind, keptMs })) return 'over'
    await checks.put(userId, source, place?.target ?? EVERY_TARGET, check)
    return 'approved'
  }
}

/** What a passkey signs for: a challenge made for one login and one scope is no answer for any other. */
export function purposeOf({ userId, sessionId, source, place, code }: Approval, keptMs: number): `approve ${string}` {
  const facts = [userId, sessionId, source, place?.target ?? EVERY_TARGET, place?.port ?? 0, '', code, keptMs]
  return `approve ${createHash('sha256').update(JSON.stringify(facts)).digest('base64url')}`
}

export function auditFacts({ sessionId: session, source, place }: Pick<Approval, 'sessionId' | 'source' | 'place'>) {
  return { session, source, target: place?.target, port: place?.port }
}
