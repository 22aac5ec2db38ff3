import type { Session } from './session.ts'

/** A setting's name with the reader of its value: `parse` gets what JSON gave and throws unless it is right. */
export interface SettingKey<T> {
  /** Kebab-case. */
  readonly name: string
  readonly parse: (json: unknown) => T
}

/** A few facts about the installation itself, by typed keys that their users declare. */
export class Settings {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async get<T>(key: SettingKey<T>): Promise<T | undefined> {
    const { db } = this.#session
    const row = await db.selectFrom('settings').select('value').where('key', '=', key.name).executeTakeFirst()
    return row && key.parse(JSON.parse(row.value))
  }

  async set<T>(key: SettingKey<T>, value: T): Promise<void> {
    const text = JSON.stringify(value)
    await this.#session.db
      .insertInto('settings')
      .values({ key: key.name, value: text })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
      .execute()
    this.#session.changed('settings')
  }

  /** Whether it was set. */
  async remove(key: SettingKey<unknown>): Promise<boolean> {
    const { db } = this.#session
    const { numDeletedRows } = await db.deleteFrom('settings').where('key', '=', key.name).executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) return false
    this.#session.changed('settings')
    return true
  }
}
