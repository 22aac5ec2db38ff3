import { FACTOR_KINDS, type Factor } from '@sallyport/model'
import type { Certificates } from '@sallyport/store'

/**
 * What the owner of a certificate of ours had proved when it was signed. Rejects for a serial that we never gave away: an
 * authority's key that somebody stole proves nobody here.
 */
export async function issuedFactors(
  certificates: Pick<Certificates, 'get'>,
  serial: number,
): Promise<readonly Factor[]> {
  const issued = await certificates.get(serial)
  if (issued === undefined)
    throw new Error(`a certificate with the serial number ${serial}, which was never given away`)
  return issued.factors.flatMap(({ factor, at }): Factor[] => {
    const kind = FACTOR_KINDS.find((each) => each === factor)
    return kind === undefined ? [] : [{ kind, provedAt: at }]
  })
}
