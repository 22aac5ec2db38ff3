import type { Store } from '@sallyport/store'
import type { RosterKeeper } from '../access/roster.ts'
import type { CheckBook } from '../approval/check-book.ts'
import type { Session } from './session.ts'
import type { SessionRegistry } from './session-registry.ts'

/** How often sessions are looked at for bytes that moved, bans for their end, in milliseconds. */
const HOUSEKEEPING_MS = 2000
/** How often what nobody can use any more is deleted, in milliseconds. */
const FORGETTING_MS = 60 * 60 * 1000
const DAY_SECONDS = 24 * 60 * 60
/** How long a certificate is listed after its end, in seconds: whoever looks into a log of the last weeks finds it. */
const CERTIFICATE_KEPT_SECONDS = 30 * DAY_SECONDS
/** The same of one that was revoked: a clock that is set a year ahead, and back, must not bring it to life. */
const REVOKED_KEPT_SECONDS = 400 * DAY_SECONDS
/** Certificates that are forgotten at once: a few milliseconds, and more in a day than thousands of people get. */
const CERTIFICATES_FORGOTTEN_MAX = 1000

export interface HousekeepingParts {
  readonly sessions: SessionRegistry
  readonly recheck: (session: Session) => unknown
  readonly roster: RosterKeeper
  readonly store: Store
  readonly checks: CheckBook
  readonly failed: (what: string, error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What ends by the clock alone, until disposed: certificates of live sessions, bans, remembered checks, links, web sessions. */
export function keepHouse({ sessions, recheck, roster, store, checks, failed, now }: HousekeepingParts): Disposable {
  const looking = setInterval(() => {
    for (const session of sessions.everyone()) {
      session.look(now())
      // A certificate ends whether or not anything else happens.
      if ((session.principal.proof.certificate?.validBefore ?? Number.POSITIVE_INFINITY) <= now()) recheck(session)
    }
    if (roster.current.bans.hasEnded(now()))
      store.bans.removeExpired().catch((error: unknown) => failed('forget bans that have ended', error))
  }, HOUSEKEEPING_MS)
  const forgetting = setInterval(() => {
    checks.purge(now()).catch((error: unknown) => failed('forget old login checks', error))
    store.invitations.removeExpired().catch((error: unknown) => failed('forget links that have ended', error))
    forgetCertificates(store, now()).catch((error: unknown) => failed('forget certificates that have ended', error))
    store.webSessions.removeExpired().catch((error: unknown) => failed('forget web sessions that have ended', error))
  }, FORGETTING_MS)
  looking.unref()
  forgetting.unref()
  return {
    [Symbol.dispose]() {
      clearInterval(looking)
      clearInterval(forgetting)
    },
  }
}

/** Deletes what is known of people's certificates that ended long ago; `now` in milliseconds since the epoch. The audit log keeps its events. */
export function forgetCertificates({ certificates }: Pick<Store, 'certificates'>, now: number): Promise<number> {
  const seconds = Math.floor(now / 1000)
  return certificates.removeEnded({
    endedBefore: seconds - CERTIFICATE_KEPT_SECONDS,
    revokedEndedBefore: seconds - REVOKED_KEPT_SECONDS,
    limit: CERTIFICATES_FORGOTTEN_MAX,
  })
}
