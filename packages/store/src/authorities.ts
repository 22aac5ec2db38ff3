import { createHash } from 'node:crypto'
import type { AuthorityId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import { StoreError } from './errors.ts'
import type { AuthoritiesTable } from './schema.ts'
import { newId, type Session } from './session.ts'

/** A certificate authority of ours, without its secret half. */
export interface Authority {
  readonly id: AuthorityId
  readonly kind: 'user' | 'host'
  /** SSH wire form. */
  readonly publicKey: Uint8Array
  /** `SHA256:…` as OpenSSH prints it. */
  readonly fingerprint: string
  /** `next` is believed and does not sign yet, `active` signs, `former` is still believed, `retired` is not. */
  readonly state: AuthoritiesTable['state']
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly retiredAt: number | undefined
}

/** Certificate authorities, of each kind: one active, at most one next, and those before it. */
export class Authorities {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Makes a new one: `active` where none of its kind is, otherwise `next`. Throws `already-exists` where a next one of the kind
   * waits already, and for a key that is known.
   */
  async add({ kind, publicKey }: Pick<Authority, 'kind' | 'publicKey'>): Promise<Authority> {
    return this.#session.transaction(async (tx) => {
      const states = (await tx.db.selectFrom('authorities').select('state').where('kind', '=', kind).execute()).map(
        ({ state }) => state,
      )
      if (states.includes('next')) throw new StoreError('already-exists', 'a new authority of this kind waits already')
      const digest = createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')
      const authority: Authority = {
        id: newId('authority'),
        kind,
        publicKey,
        fingerprint: `SHA256:${digest}`,
        state: states.includes('active') ? 'next' : 'active',
        createdAt: tx.now(),
        retiredAt: undefined,
      }
      await tx.db.insertInto('authorities').values(toRow(authority)).execute()
      tx.changed('authorities')
      return authority
    })
  }

  /**
   * Makes the next one active, and the active one of its kind a former one. Throws `not-found` where no next one has this id.
   */
  async promote(id: AuthorityId): Promise<{ readonly promoted: Authority; readonly former: Authority | undefined }> {
    return this.#session.transaction(async (tx) => {
      const row = await tx.db
        .selectFrom('authorities')
        .selectAll()
        .where('id', '=', id)
        .where('state', '=', 'next')
        .executeTakeFirst()
      if (row === undefined) throw new StoreError('not-found', 'no such authority waits to be promoted')
      const [former] = await tx.db
        .updateTable('authorities')
        .set({ state: 'former' })
        .where('kind', '=', row.kind)
        .where('state', '=', 'active')
        .returningAll()
        .execute()
      await tx.db.updateTable('authorities').set({ state: 'active' }).where('id', '=', id).execute()
      tx.changed('authorities')
      return {
        promoted: toAuthority({ ...row, state: 'active' }),
        former: former && toAuthority(former),
      }
    })
  }

  /** Newest first; the retired ones too. */
  async list(): Promise<readonly Authority[]> {
    const rows = await this.#session.db
      .selectFrom('authorities')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute()
    return rows.map(toAuthority)
  }

  /** No longer believed; a next one is withdrawn. Throws `not-found`, and `still-in-use` for the active one: another has to sign first. */
  async retire(id: AuthorityId): Promise<Authority> {
    return this.#session.transaction(async (tx) => {
      const row = await tx.db.selectFrom('authorities').selectAll().where('id', '=', id).executeTakeFirst()
      if (row === undefined) throw new StoreError('not-found', 'there is no such authority')
      if (row.state === 'active') throw new StoreError('still-in-use', 'the authority that signs cannot be retired')
      const retired: Authority = { ...toAuthority(row), state: 'retired', retiredAt: row.retired_at ?? tx.now() }
      await tx.db.updateTable('authorities').set(toRow(retired)).where('id', '=', id).execute()
      tx.changed('authorities')
      return retired
    })
  }
}

function toAuthority(row: Selectable<AuthoritiesTable>): Authority {
  const { id, kind, public_key: publicKey, fingerprint, state, created_at: createdAt, retired_at: retiredAt } = row
  return { id, kind, publicKey, fingerprint, state, createdAt, retiredAt: retiredAt ?? undefined }
}

function toRow(authority: Authority): Selectable<AuthoritiesTable> {
  const { id, kind, publicKey, fingerprint, state, createdAt, retiredAt } = authority
  return {
    id,
    kind,
    public_key: publicKey,
    fingerprint,
    state,
    created_at: createdAt,
    retired_at: retiredAt ?? null,
  }
}
