import type { SessionId, UserId } from '@sallyport/model'
import type { Ending, Session } from './session.ts'

/** The sessions of this process, from sign-in until their connection is gone. */
export class SessionRegistry {
  readonly #sessions = new Map<SessionId, Session>()
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

  remove(session: Session): void {
    this.#sessions.delete(session.id)
    if (this.#sessions.size === 0) this.#idle?.resolve()
  }

  byId(id: string): Session | undefined {
    return this.#sessions.get(id as SessionId)
  }

  /** Oldest first. */
  list(): readonly Session[] {
    return [...this.#sessions.values()]
  }

  ofUser(userId: UserId): readonly Session[] {
    return this.list().filter((session) => session.principal.userId === userId)
  }

  endAll(ending: Ending): void {
    for (const session of this.list()) session.end(ending)
  }

  /** Resolves when no session is left. */
  async empty(): Promise<void> {
    if (this.#sessions.size === 0) return
    this.#idle ??= Promise.withResolvers<void>()
    await this.#idle.promise
  }
}
