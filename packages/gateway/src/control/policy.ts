import type { Handlers } from './handlers.ts'
import { policyApplyHandlers } from './policy-apply.ts'
import { unknownVersion } from './policy-candidate.ts'
import { policyEffectHandlers } from './policy-effects.ts'
import { explained } from './policy-explain.ts'
import { groupsOf } from './policy-groups.ts'
import { reportOn } from './policy-report.ts'
import { policySimulateHandler } from './policy-simulate.ts'
import { shownVersion } from './policy-version.ts'
import type { Services } from './services.ts'

/** `policy …`. */
export function policyHandlers(services: Services): Pick<Handlers, `policy.${string}` & keyof Handlers> {
  const { store, roster } = services
  return {
    ...policyApplyHandlers(services),
    ...policyEffectHandlers(services),
    ...policySimulateHandler(services),
    async 'policy.show'({ version }) {
      const current = roster.current.policyVersion
      const shown = version === undefined ? current : await store.policyVersions.get(version)
      if (shown === undefined) throw unknownVersion(version ?? current.version)
      return { ...shownVersion(shown), text: shown.text }
    },
    async 'policy.history'({ limit }) {
      return { versions: (await store.policyVersions.list({ limit })).map(shownVersion) }
    },
    'policy.check': ({ text }) => reportOn(text ?? roster.current.policyVersion.text, roster.current),
    'policy.groups': () => groupsOf(roster.current),
    'policy.explain': (input, { signal }) => explained(services, input, signal),
  }
}
