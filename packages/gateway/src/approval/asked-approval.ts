import type { SessionId, UserId } from '@sallyport/model'
import type { AskedKind } from '../access/asked-factors.ts'
import type { Approval, ApprovalAnswer, ApprovalEnd, ApprovalPlace, ApprovalRequest } from './approval.ts'

/** A question with its end, which `Approvals` alone brings about. */
export class AskedApproval implements Approval {
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly source: string
  readonly network: string
  readonly knownSource: boolean
  readonly client: string
  readonly key: string
  readonly place: ApprovalPlace | undefined
  readonly kinds: readonly AskedKind[]
  readonly keepMs: number
  readonly rule: string
  readonly code: string
  readonly askedAt: number
  readonly until: number
  readonly #over = Promise.withResolvers<ApprovalEnd>()
  readonly #timer: NodeJS.Timeout
  #state: Approval['state'] = 'pending'
  #endedAt: number | undefined
  #answer: ApprovalAnswer | undefined
  #spent = false

  constructor(
    request: ApprovalRequest,
    { code, askedAt, lifeMs }: { readonly code: string; readonly askedAt: number; readonly lifeMs: number },
    lapsed: (question: AskedApproval) => void,
  ) {
    this.userId = request.userId
    this.sessionId = request.sessionId
    this.source = request.source
    this.network = request.network
    this.knownSource = request.knownSource
    this.client = request.client
    this.key = request.key
    this.place = request.place
    this.kinds = request.kinds
    this.keepMs = request.keepMs
    this.rule = request.rule
    this.code = code
    this.askedAt = askedAt
    this.until = askedAt + lifeMs
    this.#timer = setTimeout(() => lapsed(this), lifeMs)
    this.#timer.unref()
  }

  get state(): Approval['state'] {
    return this.#state
  }

  get over(): Promise<ApprovalEnd> {
    return this.#over.promise
  }

  get endedAt(): number | undefined {
    return this.#endedAt
  }

  get answer(): ApprovalAnswer | undefined {
    return this.#answer
  }

  /** Whether its yes is good for one connection. */
  get isOnce(): boolean {
    return this.#answer?.keptMs === 0
  }

  settle(end: ApprovalEnd, now: number, answer?: ApprovalAnswer): boolean {
    if (this.#state !== 'pending') return false
    this.#state = end
    this.#answer = answer
    this.#endedAt = now
    this.#over.resolve(end)
    return true
  }

  /** True once. */
  spend(): boolean {
    const first = !this.#spent
    this.#spent = true
    return first
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
