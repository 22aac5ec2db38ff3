import { ApiError, type Session as ApiSession } from '@sallyport/api'
import { shownText } from '@sallyport/model'
import type { Session } from '../sessions/session.ts'
import type { Handlers } from './handlers.ts'
import { type Services, timeText } from './services.ts'
import { plain } from './users.ts'

/** `session …`. */
export function sessionHandlers(services: Services): Pick<Handlers, `session.${string}` & keyof Handlers> {
  const { sessions, roster } = services
  const userId = (selector: string) => {
    const user = roster.current.usersByName.get(selector) ?? roster.current.usersById.get(selector)
    if (user !== undefined) return user.id
    throw new ApiError('user.not-found', `there is no user “${plain(selector)}”`, { fix: 'sallyport user ls' })
  }
  const killed = (reason: string, actor: string) =>
    ({ denied: 'session.killed', note: oneLine(reason), actor }) as const
  return {
    'session.list'({ user }) {
      const found = user === undefined ? sessions.list() : sessions.ofUser(userId(user))
      return { sessions: found.map((session) => shown(session, services.now())) }
    },
    'session.kill'({ session: id, reason }, { actor }) {
      const session = sessions.byId(id)
      if (session === undefined)
        throw new ApiError('session.not-found', `there is no live session “${plain(id)}”`, {
          fix: 'sallyport session ls',
        })
      session.end(killed(reason, actor))
      return { ended: [session.id] }
    },
    'session.kill-user'({ user, reason }, { actor }) {
      const ended = sessions.endAllOf(userId(user), killed(reason, actor))
      return { ended: ended.map(({ id }) => id) }
    },
  }
}

/** Whole, unlike what is only repeated: its length is the schema's. */
function oneLine(text: string): string {
  return shownText(text, ' ').trim()
}

function shown(session: Session, now: number): ApiSession {
  const { principal, facts } = session
  return {
    id: session.id,
    user: principal.name,
    door: 'ssh',
    source: principal.sourceAddress,
    source_port: facts.sourcePort,
    key: principal.proof.fingerprint,
    client: facts.client,
    started_at: timeText(facts.startedAt),
    idle_seconds: Math.max(0, Math.floor((now - session.activeAt) / 1000)),
    passages: session.passages.map(({ id, grant, grantedAt, live }) => ({
      id,
      host: plain(grant.destination.host),
      target: grant.target?.name ?? null,
      address: live?.address ?? grant.addresses[0] ?? '',
      port: grant.port,
      opened_at: timeText(live?.openedAt ?? grantedAt),
      bytes_in: live?.bytesToTarget() ?? 0,
      bytes_out: live?.bytesToClient() ?? 0,
      inner_banner: live?.innerBanner() ?? null,
    })),
  }
}
