import type { CompiledPolicy } from '../decide/compile.ts'
import { type Decision, decide } from '../decide/decide.ts'
import type { RuleRef } from '../language/policy.ts'

/** A decision that was taken, as far as it can be asked again. */
export interface PastDecision {
  readonly verdict: 'allow' | 'deny'
  readonly user: string
  /** Canonical text of the address the user came from. */
  readonly source?: string
  readonly destination: {
    readonly address: string
    readonly port: number
    /** The inventory's name for it. */
    readonly target?: string
  }
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Where it stands in the log. */
  readonly sequence: number
}

/** Why a past decision cannot be asked again. */
export const UNREPLAYABLE = ['user-gone', 'user-disabled', 'target-gone', 'address-unknown', 'not-by-policy'] as const
export type Unreplayable = (typeof UNREPLAYABLE)[number]

/** Decisions about one user and one place that all flip the same way. */
export interface Flip {
  readonly user: string
  readonly destination: PastDecision['destination']
  /** How it was decided, and is no longer. */
  readonly was: 'allow' | 'deny'
  /** The rule by which the candidate allows it. */
  readonly rule?: RuleRef
  readonly code: Decision['code']
  /** Whether the policy in force decides as the candidate does: then it is not the candidate's doing. */
  readonly alreadySo: boolean
  readonly count: number
  readonly firstTime: number
  readonly lastTime: number
  /** Newest entry of the log that says so. */
  readonly sequence: number
}

export interface ReplayReport {
  /** Decisions asked again. */
  readonly replayed: number
  /** Of them those that the candidate decides otherwise. */
  readonly flipped: number
  /** Of those, decisions that the policy in force no longer takes either. */
  readonly alreadySo: number
  /** The most frequent first, at most `FLIPS_MAX` groups. */
  readonly flips: readonly Flip[]
  /** Flipped decisions of groups beyond. */
  readonly ungrouped: number
  readonly skipped: Readonly<Record<Unreplayable, number>>
}

/** Groups of flips held. */
export const FLIPS_MAX = 2000
/** Answers remembered: decisions repeat themselves all day long. */
const REMEMBERED_MAX = 50_000

type Group = { -readonly [K in keyof Flip]: Flip[K] }

/**
 * Asks a candidate policy what was decided in the past, over the users and targets of today. Memory does not grow with the
 * number of decisions.
 */
export class Replay {
  readonly #candidate: CompiledPolicy
  readonly #current: CompiledPolicy
  readonly #tagsOf: (target: string) => readonly string[] | undefined
  readonly #flips = new Map<string, Group>()
  readonly #answers = new Map<string, { readonly candidate: Decision; readonly current: Decision }>()
  readonly #skipped: Record<Unreplayable, number> = {
    'user-gone': 0,
    'user-disabled': 0,
    'target-gone': 0,
    'address-unknown': 0,
    'not-by-policy': 0,
  }
  #replayed = 0
  #flipped = 0
  #alreadySo = 0
  #ungrouped = 0

  /** `tagsOf`: tags of a target of today's inventory by its name. */
  constructor(
    candidate: CompiledPolicy,
    current: CompiledPolicy,
    tagsOf: (target: string) => readonly string[] | undefined,
  ) {
    this.#candidate = candidate
    this.#current = current
    this.#tagsOf = tagsOf
  }

  skip(why: Unreplayable): void {
    this.#skipped[why]++
  }

  add(past: PastDecision): void {
    const { user, destination } = past
    const facts = this.#candidate.directory.user(user)
    if (facts === undefined) return this.skip('user-gone')
    if (facts.disabled) return this.skip('user-disabled')
    const tags = destination.target === undefined ? [] : this.#tagsOf(destination.target)
    if (tags === undefined) return this.skip('target-gone')
    this.#replayed++
    const { candidate, current } = this.#ask(past, tags)
    if (candidate.verdict === past.verdict) return
    this.#flipped++
    const alreadySo = current.verdict === candidate.verdict
    if (alreadySo) this.#alreadySo++
    this.#group(past, candidate, alreadySo)
  }

  report(): ReplayReport {
    const flips = [...this.#flips.values()].sort((a, b) => b.count - a.count || b.sequence - a.sequence)
    return {
      replayed: this.#replayed,
      flipped: this.#flipped,
      alreadySo: this.#alreadySo,
      flips,
      ungrouped: this.#ungrouped,
      skipped: { ...this.#skipped },
    }
  }

  #ask(
    { user, source, destination: { address, port, target } }: PastDecision,
    tags: readonly string[],
  ): { readonly candidate: Decision; readonly current: Decision } {
    const key = [user, source, address, port, target].join('\n')
    let answer = this.#answers.get(key)
    if (answer === undefined) {
      const query = {
        user: { name: user },
        ...(source === undefined ? {} : { source }),
        destination: { address, port, tags },
      }
      answer = { candidate: decide(this.#candidate, query), current: decide(this.#current, query) }
      if (this.#answers.size === REMEMBERED_MAX) this.#answers.clear()
      this.#answers.set(key, answer)
    }
    return answer
  }

  #group({ user, destination, verdict, time, sequence }: PastDecision, answer: Decision, alreadySo: boolean): void {
    const { address, port, target } = destination
    const key = [user, address, port, target, verdict].join('\n')
    const group = this.#flips.get(key)
    if (group !== undefined) {
      group.count++
      group.firstTime = Math.min(group.firstTime, time)
      group.lastTime = Math.max(group.lastTime, time)
      group.sequence = Math.max(group.sequence, sequence)
      return
    }
    if (this.#flips.size === FLIPS_MAX) {
      this.#ungrouped++
      return
    }
    this.#flips.set(key, {
      user,
      destination,
      was: verdict,
      ...(answer.rule === undefined ? {} : { rule: answer.rule }),
      code: answer.code,
      alreadySo,
      count: 1,
      firstTime: time,
      lastTime: time,
      sequence,
    })
  }
}
