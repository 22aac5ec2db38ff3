import { type Certificate, fingerprint, optionText } from '@sallyport/ssh/keys'

/** `2^64 - 1`: no end, PROTOCOL.certkeys. */
const FOR_EVER = 2n ** 64n - 1n
/** Last second that a Date can hold. */
const LAST_SECOND = 8_640_000_000_000n

export interface InspectedCertificate {
  readonly kind: 'user' | 'host'
  readonly key_id: string
  /** Decimal; it has 64 bits. */
  readonly serial: string
  readonly fingerprint: string
  /** Fingerprint of the key that signed. */
  readonly authority: string
  readonly valid_after: string
  /** Null where it has no end. */
  readonly valid_before: string | null
  readonly principals: readonly string[]
  /** Each with what it demands: `force-command uptime`. */
  readonly critical_options: readonly string[]
  readonly extensions: readonly string[]
}

/** What a certificate says; whether its signature is right is for whoever believes its authority. */
export function inspectCertificate(certificate: Certificate): InspectedCertificate {
  const { kind, keyId, serial, key, validAfter, validBefore, principals } = certificate
  return {
    kind,
    key_id: keyId,
    serial: serial.toString(),
    fingerprint: fingerprint(key),
    authority: fingerprint(certificate.signatureKey),
    valid_after: timeText(validAfter),
    valid_before: validBefore === FOR_EVER ? null : timeText(validBefore),
    principals: [...principals],
    critical_options: [...certificate.criticalOptions].map(([name, value]) => optionLine(name, value)),
    extensions: [...certificate.extensions.keys()],
  }
}

/** As `ssh-keygen -L` shows it: `force-command uptime`, `verify-required`. */
function optionLine(name: string, value: Uint8Array): string {
  if (value.length === 0) return name
  return `${name} ${optionText(value) ?? value.toHex()}`
}

function timeText(seconds: bigint): string {
  return new Date(Number(seconds > LAST_SECOND ? LAST_SECOND : seconds) * 1000).toISOString()
}

/** Those of a certificate's principals that are logins on enrolled targets; the others are its owner. */
export function loginsIn(principals: readonly string[]): readonly string[] {
  return principals.filter((principal) => /@(?:tag:|any$)/.test(principal))
}
