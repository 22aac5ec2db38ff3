import type { ApiTokenId, UserId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import type { ApiTokensTable } from './schema.ts'
import { newId, type Session } from './session.ts'

/** A token with which a script acts for its owner. */
export interface ApiToken {
  readonly id: ApiTokenId
  readonly userId: UserId
  readonly name: string
  readonly scopes: readonly string[]
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
  readonly expiresAt: number
}

/** API tokens. The token itself is never here, only its hash. */
export class ApiTokens {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async add(
    token: Pick<ApiToken, 'userId' | 'name' | 'scopes' | 'expiresAt'> & { readonly tokenHash: string },
  ): Promise<ApiToken> {
    const { tokenHash, ...rest } = token
    const added: ApiToken = { ...rest, id: newId('apiToken'), createdAt: this.#session.now(), lastUsedAt: undefined }
    await this.#session.db
      .insertInto('api_tokens')
      .values({
        id: added.id,
        token_hash: tokenHash,
        user_id: added.userId,
        name: added.name,
        scopes: JSON.stringify(added.scopes),
        created_at: added.createdAt,
        last_used_at: null,
        expires_at: added.expiresAt,
      })
      .execute()
    this.#session.changed('api-tokens')
    return added
  }

  /** The token with this hash, unless it has expired. */
  async byToken(tokenHash: string): Promise<ApiToken | undefined> {
    const row = await this.#session.db
      .selectFrom('api_tokens')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', this.#session.now())
      .executeTakeFirst()
    return row && toApiToken(row)
  }

  /** Newest first, the expired ones too. */
  async list(userId?: UserId): Promise<readonly ApiToken[]> {
    let query = this.#session.db.selectFrom('api_tokens').selectAll().orderBy('created_at', 'desc').orderBy('id')
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    return (await query.execute()).map(toApiToken)
  }

  /** That it was used now; nobody is told. */
  async touch(id: ApiTokenId): Promise<void> {
    const { db } = this.#session
    const now = this.#session.now()
    await db.updateTable('api_tokens').set({ last_used_at: now }).where('id', '=', id).execute()
  }

  /** Whether there was such a token. */
  async remove(id: ApiTokenId): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('api_tokens')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('api-tokens')
    return numDeletedRows > 0n
  }
}

function toApiToken(row: Selectable<ApiTokensTable>): ApiToken {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
    expiresAt: row.expires_at,
  }
}
