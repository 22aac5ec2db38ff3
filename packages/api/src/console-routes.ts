import { ROLES, type Role } from '@sallyport/model'
import { z } from 'zod'
import { route } from './route.ts'
import { policyGroups, reachableTargets } from './schemas/console.ts'
import { count, limit, nothing, selector } from './schemas/primitives.ts'

const ADMINS = ['owner', 'admin'] as const satisfies readonly Role[]
const READERS = ['owner', 'admin', 'auditor'] as const satisfies readonly Role[]
const EVERYBODY = ROLES as unknown as readonly [Role, ...Role[]]

/** What rooms of the console ask beside what the command asks. */
export const consoleRoutes = {
  'me.targets': route({
    method: 'GET',
    path: '/v1/me/targets',
    callers: EVERYBODY,
    summary: 'Lists the targets that the caller may reach from where they are, and why.',
    input: z.strictObject({
      /** Part of a name, an address or a tag. */
      text: selector.optional(),
      limit,
      /** Only names after this one: the `next` of the page before. */
      after: selector.optional(),
    }),
    output: reachableTargets,
  }),
  'policy.groups': route({
    method: 'GET',
    path: '/v1/policy/groups',
    callers: READERS,
    summary: 'Lists the groups of the policy, who is in them and which rules mean them.',
    input: nothing,
    output: policyGroups,
  }),
  'user.sign-out': route({
    method: 'POST',
    path: '/v1/users/:user/sign-out',
    callers: ADMINS,
    summary: 'Signs a person out of every browser and command.',
    input: z.strictObject({ user: selector }),
    output: z.object({ ended: count }),
  }),
} as const
