import type { PendingAccountId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import { StoreError } from './errors.ts'
import type { PendingAccountsTable } from './schema.ts'
import { newId, type Session } from './session.ts'

/** Most of one provider that wait, and most that are denied: what an admin can still look through. The oldest go. */
export const PENDING_PER_PROVIDER_MAX = 100
/** Most of all providers together, those included that are declared no more. */
export const PENDING_MAX = 1000
const DAY_MS = 86_400_000
/** Who has not asked again for so long no longer waits. */
export const PENDING_LIFE_MS = 30 * DAY_MS
/** How long a denial holds. */
export const DENIAL_LIFE_MS = 365 * DAY_MS

/** Somebody who has proved themselves to an identity provider, and has no account. */
export interface PendingAccount {
  readonly id: PendingAccountId
  /** With the subject, who it is. */
  readonly issuer: string
  readonly subject: string
  /** Verified by the provider, in lower case. */
  readonly email: string
  readonly displayName: string
  /** Milliseconds since the epoch, as all times here. */
  readonly firstAskedAt: number
  readonly lastAskedAt: number
  /** Undefined: waits for an admin. */
  readonly denied: { readonly at: number; readonly by: string } | undefined
}

/** Who waits for an account, and who was denied one. Rows that have ended are as if they were gone. */
export class PendingAccounts {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** That somebody asks, as the provider describes them now. A denial stays. Also forgets what is too old or too many. */
  async ask(
    asking: Pick<PendingAccount, 'issuer' | 'subject' | 'email' | 'displayName'>,
  ): Promise<{ readonly pending: PendingAccount; readonly isNew: boolean }> {
    return this.#session.transaction(async (tx) => {
      const repository = new PendingAccounts(tx)
      await repository.#forgetEnded()
      const known = await repository.find(asking.issuer, asking.subject)
      const now = tx.now()
      const pending: PendingAccount = {
        ...asking,
        id: known?.id ?? newId('pendingAccount'),
        firstAskedAt: known?.firstAskedAt ?? now,
        lastAskedAt: now,
        denied: known?.denied,
      }
      const { id, email, displayName: display_name } = pending
      if (known === undefined) {
        await tx.db
          .insertInto('pending_accounts')
          .values({
            id,
            provider: asking.issuer,
            subject: asking.subject,
            email,
            display_name,
            first_asked_at: now,
            last_asked_at: now,
            denied_at: null,
            denied_by: null,
          })
          .execute()
        await repository.#forgetTooMany(asking.issuer)
      } else {
        const changed = { email, display_name, last_asked_at: now }
        await tx.db.updateTable('pending_accounts').set(changed).where('id', '=', id).execute()
      }
      tx.changed('pending-accounts')
      return { pending, isNew: known === undefined }
    })
  }

  async find(issuer: string, subject: string): Promise<PendingAccount | undefined> {
    const row = await this.#session.db
      .selectFrom('pending_accounts')
      .selectAll()
      .where('provider', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
    const found = row && toPending(row)
    return found !== undefined && this.#counts(found) ? found : undefined
  }

  async get(id: PendingAccountId): Promise<PendingAccount | undefined> {
    const row = await this.#session.db
      .selectFrom('pending_accounts')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    const found = row && toPending(row)
    return found !== undefined && this.#counts(found) ? found : undefined
  }

  /** All that count, whoever asked last first. */
  async list(): Promise<readonly PendingAccount[]> {
    const query = this.#session.db.selectFrom('pending_accounts').selectAll()
    const rows = await query.orderBy('last_asked_at', 'desc').orderBy('id').execute()
    return rows.map(toPending).filter((each) => this.#counts(each))
  }

  /** The denial holds for a year from now. Throws `not-found`. */
  async deny(id: PendingAccountId, by: string): Promise<PendingAccount> {
    return this.#session.transaction(async (tx) => {
      const repository = new PendingAccounts(tx)
      const found = await repository.get(id)
      if (found === undefined) throw new StoreError('not-found', 'nobody waits under this id')
      const denied = { at: tx.now(), by }
      await tx.db
        .updateTable('pending_accounts')
        .set({ denied_at: denied.at, denied_by: by })
        .where('id', '=', id)
        .execute()
      await repository.#forgetTooMany(found.issuer)
      tx.changed('pending-accounts')
      return { ...found, denied }
    })
  }

  /** Takes somebody out, by who they are; whether they were there. They may ask again. */
  async remove({ issuer, subject }: Pick<PendingAccount, 'issuer' | 'subject'>): Promise<boolean> {
    const { numDeletedRows } = await this.#session.db
      .deleteFrom('pending_accounts')
      .where('provider', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#session.changed('pending-accounts')
    return numDeletedRows > 0n
  }

  #counts({ denied, lastAskedAt }: PendingAccount): boolean {
    const ends = denied === undefined ? lastAskedAt + PENDING_LIFE_MS : denied.at + DENIAL_LIFE_MS
    return ends > this.#session.now()
  }

  async #forgetEnded(): Promise<void> {
    const now = this.#session.now()
    await this.#session.db
      .deleteFrom('pending_accounts')
      .where((is) =>
        is.or([
          is('denied_at', 'is', null).and('last_asked_at', '<=', now - PENDING_LIFE_MS),
          is('denied_at', '<=', now - DENIAL_LIFE_MS),
        ]),
      )
      .execute()
  }

  /** Waiting and denied ones are counted apart: those who ask push no denial out. */
  async #forgetTooMany(issuer: string): Promise<void> {
    const all = await this.list()
    const ofProvider = all.filter((each) => each.issuer === issuer)
    const gone = [
      ...ofProvider.filter(({ denied }) => denied === undefined).slice(PENDING_PER_PROVIDER_MAX),
      ...ofProvider
        .filter(({ denied }) => denied !== undefined)
        .sort((a, b) => (b.denied?.at ?? 0) - (a.denied?.at ?? 0))
        .slice(PENDING_PER_PROVIDER_MAX),
      ...all.slice(PENDING_MAX),
    ]
    for (const each of gone) await this.remove(each)
  }
}

function toPending(row: Selectable<PendingAccountsTable>): PendingAccount {
  const { id, subject, email } = row
  return {
    id,
    issuer: row.provider,
    subject,
    email,
    displayName: row.display_name,
    firstAskedAt: row.first_asked_at,
    lastAskedAt: row.last_asked_at,
    denied: row.denied_at === null ? undefined : { at: row.denied_at, by: row.denied_by ?? '' },
  }
}
