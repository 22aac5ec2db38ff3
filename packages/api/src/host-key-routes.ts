import type { Role } from '@sallyport/model'
import { z } from 'zod'
import { route } from './route.ts'
import { hostKey } from './schemas/daemon.ts'
import { nothing, selector } from './schemas/primitives.ts'

const ADMINS = ['owner', 'admin'] as const satisfies readonly Role[]
const READERS = ['owner', 'admin', 'auditor'] as const satisfies readonly Role[]

/** `next`: announced so that clients learn it; `active`: shown to clients; `former`: still announced so that they keep it. */
const heldHostKey = hostKey.extend({ state: z.enum(['next', 'active', 'former']) })
export type HeldHostKey = z.infer<typeof heldHostKey>

/** The gateway's own host keys, and their rotation with an overlap. */
export const hostKeyRoutes = {
  'host-key.list': route({
    method: 'GET',
    path: '/v1/host-keys',
    callers: READERS,
    summary: 'Lists the gateway’s host keys, and those before and after them.',
    input: nothing,
    output: z.object({ host_keys: z.array(heldHostKey) }),
  }),
  'host-key.rotate': route({
    method: 'POST',
    path: '/v1/host-keys',
    callers: ADMINS,
    summary: 'Makes a new host key that clients learn from now on, and that is not shown to them yet.',
    input: z.strictObject({ type: z.enum(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa']).default('ssh-ed25519') }),
    output: heldHostKey,
  }),
  'host-key.promote': route({
    method: 'POST',
    path: '/v1/host-keys/:host_key/promote',
    callers: ADMINS,
    summary: 'Shows clients the new host key from now on; the one before it is still announced.',
    input: z.strictObject({ host_key: selector }),
    output: heldHostKey,
  }),
  'host-key.retire': route({
    method: 'DELETE',
    path: '/v1/host-keys/:host_key',
    callers: ADMINS,
    summary: 'Destroys a host key that is not active; clients that know it forget it.',
    input: z.strictObject({ host_key: selector }),
    output: heldHostKey,
  }),
} as const
