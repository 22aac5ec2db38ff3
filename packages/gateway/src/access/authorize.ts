import type { AccessRequest, Destination, PassageId, Principal, Target } from '@sallyport/model'
import type { Ask } from './asked-factors.ts'
import { type Denial, type DenialName, denial } from './denial-codes.ts'
import type { Circumstances, ConnectionFacts, TermsDenial, WayLimits } from './door-terms.ts'
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
  /** Milliseconds since the epoch. */
  get grantedAt(): number {
    return this.#facts.grantedAt
  }
  /** The connection that it is for. */
  get connection(): ConnectionFacts {
    return this.#facts.connection
  }
  /** Whether this very decider made it: nothing has changed since. */
  decidedBy(decider: Decider): boolean {
    return this.#facts.decider.deref() === decider
  }
  /** What ends the way to one of the addresses, as it was decided; undefined where nothing does. */
  limits(address: string): WayLimits | undefined {
    return this.#facts.limits?.get(address)
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
  readonly grantedAt: number
  readonly connection: ConnectionFacts
  /** Weakly: ways live long, and old policies with their inventories must not live with them. */
  readonly decider: WeakRef<Decider>
  /** By address; undefined where no address has any. */
  readonly limits: ReadonlyMap<string, WayLimits> | undefined
}

export type AccessGrant = Grant

/** Whether a value is a grant that `authorize` made. */
export const isAccessGrant = (value: unknown): value is AccessGrant => Grant.is(value)

/** The policy's answer about one address. */
export type Decision =
  | {
      readonly allowed: true
      /** Where the policy says so: `grants[2], line 14`. */
      readonly rule: string
      /** What ends the way; undefined where nothing does. */
      readonly limits?: WayLimits | undefined
    }
  | {
      readonly allowed: false
      readonly denied: Extract<DenialName, 'policy.denied' | 'address.special' | 'session.user-disabled'>
      /** The policy's own code, for the audit log. */
      readonly reason: string
    }
  /** A rule allows it, and the terms of another are not met. */
  | {
      readonly allowed: false
      readonly denied: TermsDenial
      readonly reason: string
      /** Where the policy demands it. */
      readonly rule: string | undefined
      readonly hint: string | undefined
    }
  /** A rule allows it once somebody has proved more. */
  | {
      readonly allowed: false
      readonly denied: 'check.due'
      readonly reason: string
      readonly rule: string
      readonly hint: undefined
      readonly ask: Ask
    }

/** A no that becomes a yes once somebody has been asked. */
export interface CheckDue extends Denial {
  readonly denied: 'check.due'
  readonly ask: Ask
}

/** The policy in force, over users and targets as they are now. One object per change of any of them. */
export interface Decider {
  /** Version of the policy's text. */
  readonly version: number
  decide(request: AccessRequest, circumstances: Circumstances): Decision
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
  /** Of a denial: where the policy demands what is not fulfilled. */
  readonly rule?: string
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
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface AuthorizeRequest {
  readonly passage: PassageId
  readonly principal: Principal
  readonly destination: Destination
  readonly connection: ConnectionFacts
}

export interface Authorizer {
  /**
   * The one door: decides about every address a destination has, writes the decision down, and only then makes the grant.
   * That a check is due is no decision yet, and is whoever asks to write down. Rejects with the signal's reason alone.
   */
  authorize(
    request: AuthorizeRequest,
    options: { readonly signal: AbortSignal },
  ): Promise<AccessGrant | Denial | CheckDue>
  /** Whether what was granted would be granted now, for one address. */
  recheck(grant: AccessGrant, address: string): Recheck
  /** What ends the way that was granted, as the policy is now; undefined where nothing does. */
  limits(grant: AccessGrant, address: string): WayLimits | undefined
}

export interface Recheck {
  /** Why it would not; undefined if it would. */
  readonly lost: DenialName | undefined
  /** What ends it from now on; undefined where nothing does. */
  readonly limits: WayLimits | undefined
}

/** Times a decision is taken anew because the policy changed while it was written down; more means a storm of changes. */
const RETRIES = 5

export function createAuthorizer(parts: AuthorizeParts): Authorizer {
  const { resolve, isOwn, decider, standing, recordGrant, recordDenial, failed } = parts

  async function deny(
    request: AuthorizeRequest,
    denied: DenialName,
    reason: string,
    facts: {
      readonly resolved?: Resolved
      readonly version: number
      readonly rule?: string | undefined
      readonly hint?: string | undefined
    },
  ): Promise<Denial> {
    const { passage, principal, destination } = request
    const { rule, hint } = facts
    const { target, addresses, port } = facts.resolved ?? {}
    const record = {
      passage,
      principal,
      destination,
      target,
      address: addresses?.[0],
      port,
      policyVersion: facts.version,
      ...(rule === undefined ? {} : { rule }),
    }
    // A denial needs no record to hold: it lets nobody through.
    await recordDenial(record, denied, reason).catch((error: unknown) =>
      failed('write a denial to the audit log', error),
    )
    const { host, port: askedPort } = destination
    const told = hint === undefined ? {} : { hint }
    return denial(denied, { user: principal.name, host, port: askedPort, ...told })
  }

  /** What the policy says now of what it has granted. */
  function decideAgain(grant: AccessGrant, address: string): Decision {
    const { principal, destination, port, passage, connection } = grant
    const target = grant.target === undefined ? undefined : parts.currentTarget(grant.target)
    const circumstances = { connection, now: parts.now(), openedAt: grant.grantedAt }
    const resolved = { target, addresses: [address], port }
    return decideOn(decider(), { passage, principal, destination, connection }, resolved, address, circumstances)
  }

  /** Why a principal gets nothing at all, whatever is asked for. */
  function outright(principal: Principal): { readonly denied: DenialName; readonly reason: string } | undefined {
    const lost = standing(principal)
    if (lost !== undefined) return { denied: lost, reason: lost }
    return decider().reachesAnything(principal) ? undefined : { denied: 'policy.denied', reason: 'no-matching-rule' }
  }

  return {
    async authorize(request, { signal }) {
      const { passage, principal, destination, connection } = request
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
        const grantedAt = parts.now()
        const circumstances = { connection, now: grantedAt, openedAt: grantedAt }
        const decisions = foreign.map((address) => ({
          address,
          decision: decideOn(now, request, resolved, address, circumstances),
        }))
        const allowed = decisions.flatMap(({ address, decision }) =>
          decision.allowed ? [{ address, rule: decision.rule, limits: decision.limits }] : [],
        )
        if (allowed.length === 0) {
          const [nearest] = decisions
            .flatMap(({ address, decision }) => (decision.allowed ? [] : [{ address, decision }]))
            .toSorted((a, b) => distance(a.decision) - distance(b.decision))
          if (nearest === undefined) return deny(request, 'policy.denied', 'no address', { resolved, version })
          const { address, decision } = nearest
          if ('ask' in decision) {
            const { host, port } = destination
            const { text } = denial('check.due', { user: principal.name, host, port })
            return { denied: 'check.due', text, ask: decision.ask }
          }
          const demand = 'rule' in decision ? { rule: decision.rule, hint: decision.hint } : {}
          const about = { resolved: { ...resolved, addresses: [address] }, version, ...demand }
          return deny(request, decision.denied, decision.reason, about)
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
        return new Grant({
          ...facts,
          addresses: allowed.map(({ address }) => address),
          grantedAt,
          connection,
          decider: new WeakRef(now),
          limits: limitsByAddress(allowed),
        })
      }
      const facts = { ...(seen === undefined ? {} : { resolved: seen }), version: decider().version }
      return deny(request, 'policy.denied', 'the policy kept changing', facts)
    },

    recheck(grant, address) {
      const lost = standing(grant.principal)
      if (lost !== undefined) return { lost, limits: undefined }
      const decision = decideAgain(grant, address)
      if (decision.allowed) return { lost: undefined, limits: decision.limits }
      // Terms that are not met say more than that something has changed.
      return { lost: 'rule' in decision ? decision.denied : 'session.policy-changed', limits: undefined }
    },

    limits(grant, address) {
      if (grant.decidedBy(decider())) return grant.limits(address)
      const decision = decideAgain(grant, address)
      return decision.allowed ? decision.limits : undefined
    },
  }
}

function decideOn(
  decider: Decider,
  request: AuthorizeRequest,
  resolved: Resolved,
  address: string,
  circumstances: Circumstances,
): Decision {
  const { principal, destination } = request
  const { target, port } = resolved
  const asked = { principal, destination, ...(target === undefined ? {} : { target }), address, port }
  return decider.decide(asked, circumstances)
}

/** How far from a yes: a proof, other circumstances, or another policy. */
function distance(refused: Decision & { readonly allowed: false }): number {
  if ('ask' in refused) return 0
  return 'rule' in refused ? 1 : 2
}

function limitsByAddress(
  allowed: readonly { readonly address: string; readonly limits: WayLimits | undefined }[],
): ReadonlyMap<string, WayLimits> | undefined {
  const limited = allowed.flatMap(({ address, limits }) => (limits === undefined ? [] : [[address, limits] as const]))
  return limited.length === 0 ? undefined : new Map(limited)
}
