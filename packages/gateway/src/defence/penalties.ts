import { type Network, NetworkTable, networkOf, type PrefixLengths } from './network.ts'

/** What a source can be penalised for; the names are those of OpenSSH's PerSourcePenalties. */
export type Offence =
  | 'crash'
  | 'auth-fail'
  | 'no-auth'
  /** Made us exchange keys and left before the end of it. */
  | 'no-keys'
  | 'grace-exceeded'
  | 'refuse-connection'

export interface PenaltySettings {
  readonly enabled: boolean
  /** Milliseconds each offence adds; 0 adds nothing. */
  readonly addedMs: Readonly<Record<Offence, number>>
  /** Milliseconds below which a source is not refused yet. */
  readonly minMs: number
  /** Milliseconds above which nothing is added. */
  readonly maxMs: number
  /** Sources remembered, for each family. */
  readonly maxSources: number
  readonly overflow: 'permissive' | 'deny-all'
  /** Never penalised, never refused. */
  readonly exempt: readonly Network[]
}

export interface Penalty {
  readonly network: Network
  /** The last offence. */
  readonly offence: Offence
  /** Monotonic milliseconds at which it ends. */
  readonly until: number
  /** Whether the source is refused; before `minMs` has come together it is only remembered. */
  readonly active: boolean
}

/** A penalty after an offence. */
export interface Penalised extends Penalty {
  /** Whether this offence is what made it active. */
  readonly activated: boolean
}

export type PenaltyVerdict =
  | { readonly refused: false }
  | { readonly refused: true; readonly offence: Offence | 'overflow'; readonly until: number }

const ALLOWED: PenaltyVerdict = { refused: false }

/** Part of a full memory that is forgotten at once, so that not every newcomer walks all of it. */
const FORGET_SHARE = 1 / 16

/**
 * OpenSSH's per-source penalties: offences add time to a source, the time runs down, and from `minMs` on the source is
 * refused until it is gone. An active penalty stays active until it ends, also when less than `minMs` is left. Time is an
 * input: monotonic milliseconds.
 */
export class Penalties {
  #settings: PenaltySettings
  #exempt: NetworkTable<true>
  readonly #lengths: PrefixLengths
  readonly #ipv4 = new Map<string, Penalty>()
  readonly #ipv6 = new Map<string, Penalty>()

  constructor(settings: PenaltySettings, lengths: PrefixLengths) {
    this.#settings = settings
    this.#lengths = lengths
    this.#exempt = exemptTable(settings)
  }

  set settings(settings: PenaltySettings) {
    this.#settings = settings
    this.#exempt = exemptTable(settings)
  }

  /** Adds the time of an offence; the penalty as it is now, or undefined where nothing was added. */
  penalise(address: string, offence: Offence, now: number): Penalised | undefined {
    const { enabled, addedMs, minMs, maxMs, maxSources, overflow } = this.#settings
    const network = networkOf(address, this.#lengths)
    if (!enabled || addedMs[offence] === 0 || network === undefined || this.#isExempt(address)) return undefined
    const table = this.#tableOf(network)
    let before = table.get(network.text)
    if (before !== undefined && before.until <= now) {
      table.delete(network.text)
      before = undefined
    }
    if (before === undefined && table.size >= maxSources) {
      forgetEnded(table, now)
      if (table.size >= maxSources) {
        if (overflow === 'deny-all') return undefined
        forgetSoonest(table, Math.max(1, Math.floor(maxSources * FORGET_SHARE)))
      }
    }
    const until = Math.min((before?.until ?? now) + addedMs[offence], now + maxMs)
    const penalty = { network, offence, until, active: before?.active === true || until - now >= minMs }
    table.set(network.text, penalty)
    return { ...penalty, activated: penalty.active && before?.active !== true }
  }

  /** Whether a connection of `address` is refused. */
  check(address: string, now: number): PenaltyVerdict {
    const network = networkOf(address, this.#lengths)
    if (!this.#settings.enabled || network === undefined || this.#isExempt(address)) return ALLOWED
    const table = this.#tableOf(network)
    if (this.#settings.overflow === 'deny-all' && table.size >= this.#settings.maxSources) {
      forgetEnded(table, now)
      if (table.size >= this.#settings.maxSources) return { refused: true, offence: 'overflow', until: now }
    }
    const penalty = table.get(network.text)
    if (penalty === undefined) return ALLOWED
    if (penalty.until <= now) {
      table.delete(network.text)
      return ALLOWED
    }
    return penalty.active ? { refused: true, offence: penalty.offence, until: penalty.until } : ALLOWED
  }

  /** Penalties that refuse somebody now. */
  active(now: number): Penalty[] {
    return [...this.#ipv4.values(), ...this.#ipv6.values()].filter(({ active, until }) => active && until > now)
  }

  /** Forgets the penalty of a source; the penalty, if there was one. */
  lift(network: Network): Penalty | undefined {
    const table = this.#tableOf(network)
    const penalty = table.get(network.text)
    table.delete(network.text)
    return penalty
  }

  /** Sources remembered. */
  get size(): number {
    return this.#ipv4.size + this.#ipv6.size
  }

  #isExempt(address: string): boolean {
    return this.#exempt.size > 0 && this.#exempt.matches(address).length > 0
  }

  #tableOf({ address }: Network): Map<string, Penalty> {
    return address.includes(':') ? this.#ipv6 : this.#ipv4
  }
}

function exemptTable({ exempt }: PenaltySettings): NetworkTable<true> {
  const table = new NetworkTable<true>()
  for (const network of exempt) table.set(network, true)
  return table
}

function forgetEnded(table: Map<string, Penalty>, now: number): void {
  for (const [key, { until }] of table) if (until <= now) table.delete(key)
}

function forgetSoonest(table: Map<string, Penalty>, count: number): void {
  const soonest = [...table].sort(([, a], [, b]) => a.until - b.until).slice(0, count)
  for (const [key] of soonest) table.delete(key)
}
