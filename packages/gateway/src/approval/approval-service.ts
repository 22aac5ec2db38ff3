import { createHash } from 'node:crypto'
import type { AuditEvent } from '@sallyport/audit'
import type { PasskeyCeremonies } from '@sallyport/identity'
import type { User } from '@sallyport/model'
import type { Store } from '@sallyport/store'
import { readApprovalCode } from './approval-code.ts'
import type { Approval, Approvals } from './approvals.ts'
import { type CheckBook, EVERY_TARGET } from './check-book.ts'

export interface ApprovalServiceParts {
  readonly approvals: Approvals
  readonly checks: CheckBook
  readonly passkeys: PasskeyCeremonies
  readonly store: Pick<Store, 'passkeys'>
  /** Resolves when the event is in the log; rejects when it is not, and then nothing is approved. */
  readonly record: (event: AuditEvent) => Promise<unknown>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The browser's side of an approval: a person decides about their own logins alone. */
export class ApprovalService {
  readonly #parts: ApprovalServiceParts

  constructor(parts: ApprovalServiceParts) {
    this.#parts = parts
  }

  list(user: User): readonly Approval[] {
    return this.#parts.approvals.pending(user.id)
  }

  /** Undefined for what is not there, or somebody else's (V-E17). */
  find(user: User, typed: string): Approval | undefined {
    const code = readApprovalCode(typed)
    return code === undefined ? undefined : this.#parts.approvals.find(user.id, code)
  }

  /** Asks for one of the person's own passkeys. */
  async begin(user: User, approval: Approval) {
    const own = await this.#parts.store.passkeys.list(user.id)
    return this.#parts.passkeys.beginAssertion(purposeOf(approval), own)
  }

  /**
   * Approves with the passkey's answer. Throws IdentityError for an answer that does not fit, and what record and store
   * throw: then nothing is approved. False where the question was over.
   */
  async approve(user: User, approval: Approval, ceremony: string, response: unknown): Promise<boolean> {
    const { approvals, checks, passkeys, store, record, now } = this.#parts
    const { passkey, counter, backedUp } = await passkeys.finishAssertion(
      ceremony,
      purposeOf(approval),
      response,
      async (id) => {
        const found = await store.passkeys.byCredentialId(id)
        return found?.userId === user.id ? found : undefined
      },
    )
    await store.passkeys.used(passkey.id, { counter, backedUp })
    if (approval.state !== 'pending') return false
    await record({ type: 'check-passed', actor: user.name, ...auditFacts(approval), method: 'passkey' })
    const { userId, source, place } = approval
    const check = { kind: 'passkey', provedAt: now() } as const
    if (!approvals.settle(approval, 'approved')) return false
    await checks.put(userId, source, place?.target ?? EVERY_TARGET, check)
    return true
  }

  /** False where the question was over. */
  async deny(user: User, approval: Approval): Promise<boolean> {
    if (!this.#parts.approvals.settle(approval, 'denied')) return false
    const reason = 'denied'
    await this.#parts.record({ type: 'check-refused', actor: user.name, ...auditFacts(approval), reason })
    return true
  }
}

/** What a passkey signs for: a challenge made for one login is no answer for any other. */
export function purposeOf({ userId, sessionId, source, place, code }: Approval): `approve ${string}` {
  const facts = [userId, sessionId, source, place?.target ?? EVERY_TARGET, place?.port ?? 0, '', code]
  return `approve ${createHash('sha256').update(JSON.stringify(facts)).digest('base64url')}`
}

export function auditFacts({ sessionId: session, source, place }: Pick<Approval, 'sessionId' | 'source' | 'place'>) {
  return { session, source, target: place?.target, port: place?.port }
}
