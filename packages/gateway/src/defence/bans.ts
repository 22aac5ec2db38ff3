import type { BanId } from '@sallyport/model'
import { type Network, NetworkTable } from './network.ts'

/** A source that a person shut out. */
export interface Ban {
  readonly id: BanId
  readonly network: Network
  readonly reason: string
  /** Who set it. */
  readonly by: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Milliseconds since the epoch; undefined where it lasts until lifted. */
  readonly until: number | undefined
}

/** The bans in force, for a look-up at every connection; the store remembers them. */
export class Bans {
  readonly #table = new NetworkTable<Ban>()
  readonly #byId = new Map<string, Ban>()

  constructor(bans: Iterable<Ban> = []) {
    for (const ban of bans) this.add(ban)
  }

  /** One ban per block: a newer one takes the place of the older, which is given back. */
  add(ban: Ban): Ban | undefined {
    const before = this.#table.get(ban.network)
    if (before !== undefined) this.#byId.delete(before.id)
    this.#table.set(ban.network, ban)
    this.#byId.set(ban.id, ban)
    return before
  }

  byId(id: string): Ban | undefined {
    return this.#byId.get(id)
  }

  byNetwork(network: Network): Ban | undefined {
    return this.#table.get(network)
  }

  remove(ban: Ban): void {
    this.#table.delete(ban.network)
    this.#byId.delete(ban.id)
  }

  /** The ban that holds for an address at a time (milliseconds since the epoch), the longest-lasting where there are several. */
  find(address: string, now: number): Ban | undefined {
    let found: Ban | undefined
    for (const ban of this.#table.matches(address)) {
      if (ban.until !== undefined && ban.until <= now) continue
      if (found === undefined || (ban.until ?? Infinity) > (found.until ?? Infinity)) found = ban
    }
    return found
  }

  /** Bans in force, oldest first. */
  list(now: number): Ban[] {
    return [...this.#byId.values()].filter(({ until }) => until === undefined || until > now)
  }

  /** Whether some ban is over. */
  hasEnded(now: number): boolean {
    for (const { until } of this.#byId.values()) if (until !== undefined && until <= now) return true
    return false
  }
}
