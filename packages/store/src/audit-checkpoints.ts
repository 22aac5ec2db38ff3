import type { Session } from './session.ts'

export interface CheckpointRow {
  /** The entry it is over. */
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly line: string
}

/** Signed checkpoints of the audit log, as lines. */
export class AuditCheckpoints {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async add({ seq, time, line }: CheckpointRow): Promise<void> {
    await this.#session.db.insertInto('audit_checkpoints').values({ seq, time, line }).execute()
    this.#session.changed('audit-checkpoints')
  }

  /** The line made last. */
  async latest(): Promise<string | undefined> {
    const { db } = this.#session
    const row = await db
      .selectFrom('audit_checkpoints')
      .select('line')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.line
  }

  /** Those over entries from `from` on, in order of the entry, at most `limit`. */
  read(from: number, limit: number): Promise<readonly CheckpointRow[]> {
    return this.#session.db
      .selectFrom('audit_checkpoints')
      .select(['seq', 'time', 'line'])
      .where('seq', '>=', from)
      .orderBy('seq')
      .orderBy('id')
      .limit(limit)
      .execute()
  }
}
