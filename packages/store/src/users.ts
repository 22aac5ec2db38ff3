import { type Role, type User, type UserId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import { StoreError } from './errors.ts'
import type { UsersTable } from './schema.ts'
import { newId, type Session } from './session.ts'

export interface NewUser {
  readonly name: string
  readonly displayName?: string
  readonly role?: Role
}

export type UserChange = Partial<Pick<User, 'name' | 'displayName' | 'role' | 'disabled'>>

/** The people the gateway knows. */
export class Users {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Throws `already-exists` where the name is taken. */
  async add({ name, displayName = '', role = 'member' }: NewUser): Promise<User> {
    const user: User = { id: newId('user'), name, displayName, role, disabled: false, createdAt: this.#session.now() }
    await this.#session.db.insertInto('users').values(toRow(user)).execute()
    this.#session.changed('users')
    return user
  }

  async get(id: UserId): Promise<User | undefined> {
    const row = await this.#session.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toUser(row)
  }

  async byName(name: string): Promise<User | undefined> {
    const row = await this.#session.db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    return row && toUser(row)
  }

  /** All, in order of their names. */
  async list(): Promise<readonly User[]> {
    const rows = await this.#session.db.selectFrom('users').selectAll().orderBy('name').execute()
    return rows.map(toUser)
  }

  /** The user as they are then. Throws `not-found`, and `already-exists` where the new name is taken. */
  async change(id: UserId, change: UserChange): Promise<User> {
    return this.#session.transaction(async (tx) => {
      const row = await tx.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
      if (row === undefined) throw new StoreError('not-found', 'there is no such user')
      const user = { ...toUser(row), ...change }
      const { id: _, ...columns } = toRow(user)
      await tx.db.updateTable('users').set(columns).where('id', '=', id).execute()
      tx.changed('users')
      return user
    })
  }

  /** Takes the user and all their keys away; whether there was one. */
  async remove(id: UserId): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db.deleteFrom('users').where('id', '=', id).executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) return false
    this.#session.changed('users')
    this.#session.changed('user-keys')
    this.#session.changed('external-identities')
    return true
  }
}

/** A row as a user. */
export function toUser(row: Selectable<UsersTable>): User {
  const { id, name, display_name: displayName, role, disabled, created_at: createdAt } = row
  return { id, name, displayName, role, disabled: disabled !== 0, createdAt }
}

function toRow({ id, name, displayName, role, disabled, createdAt }: User): Selectable<UsersTable> {
  return { id, name, display_name: displayName, role, disabled: disabled ? 1 : 0, created_at: createdAt }
}
