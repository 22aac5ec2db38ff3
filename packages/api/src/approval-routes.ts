import { ROLES, type Role } from '@sallyport/model'
import { z } from 'zod'
import { route } from './route.ts'
import { approval, approvalCode } from './schemas/approval.ts'
import { ceremony, ceremonyId, webAuthnJson } from './schemas/identity.ts'
import { nothing } from './schemas/primitives.ts'

const EVERYBODY = ROLES as unknown as readonly [Role, ...Role[]]

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
    summary: 'Begins to approve one with a passkey; the challenge is bound to this very login.',
    input: z.strictObject({ code: approvalCode }),
    output: ceremony,
  }),
  'approval.decide': route({
    method: 'POST',
    path: '/v1/approvals/:code',
    callers: EVERYBODY,
    summary: 'Approves one with the passkey’s answer, or denies it.',
    input: z.strictObject({
      code: approvalCode,
      decision: z.enum(['approve', 'deny']),
      /** Both with `approve`, neither with `deny`. */
      ceremony: ceremonyId.optional(),
      response: webAuthnJson.optional(),
    }),
    output: approval,
  }),
} as const
