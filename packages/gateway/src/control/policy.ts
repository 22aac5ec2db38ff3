import { createHash } from 'node:crypto'
import { ApiError, type Explanation as ApiExplanation, type Diagnostic, type PolicyReport } from '@sallyport/api'
import {
  type CompiledPolicy,
  compilePolicy,
  type Explanation,
  explain,
  type Policy,
  parsePolicy,
  runTests,
} from '@sallyport/policy'
import type { PolicyVersion } from '@sallyport/store'
import { DENIALS, type DenialName } from '../access/denial-codes.ts'
import { directoryOf, type Roster } from '../access/roster.ts'
import { policyHostIn, ruleName, targetAt } from '../access/roster-decider.ts'
import { targetDirectory } from '../access/target-directory.ts'
import type { Handlers } from './handlers.ts'
import { recordAct, type Services, timeText } from './services.ts'
import { plain } from './users.ts'

/** `policy …`. */
export function policyHandlers(services: Services): Pick<Handlers, `policy.${string}` & keyof Handlers> {
  const { store, roster, revoke } = services
  let applying: Promise<unknown> = Promise.resolve()

  const apply: Handlers['policy.apply'] = async ({ text, message, expected_version }, { actor }) => {
    const before = roster.current.policyVersion
    if (expected_version !== undefined && expected_version !== before.version)
      throw new ApiError('policy.version-conflict', `version ${before.version} is in force, not ${expected_version}`, {
        why: `${before.author} applied it at ${timeText(before.appliedAt)}`,
        fix: 'look at it (sallyport policy show), bring your change into it, and apply again',
      })
    const report = reportOn(text, roster.current)
    if (!report.ok) {
      const reason = report.diagnostics.some(({ severity }) => severity === 'error')
        ? 'policy.invalid'
        : 'policy.tests-failed'
      const problems =
        reason === 'policy.invalid'
          ? report.diagnostics.map(({ line, column, message }) => `${line}:${column}: ${message}`)
          : report.failures.map(({ line, source, destination, why }) => `${line}: ${source} to ${destination}: ${why}`)
      const sha256 = createHash('sha256').update(text, 'utf8').digest('hex')
      await recordAct(services, {
        type: 'policy-refused',
        actor,
        sha256,
        author: actor,
        reason,
        problems: problems.slice(0, 15),
      })
      throw new ApiError(reason, reason === 'policy.invalid' ? 'the policy has mistakes' : 'tests of the policy fail', {
        why: problems.slice(0, 20).join('\n'),
        fix: `version ${before.version} stays in force; correct the text and apply again`,
        details: report,
      })
    }
    if (text === before.text) return { ...shownVersion(before), changed: false, ended_passages: 0 }
    const version = await store.policyVersions.add({ text, author: actor, message })
    await recordAct(services, {
      type: 'policy-applied',
      actor,
      version: version.version,
      sha256: version.sha256,
      author: actor,
      ...(message === '' ? {} : { message }),
    })
    await roster.refresh()
    const { passages } = await revoke()
    const summary = `version ${version.version} of the policy is in force`
    services.events.publish({ type: 'policy-applied', user: null, summary })
    services.log.info('policy applied', { version: String(version.version), user: actor })
    return { ...shownVersion(version), changed: true, ended_passages: passages }
  }

  return {
    async 'policy.show'({ version }) {
      const current = roster.current.policyVersion
      const shown = version === undefined ? current : await store.policyVersions.get(version)
      if (shown === undefined)
        throw new ApiError('policy.version-unknown', `there is no version ${version} of the policy`, {
          fix: 'sallyport policy history',
        })
      return { ...shownVersion(shown), text: shown.text }
    },
    async 'policy.history'({ limit }) {
      return { versions: (await store.policyVersions.list({ limit })).map(shownVersion) }
    },
    'policy.check': ({ text }) => reportOn(text ?? roster.current.policyVersion.text, roster.current),
    // One behind the other, so that "expected version" means what it says.
    'policy.apply'(input, caller) {
      const applied = applying.then(() => apply(input, caller))
      applying = applied.catch(() => {})
      return applied
    },
    'policy.explain': (input, { signal }) => explained(services, input, signal),
  }
}

async function explained(
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
    case 'allowed':
    case 'invalid-destination':
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

/** Everything that is to be said about a policy text. */
function reportOn(text: string, roster: Roster): PolicyReport {
  const parsed = parsePolicy(text)
  if (!parsed.ok)
    return {
      ok: false,
      diagnostics: parsed.diagnostics.map((each) => shownDiagnostic(each, 'error')),
      tests: 0,
      failures: [],
    }
  const { passed, tests } = runTests(compilePolicy(parsed.policy, directoryOf(roster)))
  return {
    ok: passed,
    diagnostics: parsed.policy.warnings.map((each) => shownDiagnostic(each, 'warning')),
    tests: tests.reduce((count, test) => count + test.checks.length, 0),
    failures: tests.flatMap((test) => {
      if (test.problem !== undefined)
        return [
          {
            source: '',
            destination: '',
            expected: 'accept',
            got: 'deny',
            line: test.position.line,
            why: test.problem,
          } as const,
        ]
      return test.checks
        .filter((check) => !check.passed)
        .map(({ source, destination, expect, position, reason }) => ({
          source,
          destination,
          expected: expect,
          got: expect === 'accept' ? ('deny' as const) : ('accept' as const),
          line: position.line,
          why: reason,
        }))
    }),
  }
}

function shownDiagnostic(
  {
    code,
    message,
    line,
    column,
    suggestion,
  }: { code: string; message: string; line: number; column: number; suggestion?: string },
  severity: Diagnostic['severity'],
): Diagnostic {
  return { severity, code, message, line, column, suggestion: suggestion ?? null }
}

function shownVersion({ version, appliedAt, author, message, sha256 }: PolicyVersion) {
  return { version, applied_at: timeText(appliedAt), applied_by: author, message, sha256 }
}
