import type { Target, TargetId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import { StoreError } from './errors.ts'
import type { TargetsTable } from './schema.ts'
import { newId, type Session } from './session.ts'

export interface NewTarget {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly tags?: readonly string[]
  readonly hostKeys?: readonly string[]
}

export type TargetChange = Partial<Pick<Target, 'name' | 'address' | 'port' | 'tags' | 'hostKeys'>>

/** The inventory: machines behind the gateway, by name. */
export class Targets {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Throws `already-exists` where the name is taken. */
  async add({ name, address, port, tags = [], hostKeys = [] }: NewTarget): Promise<Target> {
    const target: Target = { id: newId('target'), name, address, port, tags, hostKeys, createdAt: this.#session.now() }
    await this.#session.db.insertInto('targets').values(toRow(target)).execute()
    this.#session.changed('targets')
    return target
  }

  async get(id: TargetId): Promise<Target | undefined> {
    const row = await this.#session.db.selectFrom('targets').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toTarget(row)
  }

  async byName(name: string): Promise<Target | undefined> {
    const row = await this.#session.db.selectFrom('targets').selectAll().where('name', '=', name).executeTakeFirst()
    return row && toTarget(row)
  }

  /** All, in order of their names. */
  async list(): Promise<readonly Target[]> {
    const rows = await this.#session.db.selectFrom('targets').selectAll().orderBy('name').execute()
    return rows.map(toTarget)
  }

  /** The target as it is then. Throws `not-found`, and `already-exists` where the new name is taken. */
  async change(id: TargetId, change: TargetChange): Promise<Target> {
    return this.#session.transaction(async (tx) => {
      const row = await tx.db.selectFrom('targets').selectAll().where('id', '=', id).executeTakeFirst()
      if (row === undefined) throw new StoreError('not-found', 'there is no such target')
      const target = { ...toTarget(row), ...change }
      const { id: _, ...columns } = toRow(target)
      await tx.db.updateTable('targets').set(columns).where('id', '=', id).execute()
      tx.changed('targets')
      return target
    })
  }

  /** Whether there was such a target. */
  async remove(id: TargetId): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('targets')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) return false
    this.#session.changed('targets')
    return true
  }
}

function toTarget(row: Selectable<TargetsTable>): Target {
  const { id, name, address, port, tags, host_keys: hostKeys, created_at: createdAt } = row
  return { id, name, address, port, tags: texts(tags), hostKeys: texts(hostKeys), createdAt }
}

function texts(json: string): readonly string[] {
  return JSON.parse(json) as readonly string[]
}

function toRow({ id, name, address, port, tags, hostKeys, createdAt }: Target): Selectable<TargetsTable> {
  const lists = { tags: JSON.stringify(tags), host_keys: JSON.stringify(hostKeys) }
  return { id, name, address, port, ...lists, created_at: createdAt }
}
