import { ROLES, type Role } from '@sallyport/model'
import { z } from 'zod'
import { route } from './route.ts'
import { identity, identityProvider, pendingAccount } from './schemas/account.ts'
import { nothing, selector } from './schemas/primitives.ts'
import { userDetail } from './schemas/user.ts'

const ADMINS = ['owner', 'admin'] as const satisfies readonly Role[]
const READERS = ['owner', 'admin', 'auditor'] as const satisfies readonly Role[]
const EVERYBODY = ROLES as unknown as readonly [Role, ...Role[]]

/** Longest issuer and subject that are looked for, in characters. */
const issuer = z.string().min(1).max(512)
const subject = z.string().min(1).max(255)

/** Whose account an identity of a provider opens, and who waits for one. */
export const accountRoutes = {
  'me.identity-begin': route({
    method: 'POST',
    path: '/v1/me/identities/begin',
    callers: EVERYBODY,
    summary:
      'Begins to link an identity of a provider to the caller’s own account; the browser that asks has to go there.',
    input: z.strictObject({ provider: selector }),
    output: z.object({ location: z.string() }),
  }),
  'me.identity-finish': route({
    method: 'POST',
    path: '/v1/me/identities',
    callers: EVERYBODY,
    summary: 'Links the identity that was just proved in the caller’s own session.',
    input: z.strictObject({ ticket: selector }),
    output: identity,
  }),
  'me.identity-unlink': route({
    method: 'DELETE',
    path: '/v1/me/identities',
    callers: EVERYBODY,
    summary: 'Takes an identity off the caller’s own account; the last way to sign in stays.',
    input: z.strictObject({ issuer, subject }),
    output: identity,
  }),
  'user.unlink': route({
    method: 'DELETE',
    path: '/v1/users/:user/identities',
    callers: ADMINS,
    summary: 'Takes an identity of a provider off a person’s account.',
    input: z.strictObject({ user: selector, issuer, subject }),
    output: identity,
  }),
  'user.pending': route({
    method: 'GET',
    path: '/v1/pending-accounts',
    callers: READERS,
    summary: 'Lists who has proved themselves to an identity provider and has no account.',
    input: nothing,
    output: z.object({ pending: z.array(pendingAccount) }),
  }),
  'user.approve': route({
    method: 'POST',
    path: '/v1/pending-accounts/:pending/approve',
    callers: ADMINS,
    summary: 'Makes a member’s account for somebody who waits, linked to the identity they proved.',
    input: z.strictObject({
      pending: selector,
      /** The login name; their mail address where it is left out. */
      name: selector.optional(),
    }),
    output: userDetail,
  }),
  'user.deny': route({
    method: 'POST',
    path: '/v1/pending-accounts/:pending/deny',
    callers: ADMINS,
    summary: 'Refuses somebody who waits, for a year or until it is taken back.',
    input: z.strictObject({ pending: selector }),
    output: pendingAccount,
  }),
  'user.forget': route({
    method: 'DELETE',
    path: '/v1/pending-accounts/:pending',
    callers: ADMINS,
    summary: 'Forgets that somebody waits or was denied: they may ask again.',
    input: z.strictObject({ pending: selector }),
    output: pendingAccount,
  }),
  'idp.list': route({
    method: 'GET',
    path: '/v1/identity-providers',
    callers: READERS,
    summary: 'Lists the identity providers, and whether each can be signed in with now.',
    input: nothing,
    output: z.object({ redirect_uri: z.string(), providers: z.array(identityProvider) }),
  }),
} as const
