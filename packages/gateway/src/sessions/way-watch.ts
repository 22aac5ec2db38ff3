import { ACTOR_GATEWAY } from '@sallyport/audit'
import type { PassageId } from '@sallyport/model'
import type { Clock } from '@sallyport/wire'
import type { DenialName } from '../access/denial-codes.ts'
import type { WayLimits } from '../access/door-terms.ts'
import type { LivePassage, Passage, Session } from './session.ts'

/** How often ways with limits are looked at, in milliseconds: by so much they may end late. */
const LOOK_MS = 1000

interface Watched {
  readonly session: Session
  readonly passage: Passage
  readonly live: LivePassage
  /** Monotonic milliseconds, as all times here: a clock that is set must neither cut ways off nor keep them open. */
  readonly openedAt: number
  limits: WayLimits | undefined
  bytesSeen: number
  activeAt: number
}

/** Ends ways at the limits that the policy sets them. Looks at nothing while no open way has any. */
export class WayWatch implements Disposable {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>
  readonly #ways = new Map<PassageId, Watched>()
  readonly #limited = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock
  }

  /** Watches a way that has just been opened, until disposed. What is over already ends at once. */
  begin(session: Session, passage: Passage, live: LivePassage, limits: WayLimits | undefined): Disposable {
    const openedAt = this.#clock.monotonic()
    const way: Watched = { session, passage, live, openedAt, limits: undefined, bytesSeen: 0, activeAt: openedAt }
    this.#ways.set(passage.id, way)
    this.#limit(way, limits)
    return { [Symbol.dispose]: () => this.#end(way) }
  }

  /** The policy says something else now of a way that is open. */
  change(id: PassageId, limits: WayLimits | undefined): void {
    const way = this.#ways.get(id)
    if (way !== undefined) this.#limit(way, limits)
  }

  /** Looks at every way with limits. */
  look(): void {
    for (const way of this.#limited) this.#lookAt(way)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#limited.clear()
    this.#ways.clear()
  }

  #limit(way: Watched, limits: WayLimits | undefined): void {
    if (limits === undefined && way.limits === undefined) return
    // Idleness counts from when somebody began to ask for it.
    if (way.limits?.idleMs === undefined) {
      way.bytesSeen = way.live.bytesToTarget() + way.live.bytesToClient()
      way.activeAt = this.#clock.monotonic()
    }
    way.limits = limits
    if (limits === undefined) this.#limited.delete(way)
    else {
      this.#limited.add(way)
      this.#lookAt(way)
    }
    this.#arm()
  }

  #lookAt(way: Watched): void {
    const now = this.#clock.monotonic()
    const { live, passage } = way
    const bytes = live.bytesToTarget() + live.bytesToClient()
    if (bytes !== way.bytesSeen) {
      way.bytesSeen = bytes
      way.activeAt = now
    }
    const denied = this.#over(way, now)
    if (denied !== undefined) way.session.endPassage(passage.id, { denied, note: '', actor: ACTOR_GATEWAY })
  }

  #over({ limits, openedAt, activeAt, session }: Watched, now: number): DenialName | undefined {
    if (limits === undefined) return undefined
    const { idleMs, sessionMs, endsAt, postQuantum } = limits
    // Hours are those of the clock on the wall.
    if (endsAt !== undefined && this.#clock.now() >= endsAt) return 'passage.hours-over'
    if (sessionMs !== undefined && now - openedAt >= sessionMs) return 'passage.expired'
    if (idleMs !== undefined && now - activeAt >= idleMs) return 'passage.idle'
    // New keys may have been agreed on in another way than the first ones.
    return postQuantum && !session.facts.postQuantum() ? 'policy.post-quantum' : undefined
  }

  #end(way: Watched): void {
    this.#ways.delete(way.passage.id)
    this.#limited.delete(way)
    this.#arm()
  }

  #arm(): void {
    if (this.#limited.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    } else if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.look(), LOOK_MS)
      this.#timer.unref()
    }
  }
}
