import type { Policy, Selector } from '../language/policy.ts'

/** What sections hold that is no part of who opens which port. */
const SECTIONS: readonly { readonly name: string; readonly of: (policy: Policy) => unknown }[] = [
  { name: 'ssh', of: (policy) => policy.sshRules.map((rule) => ({ ...rule, sources: meant(rule.sources, policy) })) },
  {
    name: 'app',
    of: (policy) =>
      policy.rules
        .filter(({ app }) => app.length > 0)
        .map(({ app, sources, destinations, srcPosture, via }) => ({
          app: app.map(({ name, values }) => [name, values]),
          sources: meant(sources, policy),
          destinations: destinations.map(({ selector }) => selector),
          srcPosture,
          via,
        })),
  },
  { name: 'tagOwners', of: ({ tagOwners }) => tagOwners },
  { name: 'autoApprovers', of: ({ autoApprovers }) => autoApprovers },
  { name: 'nodeAttrs', of: ({ nodeAttributes }) => nodeAttributes },
  { name: 'tests', of: ({ tests }) => tests },
  { name: 'sshTests', of: ({ sshTests }) => sshTests },
  { name: 'network settings', of: ({ network }) => network },
]

/** Sources with the members of groups: who joins one is another source. */
function meant(sources: readonly Selector[], { groups }: Policy): readonly unknown[] {
  return sources.map((selector) => {
    if (selector.kind !== 'group') return selector
    const members = groups.get(selector.text)?.members ?? []
    return [selector, members.map(({ name }) => name).sort()]
  })
}

/** Where things stand: moving a line changes nothing. */
const PLACES: readonly string[] = ['position', 'index']

/** Sections that decide nothing about who opens which port and that two policies do not share; their order does not count. */
export function differingSections(before: Policy, after: Policy): readonly string[] {
  return SECTIONS.filter(({ of }) => contentOf(of(before)) !== contentOf(of(after))).map(({ name }) => name)
}

function contentOf(value: unknown): string {
  const entries = value instanceof Map ? [...value.values()] : Array.isArray(value) ? value : [value]
  return entries
    .map((entry) => JSON.stringify(entry, plain))
    .sort()
    .join('\n')
}

function plain(key: string, value: unknown): unknown {
  if (PLACES.includes(key)) return undefined
  if (typeof value === 'bigint') return String(value)
  return value instanceof Map ? [...value] : value
}
