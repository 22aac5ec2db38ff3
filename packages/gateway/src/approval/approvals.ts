import type { UserId } from '@sallyport/model'
import type { Approval, ApprovalAnswer, ApprovalEnd, ApprovalRequest } from './approval.ts'
import { makeApprovalCode } from './approval-code.ts'
import { AskedApproval } from './asked-approval.ts'
import { SourceWaits } from './source-waits.ts'

/** Questions that one person has before them at once (V-F09). */
export const OPEN_PER_USER_MAX = 3
/** Of those, how many may come from addresses from which they never approved anything: one place is always theirs. */
export const OPEN_STRANGE_MAX = 2
/** Questions in all: above what a company has at nine in the morning, some 1 MB. */
export const OPEN_MAX = 1000

export type OpenRefusal =
  | { readonly refused: 'full' }
  /** Asked in vain too often from there. */
  | { readonly refused: 'wait'; readonly seconds: number }

export interface ApprovalsParts {
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds to find the page and the passkey. */
  readonly lifeMs: () => number
}

/**
 * The questions that wait for people.
 *
 * INVARIANT: a question is bound to one session, source and place, and is over once.
 * INVARIANT: nothing is kept longer than a question's life but who has to wait.
 */
export class Approvals implements Disposable {
  readonly #parts: ApprovalsParts
  readonly #waits: SourceWaits
  readonly #byCode = new Map<string, AskedApproval>()
  readonly #watchers = new Set<(userId: UserId) => void>()

  constructor(parts: ApprovalsParts) {
    this.#parts = parts
    this.#waits = new SourceWaits(parts.now)
  }

  /** Questions that are kept, answered ones included. */
  get size(): number {
    return this.#byCode.size
  }

  /** Asks; whoever asked has to `withdraw` it when nobody waits for the answer any more. */
  open(request: ApprovalRequest): Approval | OpenRefusal {
    const { userId, network, knownSource } = request
    const left = this.#waits.left(userId, network)
    if (left > 0) return { refused: 'wait', seconds: Math.ceil(left / 1000) }
    const pending = this.pending(userId)
    const strange = pending.filter((each) => !each.knownSource).length
    const full =
      pending.length >= OPEN_PER_USER_MAX ||
      this.#byCode.size >= OPEN_MAX ||
      (!knownSource && strange >= OPEN_STRANGE_MAX)
    if (full) return { refused: 'full' }
    const { randomBytes, now, lifeMs } = this.#parts
    let code = makeApprovalCode(randomBytes)
    while (this.#byCode.has(code)) code = makeApprovalCode(randomBytes)
    const entry = new AskedApproval(request, { code, askedAt: now(), lifeMs: lifeMs() }, (each) => {
      this.settle(each, 'expired')
      this.#byCode.delete(code)
    })
    this.#byCode.set(code, entry)
    this.#tell(userId)
    return entry
  }

  /** Is told whose questions are others than before. */
  watch(watcher: (userId: UserId) => void): Disposable {
    this.#watchers.add(watcher)
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) }
  }

  /** A person's questions that are open, oldest first. */
  pending(userId: UserId): readonly Approval[] {
    return [...this.#byCode.values()].filter((each) => each.userId === userId && each.state === 'pending')
  }

  /** One of a person's questions, also just after it was answered; somebody else's are not there (V-E17). */
  find(userId: UserId, code: string): Approval | undefined {
    const found = this.#byCode.get(code)
    return found?.userId === userId ? found : undefined
  }

  /** A person's open question about one way, whichever session asked. */
  about(userId: UserId, source: string, target: string): Approval | undefined {
    return this.pending(userId).find((each) => each.source === source && each.place?.target === target)
  }

  /** A person's open question about signing in from an address. */
  aboutSignIn(userId: UserId, source: string): Approval | undefined {
    return this.pending(userId).find((each) => each.source === source && each.place === undefined)
  }

  /** Whether a yes counts for whoever asks now: of those that count for one connection, for the first. */
  take(approval: Approval): boolean {
    return approval instanceof AskedApproval && approval.state === 'approved' && (!approval.isOnce || approval.spend())
  }

  /** A yes to be used up by the next opening of the very same, since nobody was there to take it. */
  spend(userId: UserId, source: string, target: string): Approval | undefined {
    for (const entry of this.#byCode.values()) {
      if (entry.userId !== userId || entry.source !== source || entry.place?.target !== target) continue
      if (entry.state === 'approved' && entry.isOnce && entry.spend()) return entry
    }
    return undefined
  }

  /** Ends a question; the first end counts, and false is said of any other. */
  settle(approval: Approval, end: Exclude<ApprovalEnd, 'approved'>): boolean
  settle(approval: Approval, end: 'approved', answer: ApprovalAnswer): boolean
  settle(approval: Approval, end: ApprovalEnd, answer?: ApprovalAnswer): boolean {
    const entry = this.#byCode.get(approval.code)
    if (entry === undefined || entry !== approval || !entry.settle(end, this.#parts.now(), answer)) return false
    const { userId, network } = entry
    if (end === 'approved') this.#waits.approved(userId, network)
    else if (end === 'denied') this.#waits.denied(userId, network)
    else if (end === 'reported') this.#waits.reported(userId, network)
    else this.#waits.unanswered(userId, network)
    if (end === 'withdrawn') this.#forget(entry)
    this.#tell(userId)
    return true
  }

  [Symbol.dispose](): void {
    for (const entry of this.#byCode.values()) {
      entry.settle('withdrawn', this.#parts.now())
      this.#forget(entry)
    }
  }

  #tell(userId: UserId): void {
    for (const watcher of this.#watchers) watcher(userId)
  }

  #forget(entry: AskedApproval): void {
    entry.stop()
    this.#byCode.delete(entry.code)
  }
}
