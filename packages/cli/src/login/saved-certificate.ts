import { type Certificate, isCertificate, parsePublicKey } from '@sallyport/ssh/keys'
import { CommandError } from '../command-error.ts'
import { readIfThere } from '../remote/private-files.ts'

/** A certificate is renewed while this part of its life is left, or less. */
const RENEW_AT_PART = 0.2
/** But not before so much is left, in seconds: what begins now should not fail in its first minutes. */
const RENEW_AT_LEAST_S = 5 * 60

/** The certificate in a file. Undefined where there is no file; throws where something else is in it. */
export function certificateIn(path: string): Certificate | undefined {
  const text = readIfThere(path)
  return text === undefined ? undefined : parseCertificate(path, text)
}

/** Throws CommandError `usage.file-unreadable` for a text that is no certificate. */
export function parseCertificate(source: string, text: string): Certificate {
  try {
    const { key } = parsePublicKey(text.trim())
    if (isCertificate(key)) return key
  } catch (cause) {
    throw notOne(source, (cause as Error).message, cause)
  }
  throw notOne(source, 'it is a plain key')
}

/** Seconds that a certificate is good for; 0 or less where it has ended. `now` in milliseconds since the epoch. */
export function secondsLeft({ validBefore }: Pick<Certificate, 'validBefore'>, now = Date.now()): number {
  return Number(validBefore) - Math.floor(now / 1000)
}

/** Whether it has ended or is about to. */
export function needsRenewal(
  { validAfter, validBefore }: Pick<Certificate, 'validAfter' | 'validBefore'>,
  now = Date.now(),
): boolean {
  const life = Number(validBefore - validAfter)
  // A certificate of a few minutes is not renewed all the time.
  const margin = Math.min(Math.max(life * RENEW_AT_PART, RENEW_AT_LEAST_S), life / 2)
  return secondsLeft({ validBefore }, now) <= margin
}

function notOne(source: string, why: string, cause?: unknown): CommandError {
  return new CommandError('usage.file-unreadable', `${source} holds no SSH certificate`, { why, cause })
}
