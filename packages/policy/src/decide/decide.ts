import type { Role } from '@sallyport/model'
import { type IpAddress, parseIpAddress } from '../address/ip-address.ts'
import { isWholeFamily, parseIpRange, rangeHolds } from '../address/ip-range.ts'
import type { Rule, RuleRef } from '../language/policy.ts'
import { DEFAULT_PROTOCOLS, PORT_MAX, SCTP, serviceHolds, TCP, UDP } from '../language/service.ts'
import type { CompiledPolicy } from './compile.ts'
import type { MeshNode, Person } from './directory.ts'
import { coverage, type Endpoint, endpointAt, isClosed, meshEndpoint } from './endpoint.ts'
import { type Attributes, postureAllows } from './posture.ts'
import { type Found, NO_RULE } from './rule-index.ts'
import { type Subject, selectsSubject } from './subject.ts'

/** May this user open this port at this address? What the SSH and the desktop door ask. */
export interface Query {
  readonly user: {
    readonly name: string
    /** As the caller last knew it. The directory's role decides, so that a demotion counts at once. */
    readonly role?: Role
  }
  /** Where the user comes from: text of an IP address. Without it, rules whose `src` is an address do not apply. */
  readonly source?: string
  /**
   * What is known of the device they come from; without it, rules with a posture do not apply. What becomes known later
   * needs another object: what follows from one is kept with it.
   */
  readonly attributes?: Attributes
  readonly destination: QueryDestination & {
    /** Tags of the inventory target that was asked for, beside those that the directory has for the address. */
    readonly tags?: readonly string[]
    /** Where that target's SSH server listens; default 22. */
    readonly sshPort?: number
  }
}

/**
 * May this machine of the mesh open this port at this address? It asks from its own address of the destination's family,
 * with the attributes that the directory has of it, or for an address behind it.
 */
export interface NodeQuery {
  /** Its id in the directory. */
  readonly node: number
  /**
   * An address in a route of the machine that is switched on: then who asks is neither the machine nor its owner, and only
   * rules for `*`, `autogroup:danger-all` and addresses apply.
   */
  readonly source?: string
  readonly destination: QueryDestination
}

export interface QueryDestination {
  /** Text of the IP address that will be dialled, not a name. */
  readonly address: string
  /** 1 to 65535. */
  readonly port: number
  /** Default `tcp`. */
  readonly protocol?: 'tcp' | 'udp' | 'sctp'
}

/** Why a decision is as it is; stable, documented in `docs/errors.md`. */
export const DECISION_CODES = [
  'allowed',
  'no-matching-rule',
  'special-address',
  'posture-unmet',
  'user-unknown',
  'user-disabled',
  'node-unknown',
  'invalid-destination',
] as const
export type DecisionCode = (typeof DECISION_CODES)[number]

export interface Decision {
  readonly verdict: 'allow' | 'deny'
  readonly code: DecisionCode
  /** The first rule of the text that allows it; none in a mesh whose policy has neither `acls` nor `grants`. */
  readonly rule?: RuleRef
}

const PROTOCOLS = { tcp: TCP, udp: UDP, sctp: SCTP } as const

/**
 * Deny by default: allowed only by a rule, for a user that the directory holds and that is not disabled. The mesh alone is
 * open where the policy has neither `acls` nor `grants`, as Tailscale has it. Never throws.
 */
export function decide(compiled: CompiledPolicy, query: Query | NodeQuery): Decision {
  const question = resolveQuery(compiled, query)
  if (!question.ok) return { verdict: 'deny', code: question.code }
  const { subject, endpoint, protocol, port } = question
  if ('node' in query && !compiled.policy.restricts) return unrestricted(protocol)
  const found = compiled.rules.find(subject, endpoint, protocol, port)
  if (found.order !== NO_RULE) return { verdict: 'allow', code: 'allowed', rule: ruleRef(compiled, found.order) }
  return { verdict: 'deny', code: denialCode(compiled, question, found) }
}

/** A mesh whose policy restricts nothing is open to what a rule means that names no protocol, and to nothing else. */
function unrestricted(protocol: number): Decision {
  const verdict = DEFAULT_PROTOCOLS.includes(protocol) ? 'allow' : 'deny'
  return { verdict, code: verdict === 'allow' ? 'allowed' : 'no-matching-rule' }
}

/** A query with every name and address looked up. */
export interface Question {
  readonly ok: true
  readonly subject: Subject
  readonly endpoint: Endpoint
  readonly protocol: number
  readonly port: number
}

export type Unasked = { readonly ok: false; readonly code: DecisionCode }

export function resolveQuery(compiled: CompiledPolicy, query: Query | NodeQuery): Question | Unasked {
  const { address: text, port, protocol = 'tcp' } = query.destination
  const address = parseIpAddress(text)
  if (address === undefined || !isPort(port)) return { ok: false, code: 'invalid-destination' }
  if ('node' in query) return nodeQuestion(compiled, query, address)
  const user = compiled.directory.user(query.user.name)
  if (user === undefined) return { ok: false, code: 'user-unknown' }
  if (user.disabled) return { ok: false, code: 'user-disabled' }
  const endpoint = endpointAt(address, query.destination.tags ?? [], compiled.directory)
  const subject = subjectOf(user, query.source, query.attributes)
  return { ok: true, subject, endpoint, protocol: PROTOCOLS[protocol], port }
}

function nodeQuestion(
  { directory }: CompiledPolicy,
  { node: id, source: sourceText, destination }: NodeQuery,
  address: IpAddress,
): Question | Unasked {
  const node = directory.node(id)
  if (node === undefined) return { ok: false, code: 'node-unknown' }
  const owner = directory.ownerOf(node)
  // An untagged machine of nobody takes no part in the mesh, and neither does what is behind it.
  if (!directory.takesPart(node)) {
    const known = node.user !== undefined && directory.user(node.user) !== undefined
    return { ok: false, code: known ? 'user-disabled' : 'user-unknown' }
  }
  const source = sourceText === undefined ? ownAddress(node, address.family) : parseIpAddress(sourceText)
  // A packet of one family cannot come from an address of the other.
  if (source === undefined || source.family !== address.family) return { ok: false, code: 'no-matching-rule' }
  if (isClosed(address, directory)) return { ok: false, code: 'no-matching-rule' }
  const { port, protocol = 'tcp' } = destination
  const endpoint = meshEndpoint(address, directory)
  const asked = { ok: true, endpoint, protocol: PROTOCOLS[protocol], port } as const
  if (directory.nodesAt(source).includes(node)) {
    const user = owner === undefined ? {} : { user: owner }
    const attributes = node.attributes === undefined ? {} : { attributes: node.attributes }
    return { ...asked, subject: { ...user, ...attributes, tags: node.tags, tagged: node.tags.length > 0, source } }
  }
  const routes = node.approvedRoutes.filter((route) => node.announcedRoutes.includes(route))
  if (!routes.some((route) => routeHolds(route, source))) return { ok: false, code: 'no-matching-rule' }
  // Of the device behind the router nothing is known.
  return { ...asked, subject: { tags: [], tagged: false, source } }
}

/** Who asks at a door: a person, from a device of which the attributes are known. */
export function subjectOf(user: Person, source: string | undefined, attributes?: Attributes): Subject {
  const address = source === undefined ? undefined : parseIpAddress(source)
  const known = attributes === undefined ? {} : { attributes }
  const subject = { user, tags: [], tagged: false, ...known }
  return address === undefined ? subject : { ...subject, source: address }
}

export function firstRule(
  compiled: CompiledPolicy,
  subject: Subject,
  endpoint: Endpoint,
  protocol: number,
  port: number,
): RuleRef | undefined {
  const order = compiled.rules.first(subject, endpoint, protocol, port)
  return order === NO_RULE ? undefined : ruleRef(compiled, order)
}

export function ruleRef(compiled: CompiledPolicy, order: number): RuleRef {
  const rule = compiled.policy.rules[order]
  if (rule === undefined) throw new RangeError(`no rule of order ${order}`)
  const { section, index, position } = rule
  return { section, index, line: position.line, column: position.column }
}

/** The slow readable twin of the index: whether a rule allows what is asked. */
export function ruleAllows(compiled: CompiledPolicy, rule: Rule, question: Question): boolean {
  const { subject, endpoint, protocol, port } = question
  const { memberships } = compiled.rules
  return (
    rule.via.length === 0 &&
    rule.sources.some((selector) => selectsSubject(selector, subject, memberships)) &&
    rule.destinations.some(
      ({ selector, services }) =>
        coverage(selector, endpoint, subject, memberships) === 'covers' &&
        services.some((service) => serviceHolds(service, protocol, port)),
    ) &&
    postureAllows(compiled.policy, rule, subject.attributes)
  )
}

/** `special-address` and `posture-unmet` where that alone stands in the way of a rule: they need another remedy. */
function denialCode({ rules }: CompiledPolicy, question: Question, found: Found): DecisionCode {
  const { subject, endpoint, protocol, port } = question
  if (found.postureUnmet) return 'posture-unmet'
  if (endpoint.special === undefined) return 'no-matching-rule'
  const { special: _, ...ordinary } = endpoint
  return rules.first(subject, ordinary, protocol, port) === NO_RULE ? 'no-matching-rule' : 'special-address'
}

function ownAddress(node: MeshNode, family: 4 | 6): IpAddress | undefined {
  return node.addresses.map(parseIpAddress).find((address) => address?.family === family)
}

function routeHolds(route: string, address: IpAddress): boolean {
  const parsed = parseIpRange(route)
  return parsed.ok && !isWholeFamily(parsed.range) && rangeHolds(parsed.range, address)
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= PORT_MAX
}
