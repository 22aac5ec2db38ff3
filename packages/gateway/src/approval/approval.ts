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
