import { ApiError, type Explanation as ApiExplanation, type ExplainInput } from '@sallyport/api'
import {
  type CompiledPolicy,
  compilePolicy,
  type Explanation,
  explain,
  explainLogin,
  explainTerms,
  type Policy,
  parseIpAddress,
  parsePolicy,
  type Query,
} from '@sallyport/policy'
import { DENIALS, type DenialName } from '../access/denial-codes.ts'
import { type DueCheck, doorChecks } from '../access/door-checks.ts'
import { BLIND_DOOR } from '../access/door-terms.ts'
import { directoryOf, type Roster } from '../access/roster.ts'
import { policyHostIn, ruleName, sshPortAt, targetAt } from '../access/roster-decider.ts'
import { targetDirectory } from '../access/target-directory.ts'
import { doorText, isCertified } from './explained-door.ts'
import { reportOn } from './policy-report.ts'
import type { Services } from './services.ts'
import { plain } from './users.ts'

type ApiTerms = NonNullable<ApiExplanation['terms']>
type ApiLogin = NonNullable<ApiExplanation['login']>

/** Rules told for each address and for the login; of the others only their number. */
const RULES_TOLD = 5

/** The answer to `policy.explain`. */
export async function explained(services: Services, asked: ExplainInput, signal: AbortSignal): Promise<ApiExplanation> {
  const { user, host, port, text, from } = asked
  if (from !== undefined && parseIpAddress(from) === undefined)
    throw new ApiError('request.invalid', `“${plain(from)}” is no IP address`, {
      fix: 'write it as 192.0.2.7 or 2001:db8::7',
    })
  const { compiled, policy, version } = policyToAsk(services.roster.current, text)
  const now: Roster = { ...services.roster.current, policy, compiled }
  if (!now.usersByName.has(user))
    throw new ApiError('user.not-found', `there is no user “${plain(user)}”`, { fix: 'sallyport user ls' })
  const resolve = targetDirectory({
    targetByName: (name) => now.targetsByName.get(name),
    targetByAddress: (address, at) => targetAt(now, address, at),
    policyHost: (name) => policyHostIn(now, name),
    lookup: services.lookup,
    lookupTimeoutMs: () => services.config.current.dial.dns_timeout,
  })
  const resolved = await resolve({ host, port }, { signal })
  if (typeof resolved === 'string') {
    const { code, message, fix } = DENIALS[resolved]
    return {
      verdict: 'deny',
      user,
      destination: `${plain(host)} port ${port}`,
      addresses: [],
      terms: null,
      login: null,
      why: `${code} ${resolved}: ${message}`,
      fix: fix.replaceAll('{host}', plain(host)),
      door: null,
      policy_version: version,
    }
  }
  const { tags = [] } = resolved.target ?? {}
  const moment = asked.at === undefined ? services.now() : Date.parse(asked.at)
  const answers = resolved.addresses.map((address): Answer => {
    const sshPort = sshPortAt(now, address, resolved.port, resolved.target)
    const query = {
      ...queryOf(asked),
      destination: { address, port: resolved.port, tags, ...(sshPort === undefined ? {} : { sshPort }) },
    }
    const explanation = explain(compiled, query)
    const own = services.isOwn(address, resolved.port)
    const reached = explanation.decision.verdict === 'allow' && !own
    return { query, explanation, own, reached, terms: termsOf(compiled, query, asked, moment) }
  })
  // Of several addresses the door dials those that it may: the best answer is the answer.
  const best = answers.toSorted((a, b) => rank(a) - rank(b))[0]
  if (best === undefined) throw new Error('unreachable: a destination without an address')
  const { reached, terms } = best
  const login = asked.login === undefined ? undefined : loginOf(compiled, best.query, asked.login)
  const termsFail = terms?.verdict === 'deny'
  const loginFails = login?.verdict === 'deny' && login.code !== 'no-ssh-rules'
  const fixes = [
    ...(reached ? [] : best.own ? [DENIALS['gateway.self'].fix] : best.explanation.remedies),
    ...(termsFail ? terms.fix : []),
    ...(loginFails ? login.fix : []),
  ]
  return {
    verdict: reached && !termsFail && !loginFails ? 'allow' : 'deny',
    user,
    destination: `${resolved.target?.name ?? plain(host)} port ${resolved.port}`,
    addresses: answers.map(addressRow),
    terms: terms ?? null,
    login: login ?? null,
    why: best.own ? DENIALS['gateway.self'].message : whyText(best.explanation),
    fix: fixes.length === 0 ? null : fixes.join('\n'),
    door: reached
      ? doorText(login, {
          check: dueCheck(compiled, best.query, moment),
          certified: login !== undefined && isCertified(compiled, best.query, login.name),
        })
      : null,
    policy_version: version,
  }
}

/** What is said about one address. */
interface Answer {
  readonly query: Query
  readonly explanation: Explanation
  /** A listener of the gateway itself: the door never goes there, whatever the policy. */
  readonly own: boolean
  readonly reached: boolean
  readonly terms: ApiTerms | undefined
}

function rank({ reached, terms }: Answer): number {
  if (!reached) return 2
  return terms?.verdict === 'deny' ? 1 : 0
}

function queryOf({ user, from, attributes }: ExplainInput): Omit<Query, 'destination'> {
  return {
    user: { name: user },
    ...(from === undefined ? {} : { source: from }),
    ...(attributes === undefined ? {} : { attributes }),
  }
}

function addressRow({ explanation, own }: Answer): ApiExplanation['addresses'][number] {
  const { decision, destination, rules, asked } = explanation
  const allows = decision.verdict === 'allow'
  const code: DenialName = own
    ? 'gateway.self'
    : decision.code === 'special-address'
      ? 'address.special'
      : 'policy.denied'
  const told = rules.slice(0, RULES_TOLD)
  return {
    address: destination.address,
    verdict: own ? 'deny' : decision.verdict,
    code: allows && !own ? null : `${DENIALS[code].code} ${code}`,
    rule: decision.rule === undefined ? null : ruleName(decision.rule),
    line: decision.rule?.line ?? null,
    why: told.map(({ ref, summary, failed }) =>
      allows ? summary : `${ruleName(ref)}: ${failed.map(({ text }) => text).join('; ')}`,
    ),
    others: asked === undefined ? 0 : (allows ? asked.allow : asked.rules) - told.length,
  }
}

function termsOf(
  compiled: CompiledPolicy,
  query: Query,
  { from, factors }: ExplainInput,
  moment: number,
): ApiTerms | undefined {
  const facts = {
    // A client that has no such key exchange is told so by the door.
    postQuantum: true,
    door: BLIND_DOOR,
    ...(from === undefined ? {} : { source: from }),
    ...(factors === undefined
      ? {}
      : { factors: factors.map(({ kind, age_seconds: age }) => ({ kind, ageMs: age * 1000 })) }),
  }
  const found = explainTerms(compiled, query, facts, moment)
  if (found === undefined) return undefined
  const { verdict, holds, rules, ruleCount, failed } = found
  const told = rules.slice(0, RULES_TOLD)
  const others = ruleCount - told.length
  return {
    verdict,
    holds: [...holds],
    why: [
      ...failed.map(({ term, ref, text, remedy }) => {
        const name = `policy.${term}` as const
        return `${remedy}; ${text}${ref === undefined ? '' : ` (${ruleName(ref)})`}  [${DENIALS[name].code} ${name}]`
      }),
      ...told.map(({ ref, terms }) => `${ruleName(ref)}: ${terms.join('; ')}`),
      ...(others === 0 ? [] : [`and ${others} more rules`]),
    ],
    fix: failed.map(({ remedy }) => remedy),
  }
}

function loginOf(compiled: CompiledPolicy, { destination, ...query }: Query, login: string): ApiLogin {
  const { address, tags = [] } = destination
  const { decision, rules, remedies } = explainLogin(compiled, { ...query, target: { address, tags }, login })
  const admits = rules.filter((rule) => rule.admits)
  const told = (admits.length > 0 ? admits : rules.toSorted((a, b) => a.failed.length - b.failed.length)).slice(
    0,
    RULES_TOLD,
  )
  const rule = decision.verdict === 'deny' ? undefined : decision.rule
  return {
    name: login,
    verdict: decision.verdict,
    code: decision.code,
    rule: rule === undefined ? null : `ssh[${rule.index}], line ${rule.line}`,
    line: rule?.line ?? null,
    why: told.map(({ ref, summary, failed }) =>
      failed.length === 0
        ? summary
        : `ssh[${ref.index}], line ${ref.line}: ${failed.map(({ text }) => text).join('; ')}`,
    ),
    others: (admits.length > 0 ? admits.length : rules.length) - told.length,
    fix: [...remedies],
  }
}

/** The check that the SSH door asks for, whichever the login: it does not see that. */
function dueCheck(
  compiled: CompiledPolicy,
  { user: { name }, source, destination: { address, port, tags = [], sshPort } }: Query,
  moment: number,
): DueCheck | undefined {
  const person = source === undefined ? { name } : { name, sourceAddress: source }
  return doorChecks(compiled)?.(person, { address, tags, port, sshPort }, [], moment)
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
