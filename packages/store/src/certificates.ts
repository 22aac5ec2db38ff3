import type { AuthorityId, UserId, WebSessionId } from '@sallyport/model'
import type { Selectable } from 'kysely'
import type { CertificatesTable } from './schema.ts'
import type { Session } from './session.ts'

/** A factor that somebody had shown, and when. */
export interface FactorAt {
  readonly factor: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A certificate that one of our authorities signed, or is about to. */
export interface IssuedCertificate {
  readonly serial: number
  readonly kind: 'user' | 'host'
  readonly authorityId: AuthorityId
  /** None for hosts, and for people who were removed. */
  readonly userId: UserId | undefined
  /** Login name or target name at the time. */
  readonly subject: string
  readonly keyId: string
  /** Of the certified key: `SHA256:…`. */
  readonly fingerprint: string
  readonly principals: readonly string[]
  /** Seconds since the epoch, inclusive. */
  readonly validAfter: number
  /** Seconds since the epoch, exclusive. */
  readonly validBefore: number
  readonly factors: readonly FactorAt[]
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
  readonly revoked: { readonly at: number; readonly by: string; readonly reason: string } | undefined
}

export type NewCertificate = Omit<IssuedCertificate, 'serial' | 'keyId' | 'issuedAt' | 'revoked' | 'principals'>

export interface CertificateFilter {
  readonly userId?: UserId
  /** Only those that are still valid at this second. */
  readonly validAt?: number
  readonly limit?: number
}

/** What our authorities signed: nothing is signed before its row stands here, so that everything can be revoked. */
export class Certificates {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Takes the next serial; `complete` says what it stands for. */
  async add(
    certificate: NewCertificate,
    complete: (serial: number) => Pick<IssuedCertificate, 'keyId' | 'principals'>,
  ): Promise<IssuedCertificate> {
    return this.#session.transaction(async (tx) => {
      const { last } = await tx.db
        .selectFrom('certificates')
        .select(({ fn }) => fn.max('serial').as('last'))
        .executeTakeFirstOrThrow()
      const serial = (last ?? 0) + 1
      const issued: IssuedCertificate = {
        ...certificate,
        ...complete(serial),
        serial,
        issuedAt: tx.now(),
        revoked: undefined,
      }
      // Nobody is told: what is in force changes only when one is revoked.
      await tx.db.insertInto('certificates').values(toRow(issued)).execute()
      return issued
    })
  }

  async get(serial: number): Promise<IssuedCertificate | undefined> {
    const { db } = this.#session
    const row = await db.selectFrom('certificates').selectAll().where('serial', '=', serial).executeTakeFirst()
    return row && toCertificate(row)
  }

  /** Newest first. */
  async list({ userId, validAt, limit = 100 }: CertificateFilter = {}): Promise<readonly IssuedCertificate[]> {
    let query = this.#session.db.selectFrom('certificates').selectAll().orderBy('serial', 'desc').limit(limit)
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    if (validAt !== undefined) query = query.where('valid_before', '>', validAt)
    return (await query.execute()).map(toCertificate)
  }

  /**
   * What each host, by the name it then had, was certified with last; those that have ended too. Certificates of the keys with
   * these fingerprints do not count.
   */
  async lastOfHosts(
    except: readonly string[],
  ): Promise<ReadonlyMap<string, Pick<IssuedCertificate, 'authorityId' | 'issuedAt'>>> {
    const { db } = this.#session
    const rows = await db
      .selectFrom('certificates')
      .select(['subject', 'authority_id', 'issued_at'])
      .where('serial', 'in', (each) => {
        const last = each
          .selectFrom('certificates')
          .select(({ fn }) => fn.max('serial').as('serial'))
          .where('kind', '=', 'host')
          .groupBy('subject')
        return except.length === 0 ? last : last.where('fingerprint', 'not in', except)
      })
      .execute()
    return new Map(
      rows.map(({ subject, authority_id: authorityId, issued_at: issuedAt }) => [subject, { authorityId, issuedAt }]),
    )
  }

  /** Serials that were revoked and would still be valid at this second: what a revocation list has to hold. */
  async revokedSerials(
    validAt: number,
  ): Promise<readonly { readonly serial: number; readonly authorityId: AuthorityId }[]> {
    const rows = await this.#session.db
      .selectFrom('certificates')
      .select(['serial', 'authority_id'])
      .where('revoked_at', 'is not', null)
      .where('valid_before', '>', validAt)
      .orderBy('serial')
      .execute()
    return rows.map(({ serial, authority_id: authorityId }) => ({ serial, authorityId }))
  }

  /**
   * Forgets certificates of people that ended before a second, and revoked ones that ended before another; how many. Those that
   * ended first go first. Hosts' stay, for the last of each tells what the host shows, and so does the newest of all, which
   * serial numbers are counted from.
   */
  async removeEnded(than: {
    readonly endedBefore: number
    readonly revokedEndedBefore: number
    readonly limit: number
  }): Promise<number> {
    const { db } = this.#session
    // Nobody is told: nothing that is in force changes.
    const { numDeletedRows } = await db
      .deleteFrom('certificates')
      .where('serial', 'in', (each) =>
        each
          .selectFrom('certificates')
          .select('serial')
          .where('kind', '=', 'user')
          .where('valid_before', '<', than.endedBefore)
          .where((eb) => eb.or([eb('revoked_at', 'is', null), eb('valid_before', '<', than.revokedEndedBefore)]))
          .where('serial', '<', (eb) => eb.selectFrom('certificates').select(({ fn }) => fn.max('serial').as('last')))
          .orderBy('valid_before')
          .limit(than.limit),
      )
      .executeTakeFirstOrThrow()
    return Number(numDeletedRows)
  }

  /** Revokes those of the list that are not yet; which they were. */
  async revoke(
    which: { readonly serial: number } | { readonly userId: UserId } | { readonly session: WebSessionId },
    { by, reason }: { readonly by: string; readonly reason: string },
  ): Promise<readonly number[]> {
    return this.#session.transaction(async (tx) => {
      const query = tx.db
        .updateTable('certificates')
        .set({ revoked_at: tx.now(), revoked_by: by, reason })
        .where('revoked_at', 'is', null)
        .where('valid_before', '>', Math.floor(tx.now() / 1000))
      const chosen =
        'serial' in which
          ? query.where('serial', '=', which.serial)
          : 'userId' in which
            ? query.where('user_id', '=', which.userId)
            : // A key id ends with the sign-in it came from.
              query.where('key_id', 'like', `% ${which.session}`)
      const rows = await chosen.returning('serial').execute()
      if (rows.length > 0) tx.changed('certificates')
      return rows.map(({ serial }) => serial)
    })
  }
}

function toCertificate(row: Selectable<CertificatesTable>): IssuedCertificate {
  const revoked =
    row.revoked_at === null ? undefined : { at: row.revoked_at, by: row.revoked_by ?? '', reason: row.reason ?? '' }
  return {
    serial: row.serial,
    kind: row.kind,
    authorityId: row.authority_id,
    userId: row.user_id ?? undefined,
    subject: row.subject,
    keyId: row.key_id,
    fingerprint: row.fingerprint,
    principals: JSON.parse(row.principals) as string[],
    validAfter: row.valid_after,
    validBefore: row.valid_before,
    factors: JSON.parse(row.factors) as FactorAt[],
    issuedAt: row.issued_at,
    revoked,
  }
}

function toRow(certificate: IssuedCertificate): Selectable<CertificatesTable> {
  const { serial, kind, authorityId, userId, subject, keyId, fingerprint, principals, factors, revoked } = certificate
  return {
    serial,
    kind,
    authority_id: authorityId,
    user_id: userId ?? null,
    subject,
    key_id: keyId,
    fingerprint,
    principals: JSON.stringify(principals),
    valid_after: certificate.validAfter,
    valid_before: certificate.validBefore,
    factors: JSON.stringify(factors),
    issued_at: certificate.issuedAt,
    revoked_at: revoked?.at ?? null,
    revoked_by: revoked?.by ?? null,
    reason: revoked?.reason ?? null,
  }
}
