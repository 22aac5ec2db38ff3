import { ROLES, type Role } from '@sallyport/model'
import { z } from 'zod'
import { route } from './route.ts'
import {
  apiToken,
  authority,
  ceremony,
  ceremonyId,
  certificate,
  enrolment,
  issuedCertificate,
  link,
  linkFinished,
  me,
  newLink,
  passkey,
  revocationList,
  signedIn,
  signInState,
  webAuthnJson,
} from './schemas/identity.ts'
import { count, displayName, label, limit, note, nothing, selector, time } from './schemas/primitives.ts'
import { key, keyLine } from './schemas/user.ts'

const ADMINS = ['owner', 'admin'] as const satisfies readonly Role[]
const READERS = ['owner', 'admin', 'auditor'] as const satisfies readonly Role[]
const EVERYBODY = ROLES as unknown as readonly [Role, ...Role[]]

/** A secret in a link: `spl_` and 43 characters. */
const linkToken = z.string().min(1).max(64)
const code = z.string().min(1).max(64)
/** Room for every password that is hashed, and some beyond, which is refused in words. */
const password = z.string().min(1).max(4096)
/** Shortest and longest life of what can be asked for, in seconds: a minute, a day, and for tokens a year. */
const certificateSeconds = z.int().min(60).max(86_400)
const tokenSeconds = z
  .int()
  .min(60)
  .max(366 * 86_400)
const SCOPES_MAX = 32
/** Whether everything else of the caller's is signed out with it: whoever takes a proof away mostly lost it. */
const endOthers = z.boolean().default(true)

/** Signing in, one's own credentials, certificates and their authorities. */
export const identityRoutes = {
  'auth.state': route({
    method: 'GET',
    path: '/v1/auth/state',
    callers: 'anyone',
    summary: 'Says who is signed in, and how to sign in.',
    input: nothing,
    output: signInState,
  }),
  'auth.passkey-begin': route({
    method: 'POST',
    path: '/v1/auth/passkey/begin',
    callers: 'anyone',
    summary: 'Begins to sign in with a passkey.',
    input: nothing,
    output: ceremony,
  }),
  'auth.passkey-finish': route({
    method: 'POST',
    path: '/v1/auth/passkey/finish',
    callers: 'anyone',
    summary: 'Signs in with a passkey’s answer.',
    input: z.strictObject({ ceremony: ceremonyId, response: webAuthnJson }),
    output: signedIn,
  }),
  'auth.recovery-code': route({
    method: 'POST',
    path: '/v1/auth/recovery-code',
    callers: 'anyone',
    summary:
      'Signs in with a recovery code, which is used up, and signs everything else of theirs out unless told not to.',
    input: z.strictObject({ user: selector, code, end_others: endOthers }),
    output: signedIn,
  }),
  'auth.password': route({
    method: 'POST',
    path: '/v1/auth/password',
    callers: 'anyone',
    summary: 'Signs in with a password, and a one-time code where one is set up; where passwords are switched on.',
    input: z.strictObject({ user: selector, password, code: code.optional() }),
    output: signedIn,
  }),
  'auth.sign-out': route({
    method: 'POST',
    path: '/v1/auth/sign-out',
    callers: 'anyone',
    summary: 'Ends the session that asks.',
    input: nothing,
    output: nothing,
  }),
  'link.show': route({
    method: 'GET',
    path: '/v1/links/:token',
    callers: 'anyone',
    summary: 'Says what a one-time link is for.',
    input: z.strictObject({ token: linkToken }),
    output: link,
  }),
  'link.begin': route({
    method: 'POST',
    path: '/v1/links/:token/begin',
    callers: 'anyone',
    summary: 'Begins to register a passkey with a one-time link.',
    input: z.strictObject({ token: linkToken, display_name: displayName.optional() }),
    output: ceremony,
  }),
  'link.finish': route({
    method: 'POST',
    path: '/v1/links/:token/finish',
    callers: 'anyone',
    summary: 'Registers the passkey, signs in, and uses the link up.',
    input: z.strictObject({
      token: linkToken,
      ceremony: ceremonyId,
      response: webAuthnJson,
      passkey_name: label,
      display_name: displayName.optional(),
    }),
    output: linkFinished,
  }),
  'me.show': route({
    method: 'GET',
    path: '/v1/me',
    callers: EVERYBODY,
    summary: 'Shows the caller’s own credentials and sessions.',
    input: nothing,
    output: me,
  }),
  'me.passkey-begin': route({
    method: 'POST',
    path: '/v1/me/passkeys/begin',
    callers: EVERYBODY,
    summary: 'Begins to register another passkey.',
    input: nothing,
    output: ceremony,
  }),
  'me.passkey-add': route({
    method: 'POST',
    path: '/v1/me/passkeys',
    callers: EVERYBODY,
    summary: 'Registers another passkey.',
    input: z.strictObject({ ceremony: ceremonyId, response: webAuthnJson, name: label }),
    output: passkey,
  }),
  'me.passkey-rename': route({
    method: 'PATCH',
    path: '/v1/me/passkeys/:passkey',
    callers: EVERYBODY,
    summary: 'Renames a passkey.',
    input: z.strictObject({ passkey: selector, name: label }),
    output: passkey,
  }),
  'me.passkey-remove': route({
    method: 'DELETE',
    path: '/v1/me/passkeys/:passkey',
    callers: EVERYBODY,
    summary: 'Removes a passkey, and ends other sign-ins unless told not to; the last way to sign in stays.',
    input: z.strictObject({ passkey: selector, end_others: endOthers }),
    output: passkey,
  }),
  'me.totp-begin': route({
    method: 'POST',
    path: '/v1/me/totp/begin',
    callers: EVERYBODY,
    summary: 'Makes a TOTP secret that counts once its first code is confirmed.',
    input: nothing,
    output: z.object({ uri: z.string(), secret: z.string() }),
  }),
  'me.totp-confirm': route({
    method: 'POST',
    path: '/v1/me/totp',
    callers: EVERYBODY,
    summary: 'Confirms the TOTP secret by its first code.',
    input: z.strictObject({ code }),
    output: nothing,
  }),
  'me.totp-remove': route({
    method: 'DELETE',
    path: '/v1/me/totp',
    callers: EVERYBODY,
    summary: 'Removes the TOTP secret, and ends other sign-ins unless told not to.',
    input: z.strictObject({ end_others: endOthers }),
    output: nothing,
  }),
  'me.password-set': route({
    method: 'POST',
    path: '/v1/me/password',
    callers: EVERYBODY,
    summary:
      'Sets the caller’s password, where passwords are switched on; a change ends other sign-ins unless told not to.',
    input: z.strictObject({ password, end_others: endOthers }),
    output: nothing,
  }),
  'me.password-remove': route({
    method: 'DELETE',
    path: '/v1/me/password',
    callers: EVERYBODY,
    summary: 'Removes the caller’s password, and ends other sign-ins unless told not to.',
    input: z.strictObject({ end_others: endOthers }),
    output: nothing,
  }),
  'me.recovery-codes': route({
    method: 'POST',
    path: '/v1/me/recovery-codes',
    callers: EVERYBODY,
    summary: 'Makes new recovery codes; the old ones no longer count.',
    input: nothing,
    output: z.object({ recovery_codes: z.array(z.string()) }),
  }),
  'me.key-add': route({
    method: 'POST',
    path: '/v1/me/keys',
    callers: EVERYBODY,
    summary: 'Adds an SSH key of the caller’s own.',
    input: z.strictObject({ public_key: keyLine, comment: label.optional() }),
    output: key,
  }),
  'me.key-remove': route({
    method: 'DELETE',
    path: '/v1/me/keys/:key',
    callers: EVERYBODY,
    summary: 'Removes an SSH key of the caller’s own, by id or fingerprint, and ends the sessions it opened.',
    input: z.strictObject({ key: selector }),
    output: key,
  }),
  'me.session-end': route({
    method: 'DELETE',
    path: '/v1/me/sessions/:session',
    callers: EVERYBODY,
    summary: 'Signs one of the caller’s browsers or commands out; `others` all but the one that asks.',
    input: z.strictObject({ session: selector }),
    output: z.object({ ended: count }),
  }),
  'me.token-add': route({
    method: 'POST',
    path: '/v1/me/tokens',
    callers: EVERYBODY,
    summary: 'Makes an API token, which is shown once.',
    input: z.strictObject({ name: label, scopes: z.array(label).min(1).max(SCOPES_MAX), seconds: tokenSeconds }),
    output: apiToken.extend({ token: z.string() }),
  }),
  'me.token-remove': route({
    method: 'DELETE',
    path: '/v1/me/tokens/:token',
    callers: EVERYBODY,
    summary: 'Takes an API token back.',
    input: z.strictObject({ token: selector }),
    output: apiToken,
  }),
  'me.certificate-issue': route({
    method: 'POST',
    path: '/v1/me/certificates',
    callers: EVERYBODY,
    summary: 'Signs a short-lived certificate for the caller’s SSH key.',
    input: z.strictObject({ public_key: keyLine, seconds: certificateSeconds.optional() }),
    output: issuedCertificate,
  }),
  'user.invite': route({
    method: 'POST',
    path: '/v1/users/:user/link',
    callers: ADMINS,
    summary: 'Makes a one-time link with which this person sets up how they sign in.',
    input: z.strictObject({ user: selector }),
    output: newLink,
  }),
  'ca.list': route({
    method: 'GET',
    path: '/v1/authorities',
    callers: READERS,
    summary: 'Lists the SSH certificate authorities.',
    input: nothing,
    output: z.object({ authorities: z.array(authority) }),
  }),
  'ca.rotate': route({
    method: 'POST',
    path: '/v1/authorities',
    callers: ADMINS,
    summary: 'Makes the next authority: it is believed from now on, and does not sign yet.',
    input: z.strictObject({ kind: z.enum(['user', 'host']) }),
    output: authority,
  }),
  'ca.promote': route({
    method: 'POST',
    path: '/v1/authorities/:authority/promote',
    callers: ADMINS,
    summary: 'Has the next authority sign from now on; the one before it is still believed.',
    input: z.strictObject({ authority: selector }),
    output: authority,
  }),
  'ca.retire': route({
    method: 'DELETE',
    path: '/v1/authorities/:authority',
    callers: ADMINS,
    summary: 'Takes the trust from an authority that does not sign, and destroys its key.',
    input: z.strictObject({ authority: selector }),
    output: authority,
  }),
  'ca.krl': route({
    method: 'GET',
    path: '/v1/authorities/krl',
    callers: READERS,
    summary: 'The revocation list for targets.',
    input: nothing,
    output: revocationList,
  }),
  'certificate.list': route({
    method: 'GET',
    path: '/v1/certificates',
    callers: READERS,
    summary: 'Lists certificates, newest first.',
    input: z.strictObject({ user: selector.optional(), valid: z.boolean().default(true), limit }),
    output: z.object({ certificates: z.array(certificate) }),
  }),
  'certificate.revoke': route({
    method: 'POST',
    path: '/v1/certificates/revoke',
    callers: ADMINS,
    summary: 'Revokes one certificate by serial, or all of a person.',
    input: z.strictObject({ serial: count.optional(), user: selector.optional(), reason: note }),
    output: z.object({ revoked: z.array(count) }),
  }),
  'key.revoke': route({
    method: 'POST',
    path: '/v1/keys/revoke',
    callers: ADMINS,
    summary: 'Revokes a key for good: it proves nobody, also inside certificates.',
    input: z.strictObject({ public_key: keyLine, reason: note }),
    output: z.object({ fingerprint: z.string(), revoked_at: time }),
  }),
  'target.enrol': route({
    method: 'POST',
    path: '/v1/targets/:target/enrol',
    callers: ADMINS,
    summary: 'Signs a target’s host key and says what it needs to believe our certificates.',
    input: z.strictObject({
      target: selector,
      host_key: keyLine.optional(),
      names: z.array(selector).max(32).default([]),
    }),
    output: enrolment,
  }),
} as const
