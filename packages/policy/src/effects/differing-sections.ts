import type { Policy } from '../language/policy.ts'

/** What a section holds that is no part of who reaches what. */
const SECTIONS: readonly { readonly name: string; readonly of: (policy: Policy) => unknown }[] = [
  { name: 'ssh', of: ({ sshRules }) => sshRules },
  { name: 'tagOwners', of: ({ tagOwners }) => tagOwners },
  { name: 'autoApprovers', of: ({ autoApprovers }) => autoApprovers },
  { name: 'nodeAttrs', of: ({ nodeAttributes }) => nodeAttributes },
  { name: 'tests', of: ({ tests }) => tests },
  { name: 'sshTests', of: ({ sshTests }) => sshTests },
  { name: 'network settings', of: ({ network }) => network },
]

/** Where things stand: moving a line changes nothing. */
const PLACES: readonly string[] = ['position', 'index']

/** Sections that decide nothing about who reaches what and that two policies do not share; their order does not count. */
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
