import { createHash } from 'node:crypto'
import { ApiError, type PolicyApplied, type PolicyReport } from '@sallyport/api'
import { compilePolicy, editPolicyText, type PolicyEdit, parsePolicy } from '@sallyport/policy'
import { directoryOf, type Roster } from '../access/roster.ts'
import { inTurn } from '../state/in-turn.ts'
import type { Handlers } from './handlers.ts'
import { unknownVersion } from './policy-candidate.ts'
import { type Lockout, lockoutBy } from './policy-lockout.ts'
import { reportOn } from './policy-report.ts'
import { shownVersion } from './policy-version.ts'
import { type Caller, recordAct, recordedChange, type Services, timeText } from './services.ts'

/** A text that somebody wants to be in force. */
interface Change {
  /** Of the text in force. */
  readonly text: (current: string) => string
  readonly message: string
  /** Version it was made on. */
  readonly expected: number | undefined
  readonly allowLockout: boolean
  /** The earlier version whose text it is. */
  readonly restores?: number
}

/** Problems told in the audit log, and in the answer. */
const RECORDED_MAX = 15
const TOLD_MAX = 20

/** `policy apply`, `policy rollback` and edits, with the same guards. */
export function policyApplyHandlers(
  services: Services,
): Pick<Handlers, 'policy.apply' | 'policy.edit' | 'policy.rollback'> {
  // So that "expected version" means what it says.
  const next = inTurn()
  const applied = (change: Change, caller: Caller) => next(() => apply(services, change, caller))
  return {
    'policy.apply'({ text, message, expected_version: expected, allow_lockout: allowLockout }, caller) {
      return applied({ text: () => text, message, expected, allowLockout }, caller)
    },
    'policy.edit'({ edits, message, expected_version: expected, allow_lockout: allowLockout }, caller) {
      const text = (current: string): string => edits.reduce(edited, current)
      return applied({ text, message, expected, allowLockout }, caller)
    },
    async 'policy.rollback'({ version, message, expected_version: expected, allow_lockout: allowLockout }, caller) {
      const old = await services.store.policyVersions.get(version)
      if (old === undefined) throw unknownVersion(version)
      const why = message === '' ? `back to version ${version}` : message
      return applied({ text: () => old.text, message: why, expected, allowLockout, restores: version }, caller)
    },
  }
}

async function apply(
  services: Services,
  { text: textFrom, message, expected, allowLockout, restores }: Change,
  { actor }: Caller,
): Promise<PolicyApplied> {
  const { roster, revoke } = services
  const before = roster.current.policyVersion
  if (expected !== undefined && expected !== before.version)
    throw new ApiError('policy.version-conflict', `version ${before.version} is in force, not ${expected}`, {
      why: `${before.author} applied it (${timeText(before.appliedAt)})`,
      fix: 'look at it (sallyport policy show), bring your change into it, and apply again',
    })
  const text = textFrom(before.text)
  const report = reportOn(text, roster.current)
  if (!report.ok) throw await refusal(services, report, text, actor)
  if (text === before.text) return { ...shownVersion(before), changed: false, ended_passages: 0, locked_out: [] }
  const lockout = lockoutOf(text, roster.current, actor)
  if (lockout !== undefined && !allowLockout) throw await lockoutRefusal(services, lockout, text, actor)
  const version = await recordedChange(services, async (tx, record) => {
    const added = await tx.policyVersions.add({ text, author: actor, message })
    record({
      type: 'policy-applied',
      actor,
      version: added.version,
      sha256: added.sha256,
      author: actor,
      ...(message === '' ? {} : { message }),
      ...(restores === undefined ? {} : { restores }),
    })
    if (lockout !== undefined)
      record({ type: 'policy-lockout-allowed', actor, version: added.version, lockedOut: lockout.names })
    return added
  })
  await roster.refresh()
  const { passages } = await revoke()
  const summary = `version ${version.version} of the policy is in force`
  services.events.publish({ type: 'policy-applied', user: null, summary })
  services.log.info('policy applied', { version: String(version.version), user: actor })
  const locked_out = [...(lockout?.names ?? [])]
  return { ...shownVersion(version), changed: true, ended_passages: passages, locked_out }
}

function edited(text: string, edit: PolicyEdit): string {
  const result = editPolicyText(text, edit)
  if (result.ok) return result.text
  throw new ApiError('request.invalid', 'the policy cannot be edited so', {
    why: `${edit.kind} ${JSON.stringify(edit.path)}: ${result.message}`,
    fix: 'look at the policy (sallyport policy show), and name a place that it has',
  })
}

function lockoutOf(text: string, roster: Roster, author: string): Lockout | undefined {
  const parsed = parsePolicy(text)
  return parsed.ok ? lockoutBy(compilePolicy(parsed.policy, directoryOf(roster)), roster, author) : undefined
}

async function refusal(services: Services, report: PolicyReport, text: string, actor: string): Promise<ApiError> {
  const reason = report.diagnostics.some(({ severity }) => severity === 'error')
    ? 'policy.invalid'
    : 'policy.tests-failed'
  const problems =
    reason === 'policy.invalid'
      ? report.diagnostics.map(({ line, column, message }) => `${line}:${column}: ${message}`)
      : report.failures.map(({ line, source, destination, why }) => `${line}: ${source} to ${destination}: ${why}`)
  await recordRefusal(services, { reason, problems, text, actor })
  return new ApiError(reason, reason === 'policy.invalid' ? 'the policy has mistakes' : 'tests of the policy fail', {
    why: problems.slice(0, TOLD_MAX).join('\n'),
    fix: `${staying(services)}; correct the text and apply again`,
    details: report,
  })
}

async function lockoutRefusal(
  services: Services,
  { whose, names }: Lockout,
  text: string,
  actor: string,
): Promise<ApiError> {
  const who = whose === 'author' ? 'you' : 'every administrator'
  const problems = [`${who} would reach nothing any more: ${names.slice(0, TOLD_MAX).join(', ')}`]
  await recordRefusal(services, { reason: 'policy.locks-out', problems, text, actor })
  return new ApiError('policy.locks-out', `the policy locks out ${who === 'you' ? 'its author' : who}`, {
    why: problems.join('\n'),
    fix: `${staying(services)}; leave them a rule, or insist with --allow-lockout`,
  })
}

function staying({ roster }: Services): string {
  return `version ${roster.current.policyVersion.version} stays in force`
}

async function recordRefusal(
  services: Services,
  {
    reason,
    problems,
    text,
    actor,
  }: { readonly reason: string; readonly problems: readonly string[]; readonly text: string; readonly actor: string },
): Promise<void> {
  const sha256 = createHash('sha256').update(text, 'utf8').digest('hex')
  const told = problems.slice(0, RECORDED_MAX)
  await recordAct(services, { type: 'policy-refused', actor, sha256, author: actor, reason, problems: told })
}
