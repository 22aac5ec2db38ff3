import { ACTOR_GATEWAY } from '@sallyport/audit'
import type { Authorizer } from '../access/authorize.ts'
import type { NamedAuthority } from '../access/named-authorities.ts'
import type { Roster } from '../access/roster.ts'
import { standingIn } from '../access/roster-decider.ts'
import type { Session } from './session.ts'
import type { SessionRegistry } from './session-registry.ts'
import type { WayWatch } from './way-watch.ts'

/** Sessions looked at before other work gets its turn. */
const BATCH = 200

export interface RevocationParts {
  readonly sessions: SessionRegistry
  readonly authorizer: Authorizer
  readonly ways: WayWatch
  readonly roster: () => Roster
  /** Authorities of others whose certificates prove users; none unless given. */
  readonly namedAuthorities?: () => readonly NamedAuthority[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What a revocation ended. */
export interface Revoked {
  readonly sessions: number
  readonly passages: number
}

/**
 * Ends what is no longer allowed: sessions whose user, key or source no longer counts, and passages that the present
 * policy would not grant. Nothing is told to it but "something changed"; it asks about everything that is open.
 */
export function revocation(parts: RevocationParts): {
  readonly all: () => Promise<Revoked>
  /** The same for one session. */
  readonly one: (session: Session) => void
} {
  return {
    async all() {
      const ended = { sessions: 0, passages: 0 }
      for (const [index, session] of parts.sessions.everyone().entries()) {
        if (index > 0 && index % BATCH === 0) await new Promise(setImmediate)
        // Asked anew for each: the roster may have changed again.
        revoke(session, parts, ended)
      }
      return ended
    },
    one: (session) => revoke(session, parts, { sessions: 0, passages: 0 }),
  }
}

function revoke(
  session: Session,
  { authorizer, ways, roster, namedAuthorities, now }: RevocationParts,
  ended: { sessions: number; passages: number },
): void {
  const { principal } = session
  const current = roster()
  const banned = current.bans.find(principal.sourceAddress, now()) !== undefined
  const denied = banned ? 'session.banned' : standingIn(current, principal, now(), namedAuthorities?.())
  if (denied !== undefined) {
    ended.passages += session.passages.length
    if (session.end({ denied, note: '', actor: ACTOR_GATEWAY })) ended.sessions++
    return
  }
  for (const { id, grant, live } of session.passages) {
    // Until one is chosen, any of the granted addresses may be dialled.
    const addresses = live === undefined ? grant.addresses : [live.address]
    for (const address of addresses) {
      const { lost, limits } = authorizer.recheck(grant, address)
      if (lost === undefined) {
        ways.change(id, limits)
        continue
      }
      session.endPassage(id, { denied: lost, note: '', actor: ACTOR_GATEWAY })
      ended.passages++
      break
    }
  }
}
