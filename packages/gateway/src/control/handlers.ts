import type { CallRouteName, CheckedInput, RouteOutput, StreamRouteName } from '@sallyport/api'
import { approvalHandlers } from './approvals.ts'
import { auditHandlers } from './audit.ts'
import { authHandlers } from './auth.ts'
import { authorityHandlers } from './authorities.ts'
import { banHandlers } from './bans.ts'
import { certificateHandlers } from './certificates.ts'
import { checkHandlers } from './checks.ts'
import { daemonHandlers } from './daemon.ts'
import { deviceHandlers } from './device.ts'
import { hostKeyHandlers } from './host-keys.ts'
import { identityHandlers } from './identities.ts'
import { meHandlers } from './me.ts'
import { policyHandlers } from './policy.ts'
import { publicHandlers } from './public.ts'
import { reachHandlers } from './reach.ts'
import type { Caller, Services } from './services.ts'
import { sessionHandlers } from './sessions.ts'
import { targetHandlers } from './targets.ts'
import { userHandlers } from './users.ts'

type Maybe<T> = T | Promise<T>

/** One handler for each row of the route table: a row without one does not compile, nor does one without a row. */
export type Handlers = {
  readonly [Name in CallRouteName]: (input: CheckedInput<Name>, caller: Caller) => Maybe<RouteOutput<Name>>
} & {
  readonly [Name in StreamRouteName]: (input: CheckedInput<Name>, caller: Caller) => AsyncIterable<RouteOutput<Name>>
}

export function handlersOf(services: Services): Handlers {
  return {
    ...userHandlers(services),
    ...targetHandlers(services),
    ...policyHandlers(services),
    ...sessionHandlers(services),
    ...banHandlers(services),
    ...auditHandlers(services),
    ...daemonHandlers(services),
    ...authHandlers(services),
    ...deviceHandlers(services),
    ...meHandlers(services),
    ...identityHandlers(services),
    ...approvalHandlers(services),
    ...checkHandlers(services),
    ...reachHandlers(services),
    ...certificateHandlers(services),
    ...authorityHandlers(services),
    ...hostKeyHandlers(services),
    ...publicHandlers(services),
  }
}
