import type { Principal } from '@sallyport/model'
import { reachable } from '@sallyport/policy'
import type { Ask } from '../access/asked-factors.ts'
import type { ConnectionFacts } from '../access/door-terms.ts'
import type { Roster } from '../access/roster.ts'
import { asksForProof, deciderOf } from '../access/roster-decider.ts'
import { canonicalAddress } from '../defence/network.ts'

/** Targets that are looked at: with more, the first so many stand for all, and a sign-in stays below some milliseconds. */
const TARGETS_MAX = 200

/** Stands for the address of a target known by name: a documentation address (RFC 5737), so that its tags alone count. */
const ANY_ADDRESS = '192.0.2.1'

/**
 * What to ask for at sign-in: where everything that somebody may reach in the inventory asks for a proof that they have not
 * given, the least of it, to be kept for as long as any of them takes. Undefined where anything is open without; the rest is
 * asked for when it is opened.
 */
export function signInDemand(
  roster: Roster,
  principal: Principal,
  connection: ConnectionFacts,
  now: number,
): Ask | undefined {
  if (!asksForProof(roster)) return undefined
  const decider = deciderOf(roster)
  const source = { source: principal.sourceAddress, limit: TARGETS_MAX }
  let least: Ask | undefined
  let keepMs = 0
  let once = false
  for (const { target: facts } of reachable(roster.compiled, principal, roster.compiled.directory.targets, source)) {
    const target = roster.targetsByName.get(facts.name)
    if (target === undefined) continue
    const address = canonicalAddress(target.address) ?? ANY_ADDRESS
    const destination = { host: target.name, port: target.port }
    const request = { principal, destination, target, address, port: target.port }
    const decision = decider.decide(request, { connection, now, openedAt: now })
    if (decision.allowed) return undefined
    if (!('ask' in decision)) continue
    const { ask } = decision
    if (least === undefined || ask.wants.length < least.wants.length) least = ask
    keepMs = Math.max(keepMs, ask.keepMs)
    once ||= ask.once
  }
  return least === undefined ? undefined : { ...least, keepMs, once }
}
