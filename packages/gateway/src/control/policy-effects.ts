import { ApiError, type PolicyDiff, type WhoCan } from '@sallyport/api'
import { diffEffects, type Reacher, whoCan } from '@sallyport/policy'
import { DENIALS } from '../access/denial-codes.ts'
import { policyHostIn, ruleName, targetAt } from '../access/roster-decider.ts'
import { targetDirectory } from '../access/target-directory.ts'
import type { Handlers } from './handlers.ts'
import { inSlices } from './in-slices.ts'
import { candidateOf } from './policy-candidate.ts'
import type { Services } from './services.ts'
import { plain } from './users.ts'

/** `policy diff` and `policy who-can`. */
export function policyEffectHandlers(services: Services): Pick<Handlers, 'policy.diff' | 'policy.who-can'> {
  return {
    async 'policy.diff'({ text, version, against, limit }, { signal }): Promise<PolicyDiff> {
      const candidate = await candidateOf(services, { text, version })
      const before = against ?? (candidate.version === undefined ? undefined : candidate.version - 1)
      if (before === 0)
        throw new ApiError('policy.version-unknown', 'there is no version before the first of the policy', {
          fix: 'name a file, or another version with --against',
        })
      const base = await candidateOf(services, { version: before })
      const diff = diffEffects(base.compiled, candidate.compiled, candidate.directory, { limit })
      const { rows, more, losers, gainers, otherSections } = await inSlices(diff, signal)
      return {
        against: base.version ?? 0,
        version: candidate.version ?? null,
        same_text: base.text === candidate.text,
        effects: rows.map(({ change, kind, who, opened, where, partly }) => ({
          change,
          kind,
          who: { ...who, names: [...who.names] },
          opened,
          where: { ...where, names: [...where.names], examples: [...where.examples] },
          partly,
        })),
        more,
        losers,
        gainers,
        other_sections: [...otherSections],
      }
    },

    async 'policy.who-can'({ text, version, host, port, login, limit, after }, { signal }): Promise<WhoCan> {
      const { roster, compiled, directory, version: asked } = await candidateOf(services, { text, version })
      const resolved = await targetDirectory({
        targetByName: (name) => roster.targetsByName.get(name),
        targetByAddress: (address, at) => targetAt(roster, address, at),
        policyHost: (name) => policyHostIn(roster, name),
        lookup: services.lookup,
        lookupTimeoutMs: () => services.config.current.dial.dns_timeout,
      })({ host, port }, { signal })
      const nobody = { users: [], total: 0, next: null, by_rule: [], from_addresses: [], machines: [] }
      const of = directory.users.filter(({ disabled }) => !disabled).length
      if (typeof resolved === 'string') {
        const { code, message } = DENIALS[resolved]
        const destination = `${plain(host)} port ${port}`
        const why = `${code} ${resolved}: ${message}`
        return { ...nobody, destination, addresses: [], of, why, policy_version: asked ?? 0 }
      }
      const { target, addresses } = resolved
      const destination = { addresses, tags: target?.tags ?? [], port: resolved.port }
      const asking = whoCan(compiled, directory, login === undefined ? destination : { ...destination, login })
      const answer = await inSlices(asking, signal)
      const users = answer.users.filter(({ name }) => after === undefined || name > after)
      const page = users.slice(0, limit)
      return {
        destination: `${target?.name ?? plain(host)} port ${resolved.port}${login === undefined ? '' : ` as ${plain(login)}`}`,
        addresses: [...addresses],
        users: page.map(shownReacher),
        total: answer.users.length,
        of,
        next: users.length > page.length ? (page.at(-1)?.name ?? null) : null,
        by_rule: byRule(answer.users),
        from_addresses: answer.addresses.slice(0, limit).map(shownReacher),
        machines: answer.machines.slice(0, limit).map(shownReacher),
        why: null,
        policy_version: asked ?? 0,
      }
    },
  }
}

function shownReacher({ name, rule, source, address, login }: Reacher): WhoCan['users'][number] {
  return { name, rule: ruleName(rule), line: rule.line, source, address: address ?? null, login: login ?? null }
}

/** Rules told of in a summary at most. */
const RULES_MAX = 100

function byRule(users: readonly Reacher[]): WhoCan['by_rule'] {
  const rules = new Map<string, WhoCan['by_rule'][number]>()
  for (const { rule, source } of users) {
    const name = ruleName(rule)
    const key = `${name} ${source}`
    const row = rules.get(key)
    if (row === undefined) rules.set(key, { rule: name, line: rule.line, source, users: 1 })
    else row.users++
  }
  return [...rules.values()].sort((a, b) => b.users - a.users || a.line - b.line).slice(0, RULES_MAX)
}
