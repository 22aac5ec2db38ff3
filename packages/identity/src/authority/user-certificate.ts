import type { UserId } from '@sallyport/model'
import {
  type CertificateOptions,
  type CertificateRequest,
  type PlainKey,
  textOption,
  userExtensions,
} from '@sallyport/ssh/keys'
import { formatKeyId } from './key-id.ts'
import { type LoginGrant, principalsOf } from './principals.ts'

/** A working day and a bit: nobody signs in twice a day, and nobody's key works tomorrow. */
export const USER_CERTIFICATE_SECONDS = 9 * 60 * 60
/** Longest that anybody may ask for: a day. */
export const USER_CERTIFICATE_MAX_SECONDS = 24 * 60 * 60
/** Clocks of targets may be behind ours by this much. */
const CLOCK_SKEW_SECONDS = 60

export interface UserCertificateFacts {
  readonly key: PlainKey
  /** Positive, never used before. */
  readonly serial: number
  readonly user: { readonly id: UserId; readonly name: string }
  /** The sign-in it comes from. */
  readonly session: string
  readonly grants: readonly LoginGrant[]
  /** Whether their login name alone is a principal; it is unless told. */
  readonly byName?: boolean
  /** Seconds since the epoch. */
  readonly now: number
  readonly seconds: number
  /** Networks it may be used from; anywhere without. */
  readonly sourceAddresses?: readonly string[]
  readonly forceCommand?: string
}

/** The request for a person's short-lived certificate. Throws RangeError for a life that is not positive or too long. */
export function userCertificateRequest(facts: UserCertificateFacts): CertificateRequest {
  const { key, serial, user, session, grants, now, seconds } = facts
  if (!(seconds > 0 && seconds <= USER_CERTIFICATE_MAX_SECONDS)) {
    throw new RangeError(`a user certificate lives at most ${USER_CERTIFICATE_MAX_SECONDS} seconds`)
  }
  return {
    key,
    kind: 'user',
    serial: BigInt(serial),
    keyId: formatKeyId({ name: user.name, userId: user.id, session }),
    principals: principalsOf(user, grants, facts),
    validAfter: BigInt(now - CLOCK_SKEW_SECONDS),
    validBefore: BigInt(now + seconds),
    criticalOptions: criticalOptions(facts),
    extensions: userExtensions,
  }
}

function criticalOptions({ sourceAddresses, forceCommand }: UserCertificateFacts): CertificateOptions {
  const options = new Map<string, Uint8Array>()
  if (sourceAddresses !== undefined) options.set('source-address', textOption(sourceAddresses.join(',')))
  if (forceCommand !== undefined) options.set('force-command', textOption(forceCommand))
  return options
}
