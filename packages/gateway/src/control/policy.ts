import { createHash } from 'node:crypto'
import { ApiError } from '@sallyport/api'
import type { PolicyVersion } from '@sallyport/store'
import type { Handlers } from './handlers.ts'
import { explained } from './policy-explain.ts'
import { reportOn } from './policy-report.ts'
import { recordAct, type Services, timeText } from './services.ts'

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

function shownVersion({ version, appliedAt, author, message, sha256 }: PolicyVersion) {
  return { version, applied_at: timeText(appliedAt), applied_by: author, message, sha256 }
}
