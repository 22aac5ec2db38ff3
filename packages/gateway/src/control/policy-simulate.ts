import type { PolicyFlip, PolicySimulation, SimulationStep } from '@sallyport/api'
import { type AuditLog, type AuditRecord, decodeLine } from '@sallyport/audit'
import { type Flip, type PastDecision, Replay, type ReplayedPlace, type ReplayReport } from '@sallyport/policy'
import { canonicalHost } from '../access/canonical-host.ts'
import { BLIND_DOOR } from '../access/door-terms.ts'
import { policyHostIn, ruleName, sshPortAt, targetAt } from '../access/roster-decider.ts'
import type { Handlers } from './handlers.ts'
import { type Candidate, candidateOf } from './policy-candidate.ts'
import { type Services, timeText } from './services.ts'

/** Days that are looked back unless told otherwise. */
const DAYS = 30
const DAY_MS = 24 * 60 * 60 * 1000
/** Entries of the log held at once. */
const PAGE = 1000
/** Entries read before other work gets its turn: a few milliseconds. */
const BATCH = 200
/** Reasons of a denial that the policy gave: `policy.denied no-matching-rule`. */
const BY_POLICY: readonly string[] = [
  'policy.denied',
  'address.special',
  'policy.source',
  'policy.hours',
  'policy.inspection',
  'policy.recording',
]
/** Those that a proof would have spared. */
const BY_PROOF: readonly string[] = ['policy.factor', 'policy.command', 'policy.post-quantum']

/** `policy simulate`: memory does not grow with the log. */
export function policySimulateHandler(services: Services): Pick<Handlers, 'policy.simulate'> {
  const { audit, now } = services
  return {
    async *'policy.simulate'({ text, version, since, limit }, { signal }): AsyncGenerator<SimulationStep> {
      const candidate = await candidateOf(services, { text, version })
      const current = services.roster.current
      const from = since === undefined ? now() - DAYS * DAY_MS : Date.parse(since)
      const placeOf = (place: PastDecision['destination']) => placeIn(candidate.roster, place)
      const replay = new Replay(candidate.compiled, current.compiled, placeOf, BLIND_DOOR)
      let read = 0
      for await (const page of decisions(audit, from)) {
        for (const [index, record] of page.entries()) {
          if (index % BATCH === BATCH - 1) await new Promise(setImmediate)
          ask(replay, record, candidate)
        }
        signal.throwIfAborted()
        read += page.length
        yield { read, result: null }
      }
      yield { read, result: shown(replay.report(), from, limit) }
    },
  }
}

/** Access decisions not before a time, newest first. Where the clock went back, entries of a page are looked at one by one. */
async function* decisions(audit: AuditLog, from: number): AsyncGenerator<readonly AuditRecord[]> {
  const types = ['access-granted', 'access-denied']
  let before: number | undefined
  for (;;) {
    const page = await audit.search({ types, limit: PAGE, ...(before === undefined ? {} : { before }) })
    const entries = page.entries.filter(({ time }) => time >= from)
    yield entries.map(({ line }) => decodeLine(line)).filter((record) => record !== undefined)
    if (page.next === undefined || (entries.length === 0 && page.entries.length > 0)) return
    before = page.next
  }
}

function ask(replay: Replay, record: AuditRecord, { roster }: Candidate): void {
  const { type, actor, source, seq, time, fields } = record
  const granted = type === 'access-granted'
  const [reason = ''] = text(fields['reason']).split(' ')
  const lackedProof = !granted && BY_PROOF.includes(reason)
  if (!granted && !lackedProof && !BY_POLICY.includes(reason)) return replay.skip('not-by-policy')
  // No line demands that a certificate which forces a command goes nowhere else; which one it was nobody knows.
  if (reason === 'policy.command' && fields['rule'] === undefined) return replay.skip('proof-unknown')
  const target = fields['target'] === undefined ? undefined : text(fields['target'])
  const host = text(fields['destination_host'])
  const port = Number(fields['port'] ?? fields['destination_port'])
  const address = text(fields['address'])
  const known = address === '' ? whereTo(host, port, roster) : { address, port }
  if (known === undefined) return replay.skip('address-unknown')
  const named = target ?? known.target ?? askedFor(host, port, roster)
  const past: PastDecision = {
    verdict: granted ? 'allow' : 'deny',
    ...(lackedProof ? { lackedProof } : {}),
    user: actor,
    ...(source === undefined ? {} : { source }),
    destination: { address: known.address, port: known.port, ...(named === undefined ? {} : { target: named }) },
    time,
    sequence: seq,
    ...byOf(fields),
  }
  return replay.add(past)
}

/** Where the policy of then said so; who was denied without a line was so by none. */
function byOf({ rule, policy_version: version }: AuditRecord['fields']): Pick<PastDecision, 'by'> {
  if (typeof rule !== 'string') return {}
  return { by: { rule, ...(typeof version === 'number' ? { version } : {}) } }
}

/**
 * Where a denied request would have led: who may reach nothing is denied before a name is looked up. Only the inventory and
 * the policy's `hosts` are asked; what DNS would have said then nobody knows.
 */
function whereTo(
  host: string,
  port: number,
  roster: Candidate['roster'],
): { readonly address: string; readonly port: number; readonly target?: string } | undefined {
  const canonical = canonicalHost(host)
  if (canonical === undefined) return undefined
  if (canonical.kind === 'address') return { address: canonical.address, port }
  const target = roster.targetsByName.get(canonical.name)
  const place = canonicalHost(target?.address ?? policyHostIn(roster, canonical.name) ?? '')
  if (place?.kind !== 'address') return undefined
  if (target === undefined) return { address: place.address, port }
  return { address: place.address, port: port === SSH_PORT ? target.port : port, target: target.name }
}

/** As the door does: a target whose address is asked for is asked for itself. */
function askedFor(host: string, port: number, roster: Candidate['roster']): string | undefined {
  const canonical = canonicalHost(host)
  return canonical?.kind === 'address' ? targetAt(roster, canonical.address, port)?.name : undefined
}

/** What the inventory of today says of a place; undefined where the target that it was is gone. */
function placeIn(
  roster: Candidate['roster'],
  { address, port, target: name }: PastDecision['destination'],
): ReplayedPlace | undefined {
  const target = name === undefined ? undefined : roster.targetsByName.get(name)
  if (name !== undefined && target === undefined) return undefined
  const sshPort = sshPortAt(roster, address, port, target)
  return { tags: target?.tags ?? [], ...(sshPort === undefined ? {} : { sshPort }) }
}

/** Asked for where a client was not told the target's own port. */
const SSH_PORT = 22

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function shown(report: ReplayReport, since: number, limit: number): PolicySimulation {
  const flips = report.flips.slice(0, limit)
  const told = flips.reduce((sum, { count }) => sum + count, 0)
  const { skipped } = report
  return {
    since: timeText(since),
    replayed: report.replayed,
    flipped: report.flipped,
    already_so: report.alreadySo,
    asked: report.asked,
    flips: flips.map(shownFlip),
    more: report.flipped + report.asked - told,
    skipped: {
      user_gone: skipped['user-gone'],
      user_disabled: skipped['user-disabled'],
      target_gone: skipped['target-gone'],
      address_unknown: skipped['address-unknown'],
      not_by_policy: skipped['not-by-policy'],
      proof_unknown: skipped['proof-unknown'],
    },
  }
}

function shownFlip({ user, destination, rule, alreadySo, by, ...flip }: Flip): PolicyFlip {
  return {
    user,
    host: destination.target ?? destination.address,
    target: destination.target ?? null,
    address: destination.address,
    port: destination.port,
    was: flip.was,
    was_rule: by?.rule ?? null,
    was_version: by?.version ?? null,
    becomes: flip.becomes,
    rule: rule === undefined ? null : ruleName(rule),
    line: rule?.line ?? null,
    code: flip.code,
    proofs: [...flip.proofs],
    already_so: alreadySo,
    count: flip.count,
    first: timeText(flip.firstTime),
    last: timeText(flip.lastTime),
    sequence: flip.sequence,
  }
}
