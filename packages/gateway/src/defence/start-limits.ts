/** OpenSSH's MaxStartups and PerSourceMaxStartups. */
export interface StartLimitSettings {
  /** Connections not signed in from which on some are dropped. */
  readonly start: number
  /** Chance of a drop at `start`, in percent; it rises to 100 at `full`. */
  readonly rate: number
  readonly full: number
  readonly perSource: number
}

export type StartVerdict = 'admitted' | 'early-drop' | 'source-full'

/** Counts connections that are not signed in yet and says which new ones may begin. */
export class StartLimits {
  #settings: StartLimitSettings
  readonly #random: () => number
  readonly #bySource = new Map<string, number>()
  #begun = 0

  /** `random`: a number from 0 up to, not including, 1. */
  constructor(settings: StartLimitSettings, random: () => number) {
    this.#settings = settings
    this.#random = random
  }

  set settings(settings: StartLimitSettings) {
    this.#settings = settings
  }

  /** Connections that are not signed in. */
  get begun(): number {
    return this.#begun
  }

  /** Whether a connection of `source` may begin; if so it is counted until `end(source)`. */
  begin(source: string): StartVerdict {
    const ofSource = this.#bySource.get(source) ?? 0
    if (ofSource >= this.#settings.perSource) return 'source-full'
    if (this.#random() * 100 < this.dropChance()) return 'early-drop'
    this.#bySource.set(source, ofSource + 1)
    this.#begun++
    return 'admitted'
  }

  /** An admitted connection signed in or ended: call exactly once for each. */
  end(source: string): void {
    const ofSource = this.#bySource.get(source)
    if (ofSource === undefined) throw new Error('a start was ended that did not begin')
    if (ofSource === 1) this.#bySource.delete(source)
    else this.#bySource.set(source, ofSource - 1)
    this.#begun--
  }

  /** Chance that the next connection is dropped, in percent: 0 below `start`, linear from `rate` to 100 at `full`. */
  dropChance(): number {
    const { start, rate, full } = this.#settings
    if (this.#begun < start) return 0
    if (this.#begun >= full || rate === 100) return 100
    return rate + ((100 - rate) * (this.#begun - start)) / (full - start)
  }
}
