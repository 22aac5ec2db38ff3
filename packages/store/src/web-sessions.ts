import type { UserId, WebSessionId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import type { FactorAt } from './certificates.ts'
import type { WebSessionsTable } from './schema.ts'
import { newId, type Session } from './session.ts'

/** Somebody signed in with a browser, or with the command. */
export interface WebSession {
  readonly id: WebSessionId
  readonly userId: UserId
  /** How it began: `passkey`, `oidc:NAME`, `password`, `recovery-code`, `link`. */
  readonly method: string
  readonly factors: readonly FactorAt[]
  readonly source: string
  /** What the browser or command calls itself. */
  readonly agent: string
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
}

export type NewWebSession = Omit<WebSession, 'id' | 'createdAt' | 'lastSeenAt'> & { readonly tokenHash: string }

/** Signed-in browsers and commands. The token itself is never here, only its hash. */
export class WebSessions {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async add({ tokenHash, ...session }: NewWebSession): Promise<WebSession> {
    const now = this.#session.now()
    const added: WebSession = { ...session, id: newId('webSession'), createdAt: now, lastSeenAt: now }
    await this.#session.db
      .insertInto('web_sessions')
      .values({ ...toRow(added), token_hash: tokenHash })
      .execute()
    this.#session.changed('web-sessions')
    return added
  }

  /** The session of a token, unless it has expired. */
  async byToken(tokenHash: string): Promise<WebSession | undefined> {
    const row = await this.#session.db
      .selectFrom('web_sessions')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', this.#session.now())
      .executeTakeFirst()
    return row && toWebSession(row)
  }

  /** Those that have not expired, newest first. */
  async list(userId?: UserId): Promise<readonly WebSession[]> {
    let query = this.#session.db
      .selectFrom('web_sessions')
      .selectAll()
      .where('expires_at', '>', this.#session.now())
      .orderBy('created_at', 'desc')
      .orderBy('id')
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    return (await query.execute()).map(toWebSession)
  }

  /** That it was used now; nobody is told. */
  async touch(id: WebSessionId): Promise<void> {
    const { db } = this.#session
    const now = this.#session.now()
    await db.updateTable('web_sessions').set({ last_seen_at: now }).where('id', '=', id).execute()
  }

  /** The factors that were shown in it so far. */
  async setFactors(id: WebSessionId, factors: readonly FactorAt[]): Promise<void> {
    const { db } = this.#session
    await db
      .updateTable('web_sessions')
      .set({ factors: JSON.stringify(factors) })
      .where('id', '=', id)
      .execute()
    this.#session.changed('web-sessions')
  }

  /** Ends one, or all of a person but one; how many there were. */
  async remove(
    which: { readonly id: WebSessionId } | { readonly userId: UserId; readonly except?: WebSessionId },
  ): Promise<number> {
    let query = this.#session.db.deleteFrom('web_sessions')
    if ('id' in which) query = query.where('id', '=', which.id)
    else {
      query = query.where('user_id', '=', which.userId)
      if (which.except !== undefined) query = query.where('id', '!=', which.except)
    }
    const { numDeletedRows } = await query.executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('web-sessions')
    return Number(numDeletedRows)
  }

  /** Forgets those that have expired; how many. */
  async removeExpired(): Promise<number> {
    const { db } = this.#session
    const now = this.#session.now()
    const { numDeletedRows } = await db
      .deleteFrom('web_sessions')
      .where('expires_at', '<=', now)
      .executeTakeFirstOrThrow()
    return Number(numDeletedRows)
  }
}

function toWebSession(row: Selectable<WebSessionsTable>): WebSession {
  return {
    id: row.id,
    userId: row.user_id,
    method: row.method,
    factors: JSON.parse(row.factors) as FactorAt[],
    source: row.source,
    agent: row.agent,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
  }
}

function toRow(session: WebSession): Omit<Selectable<WebSessionsTable>, 'token_hash'> {
  return {
    id: session.id,
    user_id: session.userId,
    method: session.method,
    factors: JSON.stringify(session.factors),
    source: session.source,
    agent: session.agent,
    created_at: session.createdAt,
    last_seen_at: session.lastSeenAt,
    expires_at: session.expiresAt,
  }
}
