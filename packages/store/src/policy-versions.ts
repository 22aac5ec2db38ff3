import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { PolicyVersionsTable } from './schema.ts'
import type { Session } from './session.ts'

/** A policy that was in force, or is. */
export interface PolicyVersion {
  /** 1 and up. */
  readonly version: number
  readonly text: string
  /** SHA-256 of the text's UTF-8, lower-case hex. */
  readonly sha256: string
  readonly author: string
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly appliedAt: number
}

/** Every policy that was applied; the newest one is in force. None is ever changed or taken away. */
export class PolicyVersions {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async add(policy: Pick<PolicyVersion, 'text' | 'author'> & { readonly message?: string }): Promise<PolicyVersion> {
    const { text, author, message = '' } = policy
    return this.#session.transaction(async (tx) => {
      const { last } = await tx.db
        .selectFrom('policy_versions')
        .select(({ fn }) => fn.max('version').as('last'))
        .executeTakeFirstOrThrow()
      const sha256 = createHash('sha256').update(text, 'utf8').digest('hex')
      const added: PolicyVersion = { version: (last ?? 0) + 1, text, sha256, author, message, appliedAt: tx.now() }
      const { appliedAt, ...rest } = added
      await tx.db
        .insertInto('policy_versions')
        .values({ ...rest, applied_at: appliedAt })
        .execute()
      tx.changed('policy-versions')
      return added
    })
  }

  /** The policy in force; none before the first was applied. */
  async current(): Promise<PolicyVersion | undefined> {
    const { db } = this.#session
    const row = await db
      .selectFrom('policy_versions')
      .selectAll()
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row && toPolicyVersion(row)
  }

  async get(version: number): Promise<PolicyVersion | undefined> {
    const { db } = this.#session
    const row = await db.selectFrom('policy_versions').selectAll().where('version', '=', version).executeTakeFirst()
    return row && toPolicyVersion(row)
  }

  /** Newest first. Without their texts: those may be megabytes each. */
  async list({ limit = 100 }: { readonly limit?: number } = {}): Promise<readonly Omit<PolicyVersion, 'text'>[]> {
    const { db } = this.#session
    const rows = await db
      .selectFrom('policy_versions')
      .select(['version', 'sha256', 'author', 'message', 'applied_at'])
      .orderBy('version', 'desc')
      .limit(limit)
      .execute()
    return rows.map(({ applied_at: appliedAt, ...rest }) => ({ ...rest, appliedAt }))
  }
}

function toPolicyVersion({ applied_at: appliedAt, ...rest }: Selectable<PolicyVersionsTable>): PolicyVersion {
  return { ...rest, appliedAt }
}
