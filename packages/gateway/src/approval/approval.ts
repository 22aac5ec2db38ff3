import type { SessionId, UserId } from '@sallyport/model'
import type { AskedKind } from '../access/asked-factors.ts'

/** What is asked. */
export interface ApprovalRequest {
  readonly userId: UserId
  readonly sessionId: SessionId
  /** Canonical address. */
  readonly source: string
  /** Block of addresses that counts as one source. */
  readonly network: string
  /** Whether the person has approved something from this address before. */
  readonly knownSource: boolean
  /** What the client calls itself, printable. */
  readonly client: string
  /** `SHA256:…` of the key that was proved. */
  readonly key: string
  /** Where to; undefined for a sign-in as a whole. */
  readonly place: ApprovalPlace | undefined
  /** Kinds of proof that answer it. */
  readonly kinds: readonly AskedKind[]
  /** Milliseconds that a yes may count on other connections; 0 for none. */
  readonly keepMs: number
  /** Where the policy demands it. */
  readonly rule: string
}

export interface ApprovalPlace {
  /** What checks are kept under: the target's name, or the address. */
  readonly target: string
  /** As the person typed it, printable. */
  readonly host: string
  readonly port: number
}

/** What a yes was: proved how, and good for how long. */
export interface ApprovalAnswer {
  readonly kind: AskedKind
  /** Milliseconds that it counts on other connections; 0 for this login alone. */
  readonly keptMs: number
}

/** `reported`: denied by somebody who never asked for it. */
export type ApprovalEnd = 'approved' | 'denied' | 'reported' | 'expired' | 'withdrawn'

/** One question to a person. */
export interface Approval extends ApprovalRequest {
  /** Its name, and what terminal and browser both show. */
  readonly code: string
  /** Milliseconds since the epoch. */
  readonly askedAt: number
  readonly until: number
  readonly state: 'pending' | ApprovalEnd
  /** When it was over, in milliseconds since the epoch. */
  readonly endedAt: number | undefined
  /** Of a yes. */
  readonly answer: ApprovalAnswer | undefined
  /** Resolves when it is over. Never rejects. */
  readonly over: Promise<ApprovalEnd>
}

/** A question with its end, which `Approvals` alone brings about. */
export class Entry implements Approval {
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
    lapsed: (entry: Entry) => void,
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
