import type { CertificateProof, Principal, Target } from '@sallyport/model'
import {
  type DecisionCode,
  decide,
  hasChecks,
  hasTerms,
  type RuleRef,
  reachesAnything,
  resolveHost,
  type SshRuleRef,
  termsFor,
} from '@sallyport/policy'
import { fingerprint as fingerprintOf } from '@sallyport/ssh/keys'
import { ASKED_KINDS, type Ask } from './asked-factors.ts'
import type { Decider, Decision } from './authorize.ts'
import type { DenialName } from './denial-codes.ts'
import { doorChecks } from './door-checks.ts'
import { doorTerms } from './door-terms.ts'
import type { NamedAuthority } from './named-authorities.ts'
import type { Roster } from './roster.ts'

const deciders = new WeakMap<Roster, Decider>()

/** The roster's policy as the one door asks it: the same object for the same roster, so that a change can be seen. */
export function deciderOf(roster: Roster): Decider {
  let decider = deciders.get(roster)
  if (decider === undefined) {
    decider = makeDecider(roster)
    deciders.set(roster, decider)
  }
  return decider
}

/** Whether the roster's policy asks anybody for more than it takes to sign in. */
export function asksForProof({ policy }: Roster): boolean {
  return hasChecks(policy) || hasTerms(policy, 'ssh')
}

/** Why a principal no longer counts; undefined while user, key and certificate are what they were. `now` in milliseconds since the epoch. */
export function standingIn(
  roster: Roster,
  principal: Principal,
  now: number,
  named: readonly NamedAuthority[] = [],
): DenialName | undefined {
  const user = roster.usersById.get(principal.userId)
  if (user === undefined || user.disabled || user.name !== principal.name) return 'session.user-disabled'
  const { fingerprint, certificate } = principal.proof
  if (roster.trust.revokedKeys.has(fingerprint)) return 'session.key-removed'
  if (certificate !== undefined) return certificateStanding(roster, certificate, now, named)
  return roster.keysByFingerprint.get(fingerprint)?.userId === principal.userId ? undefined : 'session.key-removed'
}

function certificateStanding(
  { trust }: Roster,
  certificate: CertificateProof,
  now: number,
  named: readonly NamedAuthority[],
): DenialName | undefined {
  if (now >= certificate.validBefore) return 'session.certificate-expired'
  if (trust.revokedKeys.has(certificate.authority)) return 'session.certificate-revoked'
  // What we sign ourselves is judged by our own rules alone; serial numbers of others say nothing here.
  const believed = trust.userAuthorities.some((key) => fingerprintOf(key) === certificate.authority)
    ? !trust.revokedSerials.has(BigInt(certificate.serial))
    : named.some(({ fingerprint }) => fingerprint === certificate.authority)
  return believed ? undefined : 'session.certificate-revoked'
}

/** The inventory's entry as it is now; undefined where it is gone or leads elsewhere than when it was granted. */
export function currentTargetIn(roster: Roster, target: Target): Target | undefined {
  const now = roster.targetsByName.get(target.name)
  return now?.id === target.id && now.address === target.address ? now : undefined
}

/** Inventory entry that has this very address; of several, the one whose main port it is. */
export function targetAt(roster: Roster, address: string, port: number): Target | undefined {
  const targets = roster.targetsByAddress.get(address) ?? []
  return targets.find((target) => target.port === port) ?? targets[0]
}

/**
 * Where SSH listens at an address, by the inventory: at the port that is asked for, if that is so of any target there, under
 * whatever name it was found; else where the target asked for says. Undefined where nobody says.
 */
export function sshPortAt(
  roster: Roster,
  address: string,
  port: number,
  target: Target | undefined,
): number | undefined {
  const there = roster.targetsByAddress.get(address) ?? []
  return there.some((each) => each.port === port) ? port : target?.port
}

/** Address of a name in the policy's `hosts`; a prefix is no place to go to. */
export function policyHostIn(roster: Roster, name: string): string | undefined {
  const host = resolveHost(roster.policy, name)
  return host?.kind === 'address' ? host.address : undefined
}

/** `grants[2], line 14`. */
export function ruleName({ section, index, line }: RuleRef | SshRuleRef): string {
  return `${section}[${index}], line ${line}`
}

function makeDecider(roster: Roster): Decider {
  const { compiled, policyVersion } = roster
  /** Asked at every opening, and the answer is as old as this roster. */
  const known = new WeakMap<Principal, boolean>()
  const terms = doorTerms(compiled)
  const checking = doorChecks(compiled)
  return {
    version: policyVersion.version,
    decide({ principal, target, address, port }, circumstances): Decision {
      const sshPort = sshPortAt(roster, address, port, target)
      const query = {
        user: { name: principal.name },
        source: principal.sourceAddress,
        destination: {
          address,
          port,
          tags: target?.tags ?? [],
          ...(sshPort === undefined ? {} : { sshPort }),
        },
      }
      const { verdict, code, rule } = decide(compiled, query)
      if (verdict !== 'allow' || rule === undefined) return { allowed: false, denied: denialOf(code), reason: code }
      const forced = principal.proof.certificate?.forceCommand
      // Whoever may run this one thing gets ways to where the policy forces it, and to nowhere else.
      if (forced !== undefined && !(termsFor(compiled, query)?.forceCommand ?? []).includes(forced)) {
        return { allowed: false, denied: 'policy.command', reason: 'policy.command', rule: undefined, hint: undefined }
      }
      if (terms === undefined && checking === undefined) return { allowed: true, rule: ruleName(rule) }
      const place = target?.name ?? address
      const checks = circumstances.connection.checks?.(place) ?? []
      const answer = terms?.(principal, query, circumstances, checks)
      if (answer?.met === false && answer.wants === undefined) {
        const { denied, hint } = answer
        const demandedBy = answer.rule === undefined ? undefined : ruleName(answer.rule)
        return { allowed: false, denied, reason: denied, rule: demandedBy, hint }
      }
      const way = { address, tags: target?.tags ?? [], port, sshPort }
      const due = checking?.(principal, way, checks, circumstances.openedAt)
      // Whatever is proved for the terms is a check as well.
      if (answer?.met === false) {
        const { wants = [], rule: demandedBy } = answer
        const keepMs = Math.min(answer.keepMs, due?.periodMs ?? Number.POSITIVE_INFINITY)
        return asked({ wants, orCertificate: due === undefined, once: due?.periodMs === 0, keepMs, place }, demandedBy)
      }
      if (due !== undefined) {
        const { periodMs: keepMs } = due
        return asked({ wants: [ASKED_KINDS], orCertificate: false, once: keepMs === 0, keepMs, place }, due.rule)
      }
      return { allowed: true, rule: ruleName(rule), limits: answer?.limits }
    },
    reachesAnything(principal) {
      let reaches = known.get(principal)
      if (reaches === undefined) {
        reaches = reachesAnything(compiled, { name: principal.name }, { source: principal.sourceAddress })
        known.set(principal, reaches)
      }
      return reaches
    },
  }
}

function asked(ask: Omit<Ask, 'rule'>, demandedBy: RuleRef | SshRuleRef | undefined): Decision {
  const rule = demandedBy === undefined ? '' : ruleName(demandedBy)
  return { allowed: false, denied: 'check.due', reason: 'check.due', rule, hint: undefined, ask: { ...ask, rule } }
}

function denialOf(code: DecisionCode): 'policy.denied' | 'address.special' | 'session.user-disabled' {
  if (code === 'special-address') return 'address.special'
  if (code === 'user-unknown' || code === 'user-disabled') return 'session.user-disabled'
  return 'policy.denied'
}
