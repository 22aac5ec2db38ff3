import type { Principal } from '@sallyport/model'
import { ASKED_KINDS, type Ask, type AskedKind } from '../access/asked-factors.ts'
import type { CheckDue } from '../access/authorize.ts'
import { type Denial, denial } from '../access/denial-codes.ts'
import type { Session } from '../sessions/session.ts'
import type { Approval, ApprovalPlace } from './approval.ts'
import { approvalUrl } from './approval-texts.ts'
import { busyDenial, settled } from './question.ts'
import type { SecondFactorParts } from './second-factor.ts'

export interface AtOpeningParts
  extends Pick<SecondFactorParts, 'approvals' | 'checks' | 'networkOf' | 'origin' | 'log'> {
  /** Kinds of these that the person could prove on the page. */
  readonly able: (userId: Principal['userId'], kinds: readonly AskedKind[]) => Promise<readonly AskedKind[]>
  readonly asked: (principal: Principal, ask: Ask, place: ApprovalPlace) => Promise<void>
  readonly refused: (principal: Principal, reason: string, place: ApprovalPlace) => Promise<void>
}

/**
 * At the opening of a way: `again` when it should be authorised anew. The first time the person is told where to approve,
 * since a client shows nothing while it waits; whoever comes again while that question is open waits for its answer.
 */
export async function atOpening(
  parts: AtOpeningParts,
  session: Session,
  { ask }: CheckDue,
  destination: { readonly host: string; readonly port: number },
  { signal }: { readonly signal: AbortSignal },
): Promise<'again' | Denial> {
  const { approvals, checks, networkOf, able, asked, refused, log } = parts
  const { principal } = session
  const { userId, sourceAddress: source } = principal
  const facts = { user: principal.name, ...destination }
  const spent = approvals.spend(userId, source, ask.place)
  const before = spent ?? approvals.about(userId, source, ask.place)
  if (before !== undefined) {
    // The client shows nothing meanwhile.
    if (spent === undefined)
      log.debug('a way waits for an approval', { session: session.id, user: principal.name, port: destination.port })
    const end = await settled(before, signal)
    if (end !== 'approved') {
      return denial(end === 'denied' || end === 'reported' ? 'check.denied' : 'check.timeout', facts)
    }
    // Not all who waited: a yes may be for one connection alone, and then the others ask again.
    if (spent !== undefined || approvals.take(before)) pass(session, before)
    return 'again'
  }
  // One answer has to be enough: the page asks for one proof.
  const kinds = ASKED_KINDS.filter((kind) => ask.wants.every((want) => want.includes(kind)))
  const origin = parts.origin()
  if (kinds.length === 0 || origin === undefined) {
    return denial('policy.factor', { ...facts, hint: ask.wants.map((want) => want.join(' or ')).join(' and ') })
  }
  const having = await able(userId, kinds)
  if (having.length === 0) return denial('check.impossible', { ...facts, hint: origin })
  signal.throwIfAborted()
  const place = { target: ask.place, host: printable(destination.host), port: destination.port }
  await asked(principal, ask, place)
  const opened = approvals.open({
    userId,
    sessionId: session.id,
    source,
    network: networkOf(source),
    knownSource: checks.knows(userId, source),
    client: session.facts.client,
    key: principal.proof.fingerprint,
    place,
    kinds: having,
    keepMs: ask.keepMs,
    rule: ask.rule,
  })
  if ('refused' in opened) {
    const busy = busyDenial(opened, facts)
    await refused(principal, busy.denied, place)
    return busy
  }
  void opened.over.then((end) => (end === 'expired' ? refused(principal, 'check.timeout', place) : undefined))
  return denial('check.due', { ...facts, hint: approvalUrl(origin, opened.code) })
}

/** The yes counts for this connection from now on. */
function pass(session: Session, { place, answer, endedAt = 0 }: Approval): void {
  if (place === undefined || answer === undefined) return
  session.passed(place.target, { kind: answer.kind, provedAt: endedAt, here: true })
}

/** What a client wrote, for a page and the log. */
function printable(text: string): string {
  return text.slice(0, 256).replaceAll(/[^A-Za-z0-9._:[\]-]/g, '?')
}
