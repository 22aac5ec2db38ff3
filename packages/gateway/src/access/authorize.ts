import type { AccessRequest, Destination, PassageId, Principal, Target } from '@sallyport/model'
import { type Denial, type DenialName, denial } from './denial-codes.ts'
import type { IsOwn } from './own-addresses.ts'
import type { ResolveDestination, Resolved } from './target-directory.ts'

/**
 * Leave to dial, made by `authorize` alone.
 *
 * INVARIANT: every address in it was allowed by the policy for this principal, and the log holds that decision.
 */
class Grant {
  // Private, so that no other object can pass for one.
  readonly #facts: GrantFacts

  constructor(facts: GrantFacts) {
    this.#facts = { ...facts, addresses: Object.freeze([...facts.addresses]) }
    Object.freeze(this)
  }

  get passage(): PassageId {
    return this.#facts.passage
  }
  get principal(): Principal {
    return this.#facts.principal
  }
  get destination(): Destination {
    return this.#facts.destination
  }
  get target(): Target | undefined {
    return this.#facts.target
  }
  /** Canonical addresses that may be dialled, the preferred one first; at least one. */
  get addresses(): readonly string[] {
    return this.#facts.addresses
  }
  get port(): number {
    return this.#facts.port
  }
  get policyVersion(): number {
    return this.#facts.policyVersion
  }

  static is(value: unknown): value is Grant {
    return typeof value === 'object' && value !== null && #facts in value
  }
}

interface GrantFacts {
  readonly passage: PassageId
  readonly principal: Principal
  readonly destination: Destination
  readonly target: Target | undefined
  readonly addresses: readonly string[]
  readonly port: number
  readonly policyVersion: number
}

export type AccessGrant = Grant

/** Whether a value is a grant that `authorize` made. */
export const isAccessGrant = (value: unknown): value is AccessGrant => Grant.is(value)

/** The policy's answer about one address. */
export type Decision =
  | { readonly allowed: true /** Where the policy says so: `grants[2], line 14`. */; readonly rule: string }
  | {
      readonly allowed: false
      readonly denied: Extract<DenialName, 'policy.denied' | 'address.special' | 'session.user-disabled'>
      /** The policy's own code, for the audit log. */
      readonly reason: string
    }

/** The policy in force, over users and targets as they are now. One object per change of any of them. */
export interface Decider {
  /** Version of the policy's text. */
  readonly version: number
  decide(request: AccessRequest): Decision
  /** Whether there is anything at all that this principal may reach. */
  reachesAnything(principal: Principal): boolean
}

/** A decision, as the audit log is told of it. */
export interface DecisionRecord {
  readonly passage: PassageId
  readonly principal: Principal
  readonly destination: Destination
  readonly target: Target | undefined
  readonly address: string | undefined
  readonly port: number | undefined
  readonly policyVersion: number
}

export interface AuthorizeParts {
  readonly resolve: ResolveDestination
  readonly isOwn: IsOwn
  readonly decider: () => Decider
  /** The inventory's entry as it is now; undefined where it is gone or leads elsewhere. */
  readonly currentTarget: (target: Target) => Target | undefined
  /** Undefined while the user exists, is enabled and has the key; asked anew for every passage. */
  readonly standing: (principal: Principal) => DenialName | undefined
  /** Resolves when the event is in the log; rejects when it is not. */
  readonly recordGrant: (record: DecisionRecord, rule: string) => Promise<void>
  readonly recordDenial: (record: DecisionRecord, denied: DenialName, reason: string) => Promise<void>
  /** Something of ours failed; `what` is for the log. */
  readonly failed: (what: string, error: unknown) => void
}

export interface AuthorizeRequest {
  readonly passage: PassageId
  readonly principal: Principal
  readonly destination: Destination
}

export interface Authorizer {
  /**
   * The one door: decides about every address a destination has, writes the decision down, and only then makes the grant.
   * Rejects with the signal's reason alone.
   */
  authorize(request: AuthorizeRequest, options: { readonly signal: AbortSignal }): Promise<AccessGrant | Denial>
  /** Whether what was granted would be granted now, for one address; undefined if so. */
  recheck(grant: AccessGrant, address: string): DenialName | undefined
}

/** Times a decision is taken anew because the policy changed while it was written down; more means a storm of changes. */
const RETRIES = 5

export function createAuthorizer(parts: AuthorizeParts): Authorizer {
  const { resolve, isOwn, decider, standing, recordGrant, recordDenial, failed } = parts

  async function deny(
    request: AuthorizeRequest,
    denied: DenialName,
    reason: string,
    facts: { readonly resolved?: Resolved; readonly version: number },
  ): Promise<Denial> {
    const { target, addresses, port } = facts.resolved ?? {}
    const record = { ...request, target, address: addresses?.[0], port, policyVersion: facts.version }
    // A denial needs no record to hold: it lets nobody through.
    await recordDenial(record, denied, reason).catch((error: unknown) =>
      failed('write a denial to the audit log', error),
    )
    const { host, port: askedPort } = request.destination
    return denial(denied, { user: request.principal.name, host, port: askedPort })
  }

  /** Why a principal gets nothing at all, whatever is asked for. */
  function outright(principal: Principal): { readonly denied: DenialName; readonly reason: string } | undefined {
    const lost = standing(principal)
    if (lost !== undefined) return { denied: lost, reason: lost }
    return decider().reachesAnything(principal) ? undefined : { denied: 'policy.denied', reason: 'no-matching-rule' }
  }

  return {
    async authorize(request, { signal }) {
      const { passage, principal, destination } = request
      let seen: Resolved | undefined
      for (let attempt = 0; attempt < RETRIES; attempt++) {
        // Who may reach nothing learns nothing: not which names exist, nor by how long an answer takes. And asks no DNS.
        const early = outright(principal)
        if (early !== undefined) return deny(request, early.denied, early.reason, { version: decider().version })
        const resolved = await resolve(destination, { signal })
        signal.throwIfAborted()
        const now = decider()
        const version = now.version
        const late = outright(principal)
        if (late !== undefined) return deny(request, late.denied, late.reason, { version })
        if (typeof resolved === 'string') return deny(request, resolved, resolved, { version })
        seen = resolved
        // The look-up took time: what the inventory says now is what counts.
        if (resolved.target !== undefined && parts.currentTarget(resolved.target) !== resolved.target) continue
        const foreign = resolved.addresses.filter((address) => !isOwn(address, resolved.port))
        if (foreign.length === 0) return deny(request, 'gateway.self', 'own listener', { resolved, version })
        const decisions = foreign.map((address) => ({ address, decision: decideOn(now, request, resolved, address) }))
        const allowed = decisions.flatMap(({ address, decision }) =>
          decision.allowed ? [{ address, rule: decision.rule }] : [],
        )
        if (allowed.length === 0) {
          const first = decisions.flatMap(({ decision }) => (decision.allowed ? [] : [decision]))[0]
          return deny(request, first?.denied ?? 'policy.denied', first?.reason ?? 'no address', { resolved, version })
        }
        const facts = {
          passage,
          principal,
          destination,
          target: resolved.target,
          port: resolved.port,
          policyVersion: version,
        }
        try {
          await Promise.all(allowed.map(({ address, rule }) => recordGrant({ ...facts, address }, rule)))
        } catch (error) {
          failed('write a decision to the audit log', error)
          const { host, port } = destination
          return denial('audit.unavailable', { user: principal.name, host, port })
        }
        signal.throwIfAborted()
        // Writing took time: what was decided over is no longer what is in force.
        if (decider() !== now || standing(principal) !== undefined) continue
        return new Grant({ ...facts, addresses: allowed.map(({ address }) => address) })
      }
      const facts = { ...(seen === undefined ? {} : { resolved: seen }), version: decider().version }
      return deny(request, 'policy.denied', 'the policy kept changing', facts)
    },

    recheck(grant, address) {
      const { principal, destination, port } = grant
      const lost = standing(principal)
      if (lost !== undefined) return lost
      const target = grant.target === undefined ? undefined : parts.currentTarget(grant.target)
      const resolved = { target, addresses: [address], port }
      const decision = decideOn(decider(), { passage: grant.passage, principal, destination }, resolved, address)
      return decision.allowed ? undefined : 'session.policy-changed'
    },
  }
}

function decideOn(decider: Decider, request: AuthorizeRequest, resolved: Resolved, address: string): Decision {
  const { principal, destination } = request
  const { target, port } = resolved
  return decider.decide({ principal, destination, ...(target === undefined ? {} : { target }), address, port })
}
