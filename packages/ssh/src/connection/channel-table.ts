import { SshError } from '../errors.ts'

/**
 * Our channel numbers. INVARIANT: a number in use belongs to one entry; a freed one is given out again, lowest first,
 * only after the peer can no longer mean the old channel by it (its CLOSE or refusal is in).
 */
export class ChannelTable<Entry> {
  readonly #limit: number
  readonly #entries: (Entry | undefined)[] = []
  readonly #free: number[] = []
  #size = 0

  /** `limit`: most channels at once, those still being opened or decided on included (V-D03). */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  get full(): boolean {
    return this.#size >= this.#limit
  }

  /** Takes the lowest free number. Throws `too-many-channels` when full. */
  add(make: (id: number) => Entry): Entry {
    if (this.full) throw new SshError('too-many-channels', `${this.#limit} channels are open`)
    const id = this.#takeLowest()
    const entry = make(id)
    this.#entries[id] = entry
    this.#size++
    return entry
  }

  get(id: number): Entry | undefined {
    return this.#entries[id]
  }

  /** Puts another entry behind a number in use. */
  replace(id: number, entry: Entry): void {
    if (this.#entries[id] === undefined) throw new RangeError(`channel number ${id} is not in use`)
    this.#entries[id] = entry
  }

  remove(id: number): void {
    if (this.#entries[id] === undefined) return
    this.#entries[id] = undefined
    this.#size--
    this.#free.push(id)
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const entry of this.#entries) if (entry !== undefined) yield entry
  }

  #takeLowest(): number {
    if (this.#free.length === 0) return this.#entries.length
    let lowest = 0
    for (let i = 1; i < this.#free.length; i++) if (this.#free[i]! < this.#free[lowest]!) lowest = i
    const id = this.#free[lowest]!
    this.#free[lowest] = this.#free[this.#free.length - 1]!
    this.#free.pop()
    return id
  }
}
