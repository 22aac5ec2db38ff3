import type { SessionId, UserId } from '@sallyport/model'
import type { Ending, Session } from './session.ts'

/** The sessions of this process, from sign-in until their connection is gone. */
export class SessionRegistry {
  readonly #sessions = new Map<SessionId, Session>()
  /** Their clients are gone, and targets are still taking what those sent. */
  readonly #parting = new Set<Session>()
  #idle: PromiseWithResolvers<void> | undefined

  get size(): number {
    return this.#sessions.size
  }

  get passageCount(): number {
    let count = 0
    for (const session of this.#sessions.values()) count += session.passages.length
    return count
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session)
  }

  /** Its connection is gone. Until its last way is, `everyone` still has it. */
  remove(session: Session): void {
    this.#sessions.delete(session.id)
    if (session.passages.length > 0 && !this.#parting.has(session)) {
      this.#parting.add(session)
      void session.noWayLeft().then(() => {
        this.#parting.delete(session)
        this.#settle()
      })
    }
    this.#settle()
  }

  byId(id: string): Session | undefined {
    return this.#sessions.get(id as SessionId)
  }

  /** Oldest first. */
  list(): readonly Session[] {
    return [...this.#sessions.values()]
  }

  /** Those too that are listed no more and have ways open: what ends all that is no longer allowed asks about these. */
  everyone(): readonly Session[] {
    return [...this.#sessions.values(), ...this.#parting]
  }

  ofUser(userId: UserId): readonly Session[] {
    return this.list().filter((session) => session.principal.userId === userId)
  }

  endAll(ending: Ending): void {
    for (const session of this.everyone()) session.end(ending)
  }

  /** Ends what a user has open. Gives what was not ending yet. */
  endAllOf(userId: UserId, ending: Ending): readonly Session[] {
    return this.everyone().filter((session) => session.principal.userId === userId && session.end(ending))
  }

  /** Whether no session is left, and no way of one. */
  get isEmpty(): boolean {
    return this.#sessions.size === 0 && this.#parting.size === 0
  }

  /** Resolves when `isEmpty`. */
  async empty(): Promise<void> {
    if (this.isEmpty) return
    this.#idle ??= Promise.withResolvers<void>()
    await this.#idle.promise
  }

  #settle(): void {
    if (this.isEmpty) this.#idle?.resolve()
  }
}
