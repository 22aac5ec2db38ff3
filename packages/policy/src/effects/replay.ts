import type { SshTermFacts } from '../capability/judge-terms.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { type PastAnswer, PastAsker, type Proof } from './past-asker.ts'
import type { PastDecision, ReplayedPlace } from './past-decision.ts'

/** Why a past decision cannot be asked again. */
export const UNREPLAYABLE = [
  'user-gone',
  'user-disabled',
  'target-gone',
  'address-unknown',
  'not-by-policy',
  'proof-unknown',
] as const
export type Unreplayable = (typeof UNREPLAYABLE)[number]

/** Decisions about one user and one place that all change the same way. */
export interface Flip {
  readonly user: string
  readonly destination: PastDecision['destination']
  /** How it was decided. */
  readonly was: 'allow' | 'deny'
  /** `ask`: it stays allowed, and wants a proof first that the policy in force does not want. */
  readonly becomes: 'allow' | 'deny' | 'ask'
  /** The line of the candidate that says so; none where it is denied because no line allows it. */
  readonly rule?: NonNullable<PastAnswer['rule']>
  readonly code: PastAnswer['code']
  /** What has to be proved first; for `ask` only what is wanted anew. */
  readonly proofs: readonly Proof[]
  /** Where the policy of then said so, of the newest of them. */
  readonly by?: NonNullable<PastDecision['by']>
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
  /** Decisions that stay allowed, and want a proof that the policy in force does not want. */
  readonly asked: number
  /** The most frequent first, at most `FLIPS_MAX` groups. */
  readonly flips: readonly Flip[]
  /** Changed decisions of groups beyond. */
  readonly ungrouped: number
  readonly skipped: Readonly<Record<Unreplayable, number>>
}

/** What today's inventory says of a place; undefined where it has no such target any more. */
export type PlaceOf = (destination: PastDecision['destination']) => ReplayedPlace | undefined

/** Groups of flips held. */
export const FLIPS_MAX = 2000

type Group = { -readonly [K in keyof Flip]: Flip[K] }

/**
 * Asks a candidate policy what was decided in the past, over the users and targets of today: who reaches which port, and
 * those terms whose facts a log holds (source, hours, what the door can do). Memory does not grow with the number of
 * decisions.
 */
export class Replay {
  readonly #candidate: CompiledPolicy
  readonly #asked: PastAsker
  readonly #inForce: PastAsker
  readonly #placeOf: PlaceOf
  readonly #flips = new Map<string, Group>()
  readonly #skipped: Record<Unreplayable, number> = {
    'user-gone': 0,
    'user-disabled': 0,
    'target-gone': 0,
    'address-unknown': 0,
    'not-by-policy': 0,
    'proof-unknown': 0,
  }
  #replayed = 0
  #flipped = 0
  #alreadySo = 0
  #askedAnew = 0
  #ungrouped = 0

  /** `door`: what the door that decides can do today. */
  constructor(candidate: CompiledPolicy, current: CompiledPolicy, placeOf: PlaceOf, door: SshTermFacts['door']) {
    this.#candidate = candidate
    this.#asked = new PastAsker(candidate, door)
    this.#inForce = new PastAsker(current, door)
    this.#placeOf = placeOf
  }

  skip(why: Unreplayable): void {
    this.#skipped[why]++
  }

  add(past: PastDecision): void {
    const { user, destination, verdict } = past
    const facts = this.#candidate.directory.user(user)
    if (facts === undefined) return this.skip('user-gone')
    if (facts.disabled) return this.skip('user-disabled')
    const place = this.#placeOf(destination)
    if (place === undefined) return this.skip('target-gone')
    const now = this.#asked.ask(past, place)
    const wants = now.proofs.length > 0
    if (past.lackedProof === true && now.verdict === 'allow' && wants) return this.skip('proof-unknown')
    this.#replayed++
    // Most decisions stay, and the policy in force is asked of none of them.
    if (now.verdict === verdict && !wants) return
    const inForce = this.#inForce.ask(past, place)
    if (now.verdict !== verdict) {
      const alreadySo = inForce.verdict === now.verdict
      this.#flipped++
      if (alreadySo) this.#alreadySo++
      return this.#group(past, { answer: now, becomes: now.verdict, alreadySo })
    }
    const anew = now.proofs.filter(({ proof }) => !inForce.proofs.some((each) => each.proof === proof))
    const [first] = anew
    if (first === undefined) return
    this.#askedAnew++
    const { rule: _, ...rest } = now
    const answer = { ...rest, proofs: anew, ...(first.rule === undefined ? {} : { rule: first.rule }) }
    this.#group(past, { answer, becomes: 'ask', alreadySo: false })
  }

  report(): ReplayReport {
    const flips = [...this.#flips.values()].sort((a, b) => b.count - a.count || b.sequence - a.sequence)
    return {
      replayed: this.#replayed,
      flipped: this.#flipped,
      alreadySo: this.#alreadySo,
      asked: this.#askedAnew,
      flips,
      ungrouped: this.#ungrouped,
      skipped: { ...this.#skipped },
    }
  }

  #group(
    { user, destination, verdict, time, sequence, by }: PastDecision,
    { answer, becomes, alreadySo }: Pick<Flip, 'becomes' | 'alreadySo'> & { readonly answer: PastAnswer },
  ): void {
    const { address, port, target } = destination
    const { rule, code } = answer
    const proofs = answer.proofs.map(({ proof }) => proof)
    const line = rule === undefined ? '' : `${rule.section} ${rule.index}`
    const key = [user, address, port, target, verdict, becomes, code, line, proofs.join(' '), alreadySo].join('\n')
    const group = this.#flips.get(key)
    if (group !== undefined) {
      group.count++
      group.firstTime = Math.min(group.firstTime, time)
      group.lastTime = Math.max(group.lastTime, time)
      if (sequence > group.sequence) Object.assign(group, { sequence, ...(by === undefined ? {} : { by }) })
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
      becomes,
      ...(rule === undefined ? {} : { rule }),
      code,
      proofs,
      ...(by === undefined ? {} : { by }),
      alreadySo,
      count: 1,
      firstTime: time,
      lastTime: time,
      sequence,
    })
  }
}
