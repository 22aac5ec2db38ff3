declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type UserId = Branded<'UserId'>
export type KeyId = Branded<'KeyId'>
export type TargetId = Branded<'TargetId'>
/** One authenticated connection of a principal to a door. */
export type SessionId = Branded<'SessionId'>
/** One way through a session to a target: for SSH, one forwarded channel. */
export type PassageId = Branded<'PassageId'>
export type BanId = Branded<'BanId'>
export type PasskeyId = Branded<'PasskeyId'>
export type WebSessionId = Branded<'WebSessionId'>
export type ApiTokenId = Branded<'ApiTokenId'>
export type InvitationId = Branded<'InvitationId'>
/** Somebody whom an identity provider vouches for and who has no account. */
export type PendingAccountId = Branded<'PendingAccountId'>
/** An SSH certificate authority of ours: one key. */
export type AuthorityId = Branded<'AuthorityId'>

const PREFIXES = {
  user: 'usr',
  key: 'key',
  target: 'tgt',
  session: 'ses',
  passage: 'psg',
  ban: 'ban',
  passkey: 'pky',
  webSession: 'web',
  apiToken: 'tok',
  invitation: 'inv',
  pendingAccount: 'pnd',
  authority: 'cta',
} as const

interface IdOf {
  user: UserId
  key: KeyId
  target: TargetId
  session: SessionId
  passage: PassageId
  ban: BanId
  passkey: PasskeyId
  webSession: WebSessionId
  apiToken: ApiTokenId
  invitation: InvitationId
  pendingAccount: PendingAccountId
  authority: AuthorityId
}

/** 16 lower-case base32 digits: 80 bits. */
const BODY = /^[a-z2-7]{16}$/
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
/** Bytes of randomness that `makeId` takes. */
export const ID_RANDOM_BYTES = 10

/** The only maker of ids from text; `undefined` where the text is not one of this kind. */
export function parseId<K extends keyof IdOf>(kind: K, text: string): IdOf[K] | undefined {
  const prefix = `${PREFIXES[kind]}_`
  if (!text.startsWith(prefix) || !BODY.test(text.slice(prefix.length))) return undefined
  return text as IdOf[K]
}

/** A new id from `ID_RANDOM_BYTES` random bytes, which the caller draws: this package has no source of randomness. */
export function makeId<K extends keyof IdOf>(kind: K, random: Uint8Array): IdOf[K] {
  if (random.length !== ID_RANDOM_BYTES) throw new RangeError(`an id takes ${ID_RANDOM_BYTES} random bytes`)
  let bits = 0n
  for (const byte of random) bits = (bits << 8n) | BigInt(byte)
  let body = ''
  for (let digit = 15n; digit >= 0n; digit--) body += BASE32[Number((bits >> (digit * 5n)) & 31n)]
  return `${PREFIXES[kind]}_${body}` as IdOf[K]
}
