import type { PolicyGroup, PolicyGroups } from '@sallyport/api'
import type { Group, Rule } from '@sallyport/policy'
import type { Roster } from '../access/roster.ts'
import { ruleName } from '../access/roster-decider.ts'

/** The groups of the policy in force, in the order of the text, with the people in them and the rules that mean them. */
export function groupsOf(roster: Roster): PolicyGroups {
  const { policy, policyVersion } = roster
  const rules = rulesByGroup(policy.rules)
  return {
    groups: [...policy.groups.values()].map((group) => shown(group, rules.get(group.name) ?? [], roster)),
    policy_version: policyVersion.version,
  }
}

function rulesByGroup(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const found = new Map<string, Rule[]>()
  for (const rule of rules) {
    const names = rule.sources.flatMap((source) => (source.kind === 'group' ? [source.text] : []))
    for (const name of new Set(names)) {
      const known = found.get(name)
      if (known === undefined) found.set(name, [rule])
      else known.push(rule)
    }
  }
  return found
}

function shown({ name, position, members }: Group, rules: readonly Rule[], { usersByName }: Roster): PolicyGroup {
  return {
    name,
    line: position.line,
    members: [...new Set(members.map((member) => member.name))].map((login) => {
      const user = usersByName.get(login)
      return { name: login, state: user === undefined ? 'absent' : user.disabled ? 'disabled' : 'enabled' }
    }),
    rules: rules.map(({ section, index, position: { line, column }, destinations, ip }) => ({
      rule: ruleName({ section, index, line, column }),
      line,
      destinations: destinations.map(({ text }) => text),
      ports: [...(ip ?? [])],
    })),
  }
}
