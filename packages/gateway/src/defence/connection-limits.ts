export interface ConnectionLimitSettings {
  readonly total: number
  readonly perSource: number
}

export type ConnectionVerdict = 'admitted' | 'full' | 'source-full'

/** Counts connections, signed in or not, in all and by source. */
export class ConnectionLimits {
  #settings: ConnectionLimitSettings
  readonly #bySource = new Map<string, number>()
  #open = 0

  constructor(settings: ConnectionLimitSettings) {
    this.#settings = settings
  }

  set settings(settings: ConnectionLimitSettings) {
    this.#settings = settings
  }

  get open(): number {
    return this.#open
  }

  /** Whether a connection of `source` may be opened; if so it is counted until `close(source)`. */
  admit(source: string): ConnectionVerdict {
    const ofSource = this.#bySource.get(source) ?? 0
    if (this.#open >= this.#settings.total) return 'full'
    if (ofSource >= this.#settings.perSource) return 'source-full'
    this.#bySource.set(source, ofSource + 1)
    this.#open++
    return 'admitted'
  }

  /** An admitted connection ended: call exactly once for each. */
  close(source: string): void {
    const ofSource = this.#bySource.get(source)
    if (ofSource === undefined) throw new Error('a connection was closed that was not open')
    if (ofSource === 1) this.#bySource.delete(source)
    else this.#bySource.set(source, ofSource - 1)
    this.#open--
  }
}
