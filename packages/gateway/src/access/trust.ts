import { decodePlainKey, type PlainKey } from '@sallyport/ssh/keys'
import type { Repositories } from '@sallyport/store'

/** Whose certificates count, and what was taken back, at one moment. */
export interface Trust {
  /** User authorities that are believed: the active one, those before it, and the next one. */
  readonly userAuthorities: readonly PlainKey[]
  /** Certificates of ours that no longer count and have not expired. */
  readonly revokedSerials: ReadonlySet<bigint>
  /** `SHA256:…` of keys that prove nobody, also inside certificates. */
  readonly revokedKeys: ReadonlySet<string>
}

/** Reads it; `now` in milliseconds since the epoch. Rejects where it cannot be read: then what was known before holds. */
export async function readTrust(
  { authorities, certificates, revokedKeys }: Pick<Repositories, 'authorities' | 'certificates' | 'revokedKeys'>,
  now: number,
): Promise<Trust> {
  const believed = (await authorities.list()).filter(({ kind, state }) => kind === 'user' && state !== 'retired')
  const serials = await certificates.revokedSerials(Math.floor(now / 1000))
  return {
    userAuthorities: believed.map(({ publicKey }) => decodePlainKey(publicKey)),
    // Serial numbers are unique over all authorities of ours.
    revokedSerials: new Set(serials.map(({ serial }) => BigInt(serial))),
    revokedKeys: new Set((await revokedKeys.list()).map(({ fingerprint }) => fingerprint)),
  }
}
