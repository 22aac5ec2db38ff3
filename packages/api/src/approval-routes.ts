import { ROLES, type Role } from '@sallyport/model'
import { z } from 'zod'
import { route, streamRoute } from './route.ts'
import { approval, approvalCode, keepSeconds, rememberedCheck } from './schemas/approval.ts'
import { ceremony, ceremonyId, webAuthnJson } from './schemas/identity.ts'
import { count, nothing, selector } from './schemas/primitives.ts'

const EVERYBODY = ROLES as unknown as readonly [Role, ...Role[]]

/** A one-time code as people type it. */
const oneTimeCode = z.string().min(1).max(64)

/** SSH logins that wait for a passkey of whoever is signing in. Somebody else's do not exist. */
export const approvalRoutes = {
  'approval.list': route({
    method: 'GET',
    path: '/v1/approvals',
    callers: EVERYBODY,
    summary: 'Lists the caller’s own SSH logins that wait, oldest first.',
    input: nothing,
    output: z.object({ approvals: z.array(approval) }),
  }),
  'approval.watch': streamRoute({
    method: 'GET',
    path: '/v1/approvals/watch',
    callers: EVERYBODY,
    summary: 'The same list now, and again whenever it is another one.',
    input: nothing,
    output: z.object({ approvals: z.array(approval) }),
  }),
  'approval.show': route({
    method: 'GET',
    path: '/v1/approvals/:code',
    callers: EVERYBODY,
    summary: 'Shows one of them.',
    input: z.strictObject({ code: approvalCode }),
    output: approval,
  }),
  'approval.begin': route({
    method: 'POST',
    path: '/v1/approvals/:code/begin',
    callers: EVERYBODY,
    summary:
      'Begins to approve one with a passkey; the challenge is bound to this very login and to how long it counts.',
    input: z.strictObject({ code: approvalCode, keep_seconds: keepSeconds }),
    output: ceremony,
  }),
  'approval.decide': route({
    method: 'POST',
    path: '/v1/approvals/:code',
    callers: EVERYBODY,
    summary: 'Approves one with a passkey’s answer or a one-time code, denies it, or says that it was somebody else’s.',
    input: z.strictObject({
      code: approvalCode,
      decision: z.enum(['approve', 'deny', 'report']),
      /** As it was when the ceremony began. */
      keep_seconds: keepSeconds,
      /** Both with `approve` by passkey. */
      ceremony: ceremonyId.optional(),
      response: webAuthnJson.optional(),
      /** With `approve` by a one-time code. */
      one_time_code: oneTimeCode.optional(),
    }),
    output: approval,
  }),
  'me.checks': route({
    method: 'GET',
    path: '/v1/me/checks',
    callers: EVERYBODY,
    summary: 'Lists the caller’s second factors that the SSH door remembers, the latest first.',
    input: nothing,
    output: z.object({ checks: z.array(rememberedCheck) }),
  }),
  'me.check-forget': route({
    method: 'DELETE',
    path: '/v1/me/checks/:check',
    callers: EVERYBODY,
    summary: 'Forgets one of them, or `all`: it is asked for again, and ways that rest on it end.',
    input: z.strictObject({ check: selector }),
    output: z.object({ forgotten: count }),
  }),
  'me.ssh-end': route({
    method: 'POST',
    path: '/v1/me/ssh-sessions/end',
    callers: EVERYBODY,
    summary: 'Ends the caller’s own SSH sessions.',
    input: nothing,
    output: z.object({ ended: z.array(z.string()) }),
  }),
} as const
