import { createHash } from 'node:crypto'
import { type RememberedCheck as ApiCheck, ApiError } from '@sallyport/api'
import type { User } from '@sallyport/model'
import { EVERY_TARGET, type RememberedCheck } from '../approval/check-book.ts'
import { type ForgetWhich, forgetChecks } from '../approval/forget-checks.ts'
import type { Handlers } from './handlers.ts'
import { type Caller, recordedChange, type Services, timeText } from './services.ts'

export type CheckRoute = 'me.checks' | 'me.check-forget' | 'me.ssh-end'

/** Second factors that the SSH door remembers of the caller, and the caller's own SSH sessions. */
export function checkHandlers(services: Services): Pick<Handlers, CheckRoute> {
  const { checks, roster, sessions, now } = services
  const self = ({ peer }: Caller): User => {
    const user = peer.by === 'session' || peer.by === 'token' ? roster.current.usersById.get(peer.userId) : undefined
    if (user !== undefined) return user
    throw new ApiError('caller.unknown', 'this is about whoever signed in, and nobody did', {
      fix: 'sign in to the console, or: sallyport login',
    })
  }
  const forget = async (user: User, { actor }: Caller, which?: ForgetWhich): Promise<number> => {
    const facts = { actor, reason: 'asked', ...(which === undefined ? {} : { which }) } as const
    const count = await recordedChange(services, (tx, record) => forgetChecks(tx, record, user, facts))
    await checks.refresh()
    return count
  }
  return {
    async 'me.checks'(_, caller) {
      return { checks: (await checks.remembered(self(caller).id, now())).map(shown) }
    },

    async 'me.check-forget'({ check: id }, caller) {
      const user = self(caller)
      if (id === 'all') return { forgotten: await forget(user, caller) }
      const found = (await checks.remembered(user.id, now())).find((each) => idOf(each) === id)
      if (found === undefined) throw new ApiError('credential.not-found', 'no such check is remembered')
      const { source, target } = found
      return { forgotten: await forget(user, caller, { source, target }) }
    },

    'me.ssh-end'(_, caller) {
      const user = self(caller)
      const ending = { denied: 'session.ended-by-owner', note: '', actor: caller.actor } as const
      const ended = sessions.endAllOf(user.id, ending)
      return { ended: ended.map(({ id }) => id) }
    },
  }
}

function shown(check: RememberedCheck): ApiCheck {
  const { source, target, kind: method, provedAt, until } = check
  return {
    id: idOf(check),
    source,
    target: target === EVERY_TARGET ? null : target,
    method,
    checked_at: timeText(provedAt),
    until: timeText(until),
  }
}

/** The table has no ids: address and place are what tells a person's checks apart. */
function idOf({ source, target }: Pick<RememberedCheck, 'source' | 'target'>): string {
  return createHash('sha256').update(`${source} ${target}`).digest('base64url').slice(0, 22)
}
