import type { CompiledPolicy } from '../decide/compile.ts'
import type { Question } from '../decide/decide.ts'
import { posturesOf } from '../decide/posture.ts'
import type { Rule } from '../language/policy.ts'
import { nearestName } from '../text/nearest-name.ts'
import { quote } from '../text/quote.ts'
import type { ExplainedRule, Explanation } from './explain.ts'

/** Remedies told: the nearest rule, the next, and a rule of one's own. */
const REMEDIES_MAX = 3
/** Login names compared for a likely slip. */
const COMPARED_USERS_MAX = 2000

/** What would turn a denial into its opposite, the likeliest first. */
export function remedies(
  compiled: CompiledPolicy,
  facts: Omit<Explanation, 'remedies'>,
  question: Question | { readonly ok: false },
): readonly string[] {
  const { decision, user, destination } = facts
  switch (decision.code) {
    case 'user-unknown':
      return unknownUser(compiled, user.name)
    case 'user-disabled':
      return [`enable the user ${user.name} again`]
    case 'invalid-destination':
      return ['ask for an IP address in its usual form and a port from 1 to 65535']
    case 'special-address':
      return [
        `name the address itself; add to "grants": ${grant(selectorFor(user.name), destination.address, destination)}`,
        `or give a target of the inventory the address ${destination.address} and a tag that a rule names`,
      ]
    case 'posture-unmet':
      return postureRemedies(compiled, facts)
    case 'node-unknown':
      return ['name a machine of the mesh that is there']
    case 'no-matching-rule':
    case 'allowed':
      return question.ok ? nearestRules(compiled, facts) : []
    default:
      return decision.code satisfies never
  }
}

/** What the device lacks of the postures that alone stand in the way. */
function postureRemedies({ policy }: CompiledPolicy, { rules }: Omit<Explanation, 'remedies'>): readonly string[] {
  const nearest = rules.filter(({ failed }) => failed.length === 1 && failed[0]?.condition === 'posture')
  return nearest.slice(0, REMEDIES_MAX).map(({ ref: { section, index, line } }) => {
    const rule = policy.rules.find((each) => each.section === section && each.index === index)
    const names = rule === undefined ? [] : posturesOf(policy, rule)
    return `come from a device that fulfils ${names.join(' or ')}, which ${section}[${index}] (line ${line}) wants`
  })
}

/** A login name as a selector: one without a domain ends with `@`. */
export function selectorFor(name: string): string {
  return name.includes('@') ? name : `${name}@`
}

function unknownUser({ directory }: CompiledPolicy, name: string): readonly string[] {
  const nearest = nearestName(
    name,
    directory.users.slice(0, COMPARED_USERS_MAX).map((user) => user.name),
  )
  const add = `add a user named ${quote(name)}`
  return nearest === undefined ? [add] : [`did you mean the user ${nearest}?`, add]
}

function nearestRules(compiled: CompiledPolicy, facts: Omit<Explanation, 'remedies'>): readonly string[] {
  const { user, destination } = facts
  const changes = facts.rules
    .filter((explained) => explained.failed.length === 1)
    .toSorted((a, b) => closeness(a) - closeness(b))
    .map((explained) => changeOf(compiled, explained, facts))
    .filter((change) => change !== undefined)
  // A tag that the policy does not define would only be refused.
  const tag = destination.tags.find((each) => compiled.policy.tagOwners.has(each))
  const wanted = destination.special === undefined ? (tag ?? destination.address) : destination.address
  const own = `add to "grants": ${grant(selectorFor(user.name), wanted, destination)}`
  return [...[...new Set(changes)].slice(0, REMEDIES_MAX - 1), own]
}

/** Who may is the usual question, then which port; another destination is the rarest thing to add to a rule. */
const CLOSENESS = { source: 0, port: 1, protocol: 2, posture: 3, destination: 4, 'special-address': 5, via: 6 } as const

function closeness({ failed }: ExplainedRule): number {
  return CLOSENESS[failed[0]?.condition ?? 'special-address']
}

function changeOf(
  compiled: CompiledPolicy,
  explained: ExplainedRule,
  facts: Omit<Explanation, 'remedies'>,
): string | undefined {
  const { section, index, line } = explained.ref
  const rule = compiled.policy.rules.find((each) => each.section === section && each.index === index)
  // Letting somebody into a rule for everything is no remedy for one address.
  if (rule === undefined || rule.destinations.some(({ selector }) => selector.kind === 'any')) return undefined
  const where = `${section}[${index}] (line ${line})`
  const condition = explained.failed[0]?.condition
  if (condition === 'source') return addSource(compiled, rule, where, facts.user.name)
  if (condition === 'port') return `add port ${facts.destination.port} to ${where}`
  return condition === 'protocol' ? `add ${facts.destination.protocol} to ${where}` : undefined
}

function addSource({ policy }: CompiledPolicy, rule: Rule, where: string, name: string): string {
  const selector = quote(selectorFor(name))
  const group = rule.sources.find(({ kind }) => kind === 'group')
  const definition = group === undefined ? undefined : policy.groups.get(group.text)
  if (definition === undefined) return `add ${selector} to src of ${where}`
  return `add ${selector} to ${definition.name} (line ${definition.position.line}), which ${where} lets in`
}

function grant(source: string, destination: string, { protocol, port }: Explanation['destination']): string {
  return `{ "src": [${quote(source)}], "dst": [${quote(destination)}], "ip": ["${protocol}:${port}"] }`
}
