import { ACTOR_GATEWAY, type AuditEvent, peerText } from '@sallyport/audit'
import { ID_RANDOM_BYTES, makeId, type PassageId } from '@sallyport/model'
import type { DirectTcpipChannel, IncomingOpen, SocketPump } from '@sallyport/ssh'
import type { AccessGrant, Authorizer } from '../access/authorize.ts'
import { isAccessGrant } from '../access/authorize.ts'
import { DENIALS, type DenialName, denial } from '../access/denial-codes.ts'
import type { Dialled } from '../access/happy-eyeballs.ts'
import type { SecondFactor } from '../approval/second-factor.ts'
import type { LiveEvents } from '../ops/live-events.ts'
import type { Log } from '../ops/log-writer.ts'
import type { Metrics } from '../ops/metrics.ts'
import { type RelaySummary, startRelay } from '../sessions/relay.ts'
import type { Passage, Session } from '../sessions/session.ts'
import type { WayWatch } from '../sessions/way-watch.ts'

/** Longest part of a target's first line that is kept, in bytes; RFC 4253 §4.2 allows 255. */
const BANNER_MAX_BYTES = 256

/** Times that one opening waits for a person; more means that the policy changes while they answer. */
const CHECKS_MAX = 3

export interface JumpParts {
  readonly authorizer: Authorizer
  readonly secondFactor: SecondFactor
  readonly ways: WayWatch
  readonly dial: (grant: AccessGrant, signal: AbortSignal) => Promise<Dialled<SocketPump>>
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly randomBytes: (size: number) => Uint8Array
  readonly now: () => number
  readonly log: Log
  readonly metrics: Metrics
  readonly events: LiveEvents
}

/**
 * One `direct-tcpip` channel from its opening to its end: authorise, dial, relay, and say in the audit log what became of
 * it. Never rejects.
 */
export async function jump(
  open: IncomingOpen,
  { host, port }: DirectTcpipChannel,
  session: Session,
  parts: JumpParts,
): Promise<void> {
  const id = makeId('passage', parts.randomBytes(ID_RANDOM_BYTES))
  const { principal } = session
  const refuse = (denied: DenialName, text = denial(denied, { user: principal.name, host, port }).text) => {
    parts.metrics.access.inc({ result: denied })
    // For those who watch: the person's own text may name the page that only they may answer (V-E17).
    const { text: summary } = denial(denied, { user: principal.name, host, port })
    parts.events.publish({ type: 'access-denied', session: session.id, user: principal.name, summary })
    parts.log.info('way refused', {
      ...about(session),
      passage: id,
      host,
      port,
      code: DENIALS[denied].code,
      reason: denied,
    })
    open.reject(DENIALS[denied].reason, text)
  }
  let granted: AccessGrant | undefined
  try {
    const destination = { host, port }
    const asked = { passage: id, principal, destination, connection: session.facts }
    let answer = await parts.authorizer.authorize(asked, open)
    for (let turn = 0; turn < CHECKS_MAX && 'ask' in answer; turn++) {
      const passed = await parts.secondFactor.atOpening(session, answer, destination, open)
      answer = passed === 'again' ? await parts.authorizer.authorize(asked, open) : passed
    }
    if (!isAccessGrant(answer)) return refuse(answer.denied, answer.text)
    granted = answer
    parts.metrics.access.inc({ result: 'granted' })
    using passage = session.begin(answer, parts.now())
    // From here on a revocation finds it; what changed between the grant and now is found here.
    const lost = answer.addresses
      .map((address) => parts.authorizer.recheck(answer, address).lost)
      .find((each) => each !== undefined)
    if (lost !== undefined) passage.end({ denied: lost, note: '', actor: ACTOR_GATEWAY })
    const startedAt = parts.now()
    const dialled = await dialUntil(answer, [open.signal, passage.signal], parts)
    const facts = factsOf(answer, session)
    if (dialled === undefined || 'failed' in dialled) {
      const denied = passage.ending?.denied ?? (dialled === undefined ? 'dial.failed' : dialled.failed)
      const detail = dialled === undefined ? 'given up' : dialled.detail
      const address = dialled?.address ?? answer.addresses[0] ?? ''
      write(parts, { type: 'passage-failed', ...facts, address, reason: denied, detail })
      return refuse(denied)
    }
    const { connection, address } = dialled
    // The clock may be set back meanwhile, and the log takes no negative time.
    const dialMs = Math.max(0, parts.now() - startedAt)
    parts.metrics.dialSeconds.observe(dialMs / 1000)
    const relay = startRelay(open, connection, { signal: passage.signal })
    const openedAt = parts.now()
    const live = {
      address,
      openedAt,
      bytesToTarget: () => relay.bytesToTarget,
      bytesToClient: () => relay.bytesToClient,
      innerBanner: () => bannerText(relay.targetIdentification),
    }
    passage.opened(live)
    using _watched = parts.ways.begin(session, passage, live, parts.authorizer.limits(answer, address))
    write(parts, { type: 'passage-opened', ...facts, address, dialMs })
    announce(parts, 'passage-opened', id, session, answer, `${principal.name} reached ${placeOf(answer)}`)
    parts.log.info('passage opened', { ...about(session), passage: id, host, address, port: answer.port })
    const summary = await relay.done
    closed(parts, session, passage, address, openedAt, summary)
  } catch (error) {
    if (open.signal.aborted) {
      // Granted, and the client was gone before the target was there: the record still needs its end.
      if (granted !== undefined) {
        const address = granted.addresses[0] ?? ''
        write(parts, { type: 'passage-failed', ...factsOf(granted, session), address, reason: 'connection-lost' })
      }
      return
    }
    parts.metrics.failures.inc()
    parts.log.failure('a passage failed inside', error, { ...about(session), passage: id, host, port })
    refuse('gateway.failure')
  }
}

/** Dials until one of the signals fires; undefined then. */
async function dialUntil(grant: AccessGrant, signals: readonly AbortSignal[], { dial }: JumpParts) {
  // By hand: `AbortSignal.any` takes 12 µs of the 3 ms that a connection takes, this takes one.
  const stop = new AbortController()
  const abort = ({ target }: { readonly target: unknown }) => stop.abort((target as AbortSignal).reason)
  for (const signal of signals) {
    if (signal.aborted) abort({ target: signal })
    else signal.addEventListener('abort', abort)
  }
  try {
    return await dial(grant, stop.signal)
  } catch (error) {
    if (stop.signal.aborted) return undefined
    throw error
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort)
  }
}

function closed(
  parts: JumpParts,
  session: Session,
  { id, grant, ending }: Passage,
  address: string,
  openedAt: number,
  summary: RelaySummary,
): void {
  const reason = ending?.denied ?? (summary.end === 'aborted' ? 'session.killed' : summary.end)
  const durationMs = Math.max(0, parts.now() - openedAt)
  const innerBanner = bannerText(summary.targetIdentification)
  const { bytesToTarget: bytesUp, bytesToClient: bytesDown } = summary
  parts.metrics.bytes.inc({ direction: 'up' }, bytesUp)
  parts.metrics.bytes.inc({ direction: 'down' }, bytesDown)
  const facts = factsOf(grant, session)
  write(parts, { type: 'passage-closed', ...facts, address, reason, bytesUp, bytesDown, durationMs, innerBanner })
  announce(parts, 'passage-closed', id, session, grant, `${session.principal.name} left ${placeOf(grant)}: ${reason}`)
  parts.log.info('passage closed', {
    ...about(session),
    passage: id,
    host: grant.destination.host,
    address,
    port: grant.port,
    reason,
    bytes_in: bytesUp,
    bytes_out: bytesDown,
    duration_ms: durationMs,
  })
}

/** What has happened cannot be undone by a log that takes nothing: it is said loudly instead. */
function write(parts: JumpParts, event: AuditEvent): void {
  parts.record(event).catch((error: unknown) => {
    parts.metrics.failures.inc()
    parts.log.failure('an event is not in the audit log', error, { event: event.type })
  })
}

function factsOf(grant: AccessGrant, session: Session) {
  return {
    actor: session.principal.name,
    session: session.id,
    source: session.principal.sourceAddress,
    passage: grant.passage,
    target: grant.target?.name,
    port: grant.port,
  }
}

function about(session: Session) {
  return { session: session.id, user: session.principal.name, source: session.principal.sourceAddress }
}

function placeOf({ target, destination, port }: AccessGrant): string {
  return `${target?.name ?? peerText(destination.host, BANNER_MAX_BYTES)} port ${port}`
}

function announce(
  { events }: JumpParts,
  type: 'passage-opened' | 'passage-closed',
  passage: PassageId,
  session: Session,
  grant: AccessGrant,
  summary: string,
): void {
  events.publish({ type, session: session.id, passage, user: grant.principal.name, summary })
}

function bannerText(line: Uint8Array | undefined): string | undefined {
  return line === undefined ? undefined : peerText(new TextDecoder().decode(line), BANNER_MAX_BYTES)
}
