import { decodePlainKey, EMPTY_REVOCATION_LIST, encodeRevocationList } from '@sallyport/ssh/keys'
import type { Repositories } from '@sallyport/store'

/** Clocks of targets may be behind ours by this much, at the very most: to them a certificate goes on after its end. */
const LISTED_LONGER_SECONDS = 60 * 60

/**
 * Key revocation list for targets (`RevokedKeys` in sshd_config), PROTOCOL.krl: what no longer counts, retired authorities too.
 * `now` in milliseconds since the epoch.
 */
export async function revocationList(
  { authorities, certificates, revokedKeys }: Pick<Repositories, 'authorities' | 'certificates' | 'revokedKeys'>,
  now: number,
): Promise<Uint8Array> {
  const seconds = Math.floor(now / 1000)
  const known = await authorities.list()
  const revoked = await certificates.revokedSerials(seconds - LISTED_LONGER_SECONDS)
  const keys = await revokedKeys.list()
  const retired = known.filter(({ state }) => state === 'retired')
  return encodeRevocationList({
    ...EMPTY_REVOCATION_LIST,
    // Seconds grow as lists do, and need no counter that a restored backup would set back.
    version: BigInt(seconds),
    generatedAt: BigInt(seconds),
    comment: 'sallyport',
    certificates: known.flatMap(({ id, publicKey }) => {
      const serials = revoked
        .filter(({ authorityId }) => authorityId === id)
        .map(({ serial }) => ({ first: BigInt(serial), last: BigInt(serial) }))
      return serials.length === 0 ? [] : [{ authority: decodePlainKey(publicKey), serials, keyIds: [] }]
    }),
    keys: [...keys.map(({ blob }) => blob), ...retired.map(({ publicKey }) => publicKey)],
  })
}
