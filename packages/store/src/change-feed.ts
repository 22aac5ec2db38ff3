/** What may have changed: one topic per repository. */
export const TOPICS = [
  'users',
  'user-keys',
  'targets',
  'policy-versions',
  'audit-entries',
  'audit-checkpoints',
  'bans',
  'settings',
  'credentials',
  'external-identities',
  'pending-accounts',
  'web-sessions',
  'api-tokens',
  'invitations',
  'login-checks',
  'authorities',
  'certificates',
  'revoked-keys',
] as const
export type Topic = (typeof TOPICS)[number]

/**
 * Tells of commits. `origin` is `elsewhere` when another process (or, later, another node) committed: then nobody knows
 * which topics it touched, and all are told.
 */
export type ChangeListener = (change: {
  readonly topics: readonly Topic[]
  readonly origin: 'here' | 'elsewhere'
}) => void

/**
 * Who wants to know of what. Telling is synchronous and right after the commit; a listener must be quick. A change is a hint to look again, never data: several may become one.
 */
export class ChangeFeed {
  readonly #watch: (onChange: () => void) => Disposable
  readonly #listeners = new Set<{ readonly topics: readonly Topic[]; readonly listener: ChangeListener }>()
  #watching: Disposable | undefined

  /** `watch`: the engine's way to notice commits of others; used while there are listeners. */
  constructor(watch: (onChange: () => void) => Disposable) {
    this.#watch = watch
  }

  subscribe(topics: readonly Topic[], listener: ChangeListener): Disposable {
    const entry = { topics, listener }
    this.#listeners.add(entry)
    this.#watching ??= this.#watch(() => this.#tell(TOPICS, 'elsewhere'))
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(entry)
        if (this.#listeners.size === 0) this.#stop()
      },
    }
  }

  /** Tells of a commit made here. */
  publish(topics: readonly Topic[]): void {
    this.#tell(topics, 'here')
  }

  /** Forgets all listeners. */
  close(): void {
    this.#listeners.clear()
    this.#stop()
  }

  #tell(topics: readonly Topic[], origin: 'here' | 'elsewhere'): void {
    for (const { topics: wanted, listener } of this.#listeners) {
      const touched = topics.filter((topic) => wanted.includes(topic))
      if (touched.length > 0) tell(() => listener({ topics: touched, origin }))
    }
  }

  #stop(): void {
    this.#watching?.[Symbol.dispose]()
    this.#watching = undefined
  }
}

/** What was committed stays so: a listener's mistake must not look like a failed commit to who made it, nor stop the others. */
function tell(run: () => void): void {
  try {
    run()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
