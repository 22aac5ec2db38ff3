import type { Policy, Rule } from '../language/policy.ts'

/**
 * A policy as canonical text: JSON of two spaces, the sections in a fixed order, every name as it was written. Comments
 * and layout are not in it; reading it gives the same policy, but for places.
 */
export function printPolicy(policy: Policy): string {
  const rulesOf = (section: Rule['section']): readonly Rule[] => policy.rules.filter((rule) => rule.section === section)
  const byName = <T>(map: ReadonlyMap<string, T>, value: (item: T) => readonly [string, unknown]): object =>
    Object.fromEntries([...map.values()].map(value))
  const sections: readonly (readonly [string, object])[] = [
    ['groups', byName(policy.groups, ({ name, members }) => [name, members.map(({ text }) => text)])],
    ['hosts', byName(policy.hosts, ({ name, text }) => [name, text])],
    ['tagOwners', byName(policy.tagOwners, ({ tag, owners }) => [tag, owners])],
    ['acls', rulesOf('acls').map(printAcl)],
    ['grants', rulesOf('grants').map(printGrant)],
    ['tests', policy.tests.map(printTest)],
  ]
  const present = sections.filter(([, section]) => Object.keys(section).length > 0)
  return `${JSON.stringify(Object.fromEntries(present), undefined, 2)}\n`
}

function printAcl(rule: Rule): object {
  return {
    action: 'accept',
    ...(rule.protocol === undefined ? {} : { proto: rule.protocol }),
    src: rule.sources.map(({ text }) => text),
    dst: rule.destinations.map(({ text }) => text),
  }
}

function printGrant(rule: Rule): object {
  return { src: rule.sources.map(({ text }) => text), dst: rule.destinations.map(({ text }) => text), ip: rule.ip }
}

function printTest({ sourceText, protocolText, checks }: Policy['tests'][number]): object {
  const texts = (expect: 'accept' | 'deny'): readonly string[] =>
    checks.filter((check) => check.expect === expect).map(({ text }) => text)
  return {
    src: sourceText,
    ...(protocolText === '' ? {} : { proto: protocolText }),
    ...(texts('accept').length === 0 ? {} : { accept: texts('accept') }),
    ...(texts('deny').length === 0 ? {} : { deny: texts('deny') }),
  }
}
