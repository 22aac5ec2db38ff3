import type { KeyId, UserId } from './ids.ts'

/** What a person may do to the gateway itself; what they may reach is the policy's business. */
export const ROLES = ['owner', 'admin', 'auditor', 'member'] as const
export type Role = (typeof ROLES)[number]

/** A person the gateway knows. */
export interface User {
  readonly id: UserId
  /** Login name: `alice` or `alice@example.com`; what the policy's selectors name. */
  readonly name: string
  readonly displayName: string
  readonly role: Role
  /** A disabled user signs in nowhere and keeps no session. */
  readonly disabled: boolean
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** A public key that proves a user. */
export interface UserKey {
  readonly id: KeyId
  readonly userId: UserId
  /** SSH key type, e.g. `ssh-ed25519`. */
  readonly type: string
  /** The SSH wire form of the public key (RFC 4253 §6.6). */
  readonly blob: Uint8Array
  /** `SHA256:…` as OpenSSH prints it. */
  readonly fingerprint: string
  readonly comment: string
  /** Milliseconds since the epoch. */
  readonly addedAt: number
  /** When it last let its owner in, to the minute. Milliseconds since the epoch. */
  readonly lastUsedAt: number | undefined
}

/** Longest login name, in characters. */
export const USER_NAME_MAX = 64
const USER_NAME = /^[a-z0-9][a-z0-9._-]*(@[a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/

/** Whether a text may be a login name: lower-case letters, digits, `.`, `_`, `-`, and at most one `@domain`. */
export function isUserName(text: string): boolean {
  return text.length <= USER_NAME_MAX && USER_NAME.test(text)
}
