import { z } from 'zod'
import { identity } from './account.ts'
import { count, LABEL_MAX, role, time } from './primitives.ts'
import { key } from './user.ts'

/** Something that somebody showed, and when. */
export const factor = z.object({ factor: z.string(), at: time })
export type Factor = z.infer<typeof factor>

/** Options and answers of WebAuthn as browsers speak them; `packages/identity` checks the answers. */
export const webAuthnJson = z.record(z.string(), z.unknown())

/** Shortest password that can be set, in characters. */
export const PASSWORD_MIN = 15
export const ceremonyId = z.string().min(1).max(LABEL_MAX)

/** A WebAuthn ceremony that was begun. */
export const ceremony = z.object({ ceremony: z.string(), options: webAuthnJson })
export type Ceremony = z.infer<typeof ceremony>

/** Whoever is signed in. */
export const signedIn = z.object({
  user: z.string(),
  display_name: z.string(),
  role,
  factors: z.array(factor),
  expires_at: time,
})
export type SignedIn = z.infer<typeof signedIn>

export const signInState = z.object({
  /** What the gateway is called. */
  gateway: z.string(),
  /** What ssh shows of it, for people to compare: fingerprints that anybody may ask its SSH door for. */
  ssh: z.object({
    host_keys: z.array(z.object({ type: z.string(), fingerprint: z.string() })),
    /** Authority that certifies them. */
    host_authority: z.string().nullable(),
  }),
  signed_in: signedIn.nullable(),
  /** Ways to sign in that are switched on. */
  methods: z.object({
    passkey: z.boolean(),
    password: z.boolean(),
    providers: z.array(z.object({ name: z.string(), title: z.string() })),
  }),
})
export type SignInState = z.infer<typeof signInState>

/** A one-time link as its bearer sees it. */
export const link = z.object({
  purpose: z.enum(['setup', 'invite', 'recover']),
  gateway: z.string(),
  user: z.string(),
  display_name: z.string(),
  role,
  expires_at: time,
})
export type Link = z.infer<typeof link>

export const linkFinished = z.object({ signed_in: signedIn, recovery_codes: z.array(z.string()) })
export type LinkFinished = z.infer<typeof linkFinished>

/** A one-time link as whoever made it sees it: once. */
export const newLink = z.object({ url: z.string(), user: z.string(), purpose: link.shape.purpose, expires_at: time })
export type NewLink = z.infer<typeof newLink>

export const passkey = z.object({
  id: z.string(),
  name: z.string(),
  created_at: time,
  last_used_at: time.nullable(),
  /** Synced between devices. */
  synced: z.boolean(),
  aaguid: z.string(),
})
export type Passkey = z.infer<typeof passkey>

export const webSession = z.object({
  id: z.string(),
  method: z.string(),
  source: z.string(),
  agent: z.string(),
  created_at: time,
  last_seen_at: time,
  expires_at: time,
  /** Whether it is the one that asks. */
  current: z.boolean(),
})
export type WebSession = z.infer<typeof webSession>

export const apiToken = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: time,
  last_used_at: time.nullable(),
  expires_at: time,
})
export type ApiToken = z.infer<typeof apiToken>

export const certificate = z.object({
  serial: count,
  kind: z.enum(['user', 'host']),
  subject: z.string(),
  fingerprint: z.string(),
  principals: z.array(z.string()),
  valid_after: time,
  valid_before: time,
  issued_at: time,
  revoked: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
})
export type Certificate = z.infer<typeof certificate>

export const issuedCertificate = certificate.extend({
  /** `type base64 comment`: the contents of a -cert.pub file. */
  line: z.string(),
})
export type IssuedCertificate = z.infer<typeof issuedCertificate>

export const me = z.object({
  id: z.string(),
  user: z.string(),
  display_name: z.string(),
  role,
  identities: z.array(identity),
  /** Groups of the policy that identity providers vouch for, and that count. */
  groups: z.array(z.string()),
  /** Whether a password is set. */
  password: z.boolean(),
  passkeys: z.array(passkey),
  totp: z.boolean(),
  recovery_codes_left: count,
  keys: z.array(key),
  certificates: z.array(certificate),
  sessions: z.array(webSession),
  tokens: z.array(apiToken),
})
export type Me = z.infer<typeof me>

export const authority = z.object({
  id: z.string(),
  kind: z.enum(['user', 'host']),
  /** `next` is believed and does not sign yet, `active` signs, `former` is still believed, `retired` is not. */
  state: z.enum(['next', 'active', 'former', 'retired']),
  fingerprint: z.string(),
  created_at: time,
  retired_at: time.nullable(),
  /** `type base64`. */
  line: z.string(),
  /**
   * Targets to enrol again: for an authority of users that signs or is next, those that were enrolled and not since it was made;
   * for a former or retired one of hosts, those whose last certificate it signed. Targets that never got a host certificate are
   * not known.
   */
  targets_left: z.array(z.string()),
})
export type Authority = z.infer<typeof authority>

export const revocationList = z.object({
  /** The KRL in base64, for `RevokedKeys` in sshd_config. */
  krl: z.string(),
  serials: count,
  keys: count,
})
export type RevocationList = z.infer<typeof revocationList>

/** What a target needs to believe our certificates, and to be believed. */
export const enrolment = z.object({
  target: z.string(),
  /** Files to write, in order. */
  files: z.array(z.object({ path: z.string(), mode: z.string(), text: z.string() })),
  /** Commands to run as root afterwards. */
  commands: z.array(z.string()),
  /** The same as one shell script. */
  script: z.string(),
})
export type Enrolment = z.infer<typeof enrolment>
