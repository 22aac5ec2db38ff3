import type { CertificateRequest, PlainKey } from '@sallyport/ssh/keys'

/** Targets renew by `target enrol`, a person's doing: a year and a month leave time to notice. */
export const HOST_CERTIFICATE_SECONDS = 396 * 24 * 60 * 60
const CLOCK_SKEW_SECONDS = 60 * 60

export interface HostCertificateFacts {
  readonly key: PlainKey
  readonly serial: number
  /** The target's name in the inventory, or the gateway's. */
  readonly subject: string
  /** Names and addresses that clients type for it. */
  readonly names: readonly string[]
  /** Seconds since the epoch. */
  readonly now: number
  readonly seconds?: number
}

/** The request for a host certificate: clients that trust the host authority believe the key for these names. */
export function hostCertificateRequest(facts: HostCertificateFacts): CertificateRequest {
  const { key, serial, subject, names, now, seconds = HOST_CERTIFICATE_SECONDS } = facts
  return {
    key,
    kind: 'host',
    serial: BigInt(serial),
    keyId: `host ${subject}`,
    principals: [...new Set(names.map((name) => name.toLowerCase()))],
    validAfter: BigInt(now - CLOCK_SKEW_SECONDS),
    validBefore: BigInt(now + seconds),
  }
}
