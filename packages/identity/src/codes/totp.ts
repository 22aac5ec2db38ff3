import { Secret, TOTP } from 'otpauth'

/** RFC 6238 with what every authenticator app knows: SHA-1, six digits, thirty seconds. */
const DIGITS = 6
const PERIOD_SECONDS = 30
/** Steps that a phone's clock may be off to either side. */
const WINDOW = 1
/** 160 bits, as RFC 4226 §4 recommends. */
export const TOTP_SECRET_BYTES = 20

/** `otpauth://…` for the QR code of an authenticator app. */
export function totpUri(
  secret: Uint8Array,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): string {
  return totpOf(secret, issuer, account).toString()
}

/** The secret as people type it where they cannot scan. */
export function totpSecretText(secret: Uint8Array): string {
  return new Secret({ buffer: buffer(secret) }).base32
}

/**
 * Time step of a code, or undefined for a wrong one. The comparison takes the same time for every code. Using a step up, so
 * that no code works twice, is the caller's (RFC 6238 §5.2). `now` in milliseconds since the epoch.
 */
export function totpStep(secret: Uint8Array, code: string, now: number): number | undefined {
  const token = code.replaceAll(/\s/g, '')
  if (!/^[0-9]{6}$/.test(token)) return undefined
  const delta = totpOf(secret).validate({ token, timestamp: now, window: WINDOW })
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta
}

function totpOf(secret: Uint8Array, issuer = '', label = ''): TOTP {
  return new TOTP({
    issuer,
    label,
    secret: new Secret({ buffer: buffer(secret) }),
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_SECONDS,
  })
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}
