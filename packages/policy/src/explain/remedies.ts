import { formatIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Question } from '../decide/decide.ts'
import { fulfilsOne } from '../decide/posture.ts'
import type { Rule } from '../language/policy.ts'
import { nearestName } from '../text/nearest-name.ts'
import { quote } from '../text/quote.ts'
import type { Explanation } from './explain.ts'
import { postureRemedy } from './posture-reason.ts'
import type { RuleMisses } from './rule-misses.ts'

/** Remedies told: the nearest rules, and a rule of one's own. */
const REMEDIES_MAX = 3
/** Login names compared for a likely slip. */
const COMPARED_USERS_MAX = 2000

type Facts = Omit<Explanation, 'remedies'>

/** What would turn a denial into its opposite, the likeliest first. */
export function remedies(
  compiled: CompiledPolicy,
  facts: Facts,
  question: Question | { readonly ok: false },
  nearest: readonly RuleMisses[],
): readonly string[] {
  const { decision, user, destination } = facts
  switch (decision.code) {
    case 'user-unknown':
      return unknownUser(compiled, user.name)
    case 'user-disabled':
      return [`enable the user ${plain(user.name)} again`]
    case 'invalid-destination':
      return ['ask for an IP address in its usual form and a port from 1 to 65535']
    case 'special-address':
      return [
        `name the address itself; ${ownGrant(facts, destination.address, selectorFor(user.name))}`,
        `give a target of the inventory the address ${destination.address} and a tag that a rule names`,
      ]
    case 'node-unknown':
      return ['ask for a machine that the mesh has']
    case 'no-matching-rule':
    case 'posture-unmet':
    case 'allowed':
      if (question.ok) return changes(compiled, facts, question, nearest)
      return [
        "ask from the machine's own address, or one in a route of it that is switched on, of the destination's family",
      ]
    default:
      return decision.code satisfies never
  }
}

/** A login name as a selector: one without a domain ends with `@`. */
export function selectorFor(name: string): string {
  return name.includes('@') ? name : `${name}@`
}

/** A selector for who asks: the person, the owner of the machine, a tag of it, or the address it asks from. */
function sourceFor({ policy }: CompiledPolicy, { user }: Facts, { subject }: Question): string {
  if (subject.user !== undefined) return selectorFor(subject.user.name)
  // A tag that the policy does not define would only be refused.
  const tag = subject.tags.find((each) => policy.tagOwners.has(each))
  if (tag !== undefined) return tag
  return subject.source === undefined ? selectorFor(user.name) : formatIpAddress(subject.source)
}

function unknownUser({ directory }: CompiledPolicy, name: string): readonly string[] {
  const nearest = nearestName(
    name,
    directory.users.slice(0, COMPARED_USERS_MAX).map((user) => user.name),
  )
  const add = `add a user named ${quote(name)}`
  return nearest === undefined ? [add] : [`did you mean the user ${plain(nearest)}?`, add]
}

/** Changes to rules that fail by one condition, then a rule for just this. */
function changes(
  compiled: CompiledPolicy,
  facts: Facts,
  question: Question,
  nearest: readonly RuleMisses[],
): readonly string[] {
  const { destination } = facts
  const { attributes } = question.subject
  const found = nearest
    .filter(({ misses }) => misses.length === 1)
    .flatMap((each) => changeOf(compiled, each, facts, question) ?? [])
  // A tag that the policy does not define would only be refused.
  const tag = destination.tags.find((each) => compiled.policy.tagOwners.has(each))
  const wanted = destination.special === undefined ? (tag ?? destination.address) : destination.address
  const own = ownGrant(facts, wanted, sourceFor(compiled, facts, question))
  const { policy } = compiled
  const postures = policy.defaultSrcPosture
  // The default postures hold for a new rule too.
  const device =
    postures.length === 0 || fulfilsOne(policy, postures, attributes)
      ? ''
      : `, and ${postureRemedy(policy, { srcPosture: [] }, attributes) ?? 'fulfil its default posture'}`
  const changed = [...new Set(found)].slice(0, REMEDIES_MAX - 1)
  // Where the default postures alone are in the way, a new rule would change nothing.
  const onlyDevice = device !== '' && nearest.some(({ misses }) => misses.length === 1 && misses[0] === 'posture')
  return onlyDevice ? changed : [...changed, `${own}${device}`]
}

/** What would make a rule allow that fails by one condition alone. */
function changeOf(
  compiled: CompiledPolicy,
  { rule, misses: [condition] }: RuleMisses,
  facts: Facts,
  question: Question,
): string | undefined {
  const where = `${rule.section}[${rule.index}] (line ${rule.position.line})`
  const { port, protocol } = facts.destination
  switch (condition) {
    case 'source':
      return sourceChange(compiled, rule, where, facts, question)
    case 'port':
    case 'protocol':
      if (opensNothing(rule)) return undefined
      if (rule.section === 'grants') return `add "${protocol}:${port}" to ip of ${where}`
      // An `acls` rule has one protocol, or none to mean the usual ones: with another it would be another rule.
      return condition === 'port' ? `add port ${port} to ${where}` : undefined
    case 'posture': {
      const device = postureRemedy(compiled.policy, rule, question.subject.attributes)
      return device === undefined ? undefined : `${device}, which ${where} wants`
    }
    case 'destination':
      return destinationChange(rule, where, facts)
    case 'via':
    case 'special-address':
    case undefined:
      // A rule that goes through the mesh is not meant for the doors, nor a wide one for special addresses.
      return undefined
    default:
      return condition satisfies never
  }
}

function sourceChange(
  compiled: CompiledPolicy,
  rule: Rule,
  where: string,
  facts: Facts,
  question: Question,
): string | undefined {
  const { policy } = compiled
  const { subject } = question
  const place = rule.sources.find(({ kind }) => kind === 'addresses' || kind === 'ipset')
  if (place !== undefined && rule.sources.every(({ kind }) => kind === 'addresses' || kind === 'ipset')) {
    const told = subject.source === undefined ? ' (say from where: --from ADDRESS)' : ''
    return `come from ${place.text}, which ${where} lets in${told}`
  }
  // Letting somebody into a rule for everything is no remedy for one address.
  if (rule.destinations.some(({ selector }) => selector.kind === 'any')) return undefined
  // Only people have machines of their own, so such a rule takes no other source.
  if (subject.user === undefined && rule.destinations.some(({ selector }) => selector.text === 'autogroup:self'))
    return undefined
  const selector = quote(sourceFor(compiled, facts, question))
  // Members of groups are people.
  const group = subject.user === undefined ? undefined : rule.sources.find(({ kind }) => kind === 'group')
  const definition = group === undefined ? undefined : policy.groups.get(group.text)
  if (definition === undefined) return `add ${selector} to src of ${where}`
  return `add ${selector} to ${definition.name} (line ${definition.position.line}), which ${where} lets in`
}

function destinationChange(rule: Rule, where: string, { destination }: Facts): string | undefined {
  const [target] = destination.targets
  const tag = rule.destinations.find(({ selector }) => selector.kind === 'tag')
  // Only what the destination is allowed with its port could be meant, and only a target can be tagged.
  if (target === undefined || tag === undefined || destination.special !== undefined) return undefined
  if (
    !tag.services.some(({ ports }) =>
      ports.some(({ first, last }) => first <= destination.port && destination.port <= last),
    )
  )
    return undefined
  return `give ${plain(target)} the tag ${tag.selector.text}, if it is one of those: ${where} opens them`
}

function opensNothing(rule: Rule): boolean {
  return rule.destinations.every(({ services }) => services.length === 0)
}

function ownGrant({ destination }: Facts, dst: string, src: string): string {
  const { protocol, port } = destination
  return `add to "grants": { "src": [${quote(src)}], "dst": [${quote(dst)}], "ip": ["${protocol}:${port}"] }`
}

/** A name as it is, or in quotes where it could deceive. */
function plain(name: string): string {
  const quoted = quote(name)
  return quoted === `"${name}"` ? name : quoted
}
