import { ACTOR_GATEWAY, type AuditEvent } from '@sallyport/audit'
import {
  type CertificateAuthority,
  formatKeyId,
  hostCertificateRequest,
  type LoginGrant,
  localAuthority,
  userCertificateRequest,
} from '@sallyport/identity'
import type { AuthorityId, UserId, WebSessionId } from '@sallyport/model'
import { type Certificate, fingerprint, generatePrivateKey, type PlainKey } from '@sallyport/ssh/keys'
import {
  type Authority,
  type FactorAt,
  type IssuedCertificate,
  type Repositories,
  type Store,
  StoreError,
} from '@sallyport/store'
import type { RecordedChange } from '../state/recorded-change.ts'
import type { AuthorityKeys } from './authority-keys.ts'
import { revocationList } from './revocation-list.ts'

export interface CertificateServiceParts {
  readonly store: Store
  readonly keys: AuthorityKeys
  /** Changes the store and writes that down, both or neither; rejects where it is neither, and then nothing is handed out. */
  readonly change: RecordedChange
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface UserCertificateOrder {
  readonly actor: string
  readonly source?: string
  readonly user: { readonly id: UserId; readonly name: string }
  readonly key: PlainKey
  /** The sign-in it comes from, which it does not outlive (V-C08); none where the machine's owner orders it. */
  readonly session?: WebSessionId
  readonly factors: readonly FactorAt[]
  readonly grants: readonly LoginGrant[]
  /** Whether their login name alone is a principal. */
  readonly byName?: boolean
  readonly seconds: number
  readonly sourceAddresses?: readonly string[]
  readonly forceCommand?: string
}

export interface HostCertificateOrder {
  readonly actor: string
  readonly subject: string
  readonly key: PlainKey
  readonly names: readonly string[]
  readonly seconds?: number
}

/** One, those of a person, or those that were signed in a session. */
export type WhichCertificates =
  | { readonly serial: number }
  | { readonly userId: UserId }
  | { readonly session: WebSessionId }

/** Stands for the sign-in in the key id of a certificate that comes from none. */
const DIRECT = 'direct'
const KINDS = ['user', 'host'] as const

/**
 * The gateway's certificate authorities: makes them, has them sign, and takes back what they signed. A certificate has its
 * row in the store and its event in the log before anybody gets it.
 */
export class CertificateService {
  readonly #parts: CertificateServiceParts

  private constructor(parts: CertificateServiceParts) {
    this.#parts = parts
  }

  /** Makes the authorities that are missing, and destroys the keys of those that were retired. */
  static async open(parts: CertificateServiceParts): Promise<CertificateService> {
    const service = new CertificateService(parts)
    const known = await parts.store.authorities.list()
    // What a stop between the trust that went and the key that was to go with it has left.
    for (const { state, fingerprint: print } of known) if (state === 'retired') parts.keys.destroy(print)
    for (const kind of KINDS) {
      if (!known.some((each) => each.kind === kind && each.state === 'active'))
        await service.rotate(kind, ACTOR_GATEWAY)
    }
    return service
  }

  /** Newest first. */
  authorities(): Promise<readonly Authority[]> {
    return this.#parts.store.authorities.list()
  }

  /**
   * Makes the next authority: it is believed from now on, and the active one goes on signing; the first of its kind signs at
   * once. Throws StoreError `already-exists` where a next one waits.
   */
  async rotate(kind: 'user' | 'host', actor: string): Promise<Authority> {
    const { keys, change } = this.#parts
    return change(async (tx, record) => {
      const key = generatePrivateKey('ssh-ed25519')
      const authority = await tx.authorities.add({ kind, publicKey: key.publicKey.blob })
      const { id, fingerprint: print } = authority
      // Once nothing refuses it, and before the change stands: nobody believes a key that is not there.
      keys.keep(kind, print, key)
      record({ type: 'authority-created', actor, authority: id, kind, fingerprint: print })
      return authority
    })
  }

  /**
   * The next authority signs from now on; the one before it is believed until it is retired. Throws StoreError `not-found` for
   * one that does not wait, GatewayError `authority.unusable` where it could not sign.
   */
  async promote({ id, fingerprint: print }: Authority, actor: string): Promise<Authority> {
    const { keys, change } = this.#parts
    keys.read(print)
    return change(async (tx, record) => {
      const { promoted, former } = await tx.authorities.promote(id)
      const { kind } = promoted
      const before = former === undefined ? {} : { former: former.fingerprint }
      record({ type: 'authority-promoted', actor, authority: id, kind, fingerprint: print, ...before })
      return promoted
    })
  }

  /**
   * Nothing it signed is believed any more, and its key is destroyed; a next one is withdrawn. Throws StoreError `not-found`,
   * `still-in-use`.
   */
  async retire(id: AuthorityId, actor: string): Promise<Authority> {
    const { keys, change } = this.#parts
    const authority = await change(async (tx, record) => {
      const retired = await tx.authorities.retire(id)
      const { kind, fingerprint: print } = retired
      record({ type: 'authority-retired', actor, authority: id, kind, fingerprint: print })
      return retired
    })
    keys.destroy(authority.fingerprint)
    return authority
  }

  /**
   * A short-lived certificate for a person. Throws RangeError for a life of less than a second or too long and for a sign-in
   * that is over, SshError for what must not be signed, StoreError `already-exists` for a key that was revoked.
   */
  async issueUser(order: UserCertificateOrder): Promise<Certificate> {
    const { user, key, factors, session = DIRECT } = order
    const { row: authority, signer } = await this.#active('user')
    const now = Math.floor(this.#parts.now() / 1000)
    if ((await this.#parts.store.revokedKeys.list()).some((each) => each.fingerprint === fingerprint(key))) {
      throw new StoreError('already-exists', 'the key was revoked')
    }
    return this.#parts.change(async (tx, record) => {
      // Inside: what ends a sign-in revokes what it finds, and must find this one or keep it from being made.
      const seconds = Math.min(order.seconds, Math.floor((await signInEnd(tx, order)) / 1000) - now)
      const draft = userCertificateRequest({ ...order, session, serial: 1, now, seconds })
      const issued = await tx.certificates.add(
        {
          kind: 'user',
          authorityId: authority.id,
          userId: user.id,
          subject: user.name,
          fingerprint: fingerprint(key),
          validAfter: Number(draft.validAfter),
          validBefore: Number(draft.validBefore),
          factors,
        },
        () => ({
          keyId: formatKeyId({ name: user.name, userId: user.id, session }),
          principals: draft.principals,
        }),
      )
      const { sourceAddresses, forceCommand } = order
      record({
        ...issuedEvent(issued),
        ...(sourceAddresses === undefined ? {} : { sourceAddresses }),
        ...(forceCommand === undefined ? {} : { forceCommand }),
        actor: order.actor,
        source: order.source,
      })
      return signer.sign(userCertificateRequest({ ...order, session, serial: issued.serial, now, seconds }))
    })
  }

  /** A certificate for a target's, or this gateway's, host key. */
  async issueHost({ actor, subject, key, names, seconds }: HostCertificateOrder): Promise<Certificate> {
    const { row: authority, signer } = await this.#active('host')
    const now = Math.floor(this.#parts.now() / 1000)
    const request = (serial: number) =>
      hostCertificateRequest({ key, serial, subject, names, now, ...(seconds === undefined ? {} : { seconds }) })
    const draft = request(1)
    return this.#parts.change(async (tx, record) => {
      const issued = await tx.certificates.add(
        {
          kind: 'host',
          authorityId: authority.id,
          userId: undefined,
          subject,
          fingerprint: fingerprint(key),
          validAfter: Number(draft.validAfter),
          validBefore: Number(draft.validBefore),
          factors: [],
        },
        () => ({ keyId: draft.keyId, principals: draft.principals }),
      )
      record({ ...issuedEvent(issued), actor })
      return signer.sign(request(issued.serial))
    })
  }

  /** What no longer counts because of this; empty where nothing was left to revoke. */
  async revoke(
    which: WhichCertificates,
    { actor, reason }: { readonly actor: string; readonly reason: string },
  ): Promise<readonly number[]> {
    return this.#parts.change((tx, record) => revokeCertificates(tx, record, which, { actor, reason }))
  }

  /** A key that proves nobody any more. Throws StoreError `already-exists`. */
  async revokeKey(
    key: PlainKey,
    { actor, reason }: { readonly actor: string; readonly reason: string },
  ): Promise<void> {
    await this.#parts.change(async (tx, record) => {
      const { fingerprint: print } = await tx.revokedKeys.add({ blob: key.blob, reason, revokedBy: actor })
      record({ type: 'key-revoked', actor, fingerprint: print, reason })
    })
  }

  /** Whether it was revoked. */
  async reinstateKey(print: string, actor: string): Promise<boolean> {
    return this.#parts.change(async (tx, record) => {
      const removed = await tx.revokedKeys.remove(print)
      if (removed) record({ type: 'key-reinstated', actor, fingerprint: print })
      return removed
    })
  }

  /** See `revocationList`. */
  revocationList(): Promise<Uint8Array> {
    return revocationList(this.#parts.store, this.#parts.now())
  }

  async #active(kind: 'user' | 'host'): Promise<{ readonly row: Authority; readonly signer: CertificateAuthority }> {
    const { store, keys } = this.#parts
    const row = (await store.authorities.list()).find((each) => each.kind === kind && each.state === 'active')
    if (row === undefined) throw new Error(`there is no active ${kind} authority`)
    return { row, signer: localAuthority(kind, keys.read(row.fingerprint)) }
  }
}

/** When the sign-in of an order ends, in milliseconds since the epoch: long ago where it is gone, never where there is none. */
async function signInEnd(
  { webSessions }: Pick<Repositories, 'webSessions'>,
  { user, session }: UserCertificateOrder,
): Promise<number> {
  if (session === undefined) return Number.POSITIVE_INFINITY
  return (await webSessions.list(user.id)).find(({ id }) => id === session)?.expiresAt ?? 0
}

/** Takes certificates back as a part of a change; see `CertificateService.revoke`. */
export async function revokeCertificates(
  { certificates }: Pick<Store, 'certificates'>,
  record: (event: AuditEvent) => void,
  which: WhichCertificates,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<readonly number[]> {
  const serials = await certificates.revoke(which, { by: actor, reason })
  for (const serial of serials) {
    const subject = (await certificates.get(serial))?.subject ?? ''
    record({ type: 'certificate-revoked', actor, serial, subject, reason })
  }
  return serials
}

function issuedEvent({
  serial,
  kind,
  subject,
  authorityId,
  fingerprint: print,
  principals,
  validBefore,
}: IssuedCertificate) {
  return {
    type: 'certificate-issued',
    serial,
    kind,
    subject,
    authority: authorityId,
    fingerprint: print,
    principals,
    validBefore: validBefore * 1000,
  } as const
}
