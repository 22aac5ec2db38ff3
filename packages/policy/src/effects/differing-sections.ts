import type { IpRange } from '../address/ip-range.ts'
import type { Policy, SshRule } from '../language/policy.ts'
import { RangeLists } from './range-lists.ts'

/** What sections hold that is no part of who opens which port at a door: lists of which the order does not count. */
const SECTIONS: readonly { readonly name: string; readonly of: (policy: Policy) => Iterable<unknown> }[] = [
  { name: 'ssh', of: sshRuns },
  {
    name: 'app',
    of: ({ rules }) =>
      rules
        .filter(({ app }) => app.length > 0)
        .map(({ app, sources, destinations, srcPosture, via }) => ({
          app: app.map(({ name, values }) => [name, values]),
          sources,
          destinations: destinations.map(({ selector }) => selector),
          srcPosture,
          via,
        })),
  },
  {
    // Doors know no router: these rules open something in the mesh alone.
    name: 'via',
    of: ({ rules }) => rules.filter(({ via }) => via.length > 0).map((rule) => ({ ...rule, app: undefined })),
  },
  { name: 'tagOwners', of: ({ tagOwners }) => tagOwners.values() },
  { name: 'autoApprovers', of: ({ autoApprovers }) => [autoApprovers] },
  { name: 'nodeAttrs', of: ({ nodeAttributes }) => nodeAttributes },
  { name: 'tests', of: ({ tests }) => tests },
  { name: 'sshTests', of: ({ sshTests }) => sshTests },
  { name: 'network settings', of: ({ network }) => [network] },
]

/** Sections that decide nothing about who opens which port and that two policies do not share. */
export function differingSections(before: Policy, after: Policy): readonly string[] {
  const lists = new RangeLists()
  return SECTIONS.filter(({ of }) => contentOf(of(before), before, lists) !== contentOf(of(after), after, lists)).map(
    ({ name }) => name,
  )
}

/** The first rule that matches decides on what terms: the order counts between rules whose terms differ. */
function sshRuns({ sshRules }: Policy): readonly unknown[] {
  const runs: { readonly terms: string; readonly rules: SshRule[] }[] = []
  for (const action of ['check', 'accept'] as const) {
    for (const rule of sshRules.filter((each) => each.action === action)) {
      const { checkPeriodSeconds, acceptEnv, recorder, enforceRecorder } = rule
      const recorders = recorder.map(({ text }) => text)
      const terms = JSON.stringify([action, checkPeriodSeconds, acceptEnv, recorders, enforceRecorder])
      const run = runs.at(-1)
      if (run?.terms === terms) run.rules.push(rule)
      else runs.push({ terms, rules: [rule] })
    }
  }
  return runs.flatMap(({ rules }, run) => rules.map((rule) => ({ run, rule })))
}

function contentOf(entries: Iterable<unknown>, policy: Policy, lists: RangeLists): string {
  const plain = plainIn(policy, lists)
  return [...entries]
    .map((entry) => JSON.stringify(entry, plain))
    .sort()
    .join('\n')
}

/** Where things stand: moving a line changes nothing. */
const PLACES: readonly string[] = ['position', 'index']

/** What names stand for counts too: who joins a group makes it another source, and so it is with conditions of a posture. */
function plainIn(policy: Policy, lists: RangeLists): (key: string, value: unknown) => unknown {
  return (key, value) => {
    if (PLACES.includes(key)) return undefined
    if (typeof value === 'bigint') return String(value)
    if (key === 'ranges' && Array.isArray(value)) return lists.number(value as readonly IpRange[])
    if (key === 'srcPosture' && Array.isArray(value)) return postureContents(value as readonly string[], policy)
    if (value instanceof Map) return [...value]
    return isGroup(value) ? [value.text, membersOf(value.text, policy)] : value
  }
}

function isGroup(value: unknown): value is { readonly kind: 'group'; readonly text: string } {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'group' && 'text' in value
}

function membersOf(group: string, { groups }: Policy): readonly string[] {
  return (groups.get(group)?.members ?? []).map(({ name }) => name).sort()
}

function postureContents(names: readonly string[], { postures, defaultSrcPosture }: Policy): readonly unknown[] {
  const wanted = names.length > 0 ? names : defaultSrcPosture
  return wanted.map((name) => [name, postures.get(name)?.conditions.map(({ text }) => text)])
}
