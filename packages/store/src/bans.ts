import type { BanId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import type { BansTable } from './schema.ts'
import { newId, type Session } from './session.ts'

/** A source that is refused. */
export interface Ban {
  readonly id: BanId
  /** Address or prefix, canonical. */
  readonly subject: string
  readonly reason: string
  readonly createdBy: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Milliseconds since the epoch; none: until lifted. */
  readonly until: number | undefined
}

export interface NewBan {
  readonly subject: string
  readonly reason: string
  readonly createdBy: string
  readonly until?: number | undefined
}

/** Bans that hold across restarts. */
export class Bans {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async add({ subject, reason, createdBy, until }: NewBan): Promise<Ban> {
    const ban: Ban = { id: newId('ban'), subject, reason, createdBy, createdAt: this.#session.now(), until }
    await this.#session.db.insertInto('bans').values(toRow(ban)).execute()
    this.#session.changed('bans')
    return ban
  }

  async get(id: BanId): Promise<Ban | undefined> {
    const row = await this.#session.db.selectFrom('bans').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toBan(row)
  }

  /** Those that hold now, oldest first. */
  async list(): Promise<readonly Ban[]> {
    const rows = await this.#session.db
      .selectFrom('bans')
      .selectAll()
      .where((where) => where('until', 'is', null).or('until', '>', this.#session.now()))
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map(toBan)
  }

  /** Whether there was such a ban. */
  async remove(id: BanId): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db.deleteFrom('bans').where('id', '=', id).executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) return false
    this.#session.changed('bans')
    return true
  }

  /** Forgets bans whose time is over; how many. */
  async removeExpired(): Promise<number> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('bans')
      .where('until', '<=', this.#session.now())
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('bans')
    return Number(numDeletedRows)
  }
}

function toBan({ created_by: createdBy, created_at: createdAt, until, ...rest }: Selectable<BansTable>): Ban {
  return { ...rest, createdBy, createdAt, until: until ?? undefined }
}

function toRow({ createdBy, createdAt, until, ...rest }: Ban): Selectable<BansTable> {
  return { ...rest, created_by: createdBy, created_at: createdAt, until: until ?? null }
}
