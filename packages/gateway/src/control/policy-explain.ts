import { ApiError, type Explanation as ApiExplanation } from '@sallyport/api'
import {
  type CompiledPolicy,
  compilePolicy,
  type Explanation,
  explain,
  type Policy,
  parsePolicy,
} from '@sallyport/policy'
import { DENIALS, type DenialName } from '../access/denial-codes.ts'
import { directoryOf, type Roster } from '../access/roster.ts'
import { policyHostIn, ruleName, targetAt } from '../access/roster-decider.ts'
import { targetDirectory } from '../access/target-directory.ts'
import { reportOn } from './policy-report.ts'
import type { Services } from './services.ts'
import { plain } from './users.ts'

/** The answer to `policy.explain`. */
export async function explained(
  { roster, lookup, config }: Services,
  { user, host, port, text }: { user: string; host: string; port: number; text?: string | undefined },
  signal: AbortSignal,
): Promise<ApiExplanation> {
  const { compiled, policy, version } = policyToAsk(roster.current, text)
  const now: Roster = { ...roster.current, policy, compiled }
  if (!now.usersByName.has(user))
    throw new ApiError('user.not-found', `there is no user “${plain(user)}”`, { fix: 'sallyport user ls' })
  const resolve = targetDirectory({
    targetByName: (name) => now.targetsByName.get(name),
    targetByAddress: (address, at) => targetAt(now, address, at),
    policyHost: (name) => policyHostIn(now, name),
    lookup,
    lookupTimeoutMs: () => config.current.dial.dns_timeout,
  })
  const resolved = await resolve({ host, port }, { signal })
  const destination = `${plain(host)} port ${port}`
  if (typeof resolved === 'string') {
    const { code, message, fix } = DENIALS[resolved]
    return {
      verdict: 'deny',
      user,
      destination,
      addresses: [],
      why: `${code} ${resolved}: ${message}`,
      fix: fix.replaceAll('{host}', plain(host)),
      policy_version: version,
    }
  }
  const tags = resolved.target?.tags ?? []
  const asked = resolved.addresses.map((address) =>
    explain(compiled, { user: { name: user }, destination: { address, port: resolved.port, tags } }),
  )
  const allowed = asked.find(({ decision }) => decision.verdict === 'allow')
  const first = allowed ?? asked[0]
  return {
    verdict: allowed === undefined ? 'deny' : 'allow',
    user,
    destination: `${resolved.target?.name ?? plain(host)} port ${resolved.port}`,
    addresses: asked.map((each) => addressRow(each)),
    why: first === undefined ? '' : whyText(first),
    fix: allowed === undefined ? (first?.remedies[0] ?? null) : null,
    policy_version: version,
  }
}

function addressRow(explanation: Explanation): ApiExplanation['addresses'][number] {
  const { decision, destination, rules } = explanation
  const code: DenialName = decision.code === 'special-address' ? 'address.special' : 'policy.denied'
  return {
    address: destination.address,
    verdict: decision.verdict,
    code: decision.verdict === 'allow' ? null : `${DENIALS[code].code} ${code}`,
    rule: decision.rule === undefined ? null : ruleName(decision.rule),
    line: decision.rule?.line ?? null,
    why:
      decision.verdict === 'allow'
        ? rules.filter(({ allows }) => allows).map(({ summary }) => summary)
        : rules.map(({ ref, failed }) => `${ruleName(ref)}: ${failed.map(({ text }) => text).join('; ')}`),
  }
}

function whyText({ decision, destination, rules, user }: Explanation): string {
  if (decision.verdict === 'allow' && decision.rule !== undefined) {
    const rule = rules.find(({ ref }) => ref.section === decision.rule?.section && ref.index === decision.rule.index)
    return `${ruleName(decision.rule)} allows it${rule === undefined ? '' : `: ${rule.summary}`}`
  }
  switch (decision.code) {
    case 'user-unknown':
    case 'user-disabled':
      return `${user.name} is ${decision.code === 'user-unknown' ? 'not known here' : 'disabled'}`
    case 'special-address':
      return `${destination.address} is ${destination.special ?? 'special'}: only a rule that names it opens it`
    case 'posture-unmet':
      return 'a rule would allow it from a device that fulfils its posture'
    case 'allowed':
    case 'invalid-destination':
    case 'node-unknown':
    case 'no-matching-rule':
      return rules.length === 0 ? 'the policy has no rule' : 'no rule allows it'
    default:
      return decision.code satisfies never
  }
}

function policyToAsk(
  roster: Roster,
  text: string | undefined,
): { readonly policy: Policy; readonly compiled: CompiledPolicy; readonly version: number } {
  const { policy, compiled, policyVersion } = roster
  if (text === undefined) return { policy, compiled, version: policyVersion.version }
  const parsed = parsePolicy(text)
  if (!parsed.ok)
    throw new ApiError('policy.invalid', 'the policy has mistakes', {
      why: parsed.diagnostics.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n'),
      details: reportOn(text, roster),
    })
  return { policy: parsed.policy, compiled: compilePolicy(parsed.policy, directoryOf(roster)), version: 0 }
}
