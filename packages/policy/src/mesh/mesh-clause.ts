import { CAPABILITIES } from '../capability/read-capability.ts'
import { posturesOf } from '../decide/posture.ts'
import type { Destination, Policy, Rule, Selector } from '../language/policy.ts'
import { ALL_PORTS, type PortRange, parseGrantService, parsePorts, type Service } from '../language/service.ts'
import type { CapabilityMap } from './filter-rule.ts'

/**
 * A part of a rule that becomes filter rules of one kind: some sources, some destinations, and what is open from the ones to
 * the others. A rule makes several where it has ports and capabilities, or names `autogroup:self` among others.
 */
export interface MeshClause {
  readonly sources: readonly Selector[]
  readonly destinations: readonly Selector[]
  /** `autogroup:self`: from each person's untagged nodes to the same person's; there are no other destinations then. */
  readonly self: boolean
  /** By protocols, in the order of the rule; empty where the clause is about capabilities. */
  readonly ports: readonly ProtocolPorts[]
  readonly capabilities?: CapabilityMap
  /** Tags of the routers to go through; capabilities then make the routers known, but no filter has them. */
  readonly via: readonly string[]
  /** Postures of which a source has to fulfil one; empty where every source will do. */
  readonly postures: readonly string[]
  /** The same of destinations: a companion goes back to where the postures hold. */
  readonly destinationPostures: readonly string[]
}

export interface ProtocolPorts {
  /** Absent: what rules mean that name no protocol. */
  readonly protocols?: readonly number[]
  readonly ports: readonly PortRange[]
}

/** Capabilities that give the destinations one of their own towards the sources. */
const COMPANIONS: readonly (readonly [name: string, companion: string])[] = [
  ['tailscale.com/cap/drive', 'tailscale.com/cap/drive-sharer'],
  ['tailscale.com/cap/relay', 'tailscale.com/cap/relay-target'],
]

/** What holds without `acls` and `grants`: everybody reaches everybody. */
const ANY: Selector = { kind: 'any', text: '*' }
const ALLOW_ALL: MeshClause = {
  sources: [ANY],
  destinations: [ANY],
  self: false,
  ports: [{ ports: ALL_PORTS }],
  via: [],
  postures: [],
  destinationPostures: [],
}

/** Every clause of a policy in the order in which filters have them: `grants` first, then `acls`. */
export function meshClauses(policy: Policy): readonly MeshClause[] {
  if (!policy.restricts) return [ALLOW_ALL]
  // A rule from nobody written as `[]` is none; one from an empty group still shows its capabilities, from nobody.
  const rules = policy.rules.filter((rule) => rule.sources.length > 0)
  const grants = rules.filter((rule) => rule.section === 'grants')
  const acls = rules.filter((rule) => rule.section === 'acls')
  return [...grants.flatMap((rule) => grantClauses(policy, rule)), ...acls.flatMap((rule) => aclClauses(policy, rule))]
}

/** A clause for each destination of an ACL, which has ports of its own; entries for the same one are taken together. */
function aclClauses(policy: Policy, rule: Rule): readonly MeshClause[] {
  const byText = new Map<string, { readonly selector: Selector; readonly services: Service[] }>()
  for (const { selector, services } of rule.destinations) {
    const known = byText.get(selector.text)
    if (known === undefined) byText.set(selector.text, { selector, services: services.map(asWritten) })
    else known.services.push(...services.map(asWritten))
  }
  return inFilterOrder([...byText.values()]).map(({ selector, services }) =>
    clauseOf(policy, rule, rule.sources, [selector], { ports: protocolPorts(services) }),
  )
}

/** The ports of an ACL are read again: filters have them in the order of the text, one that stands twice twice. */
function asWritten(service: Service): Service {
  const ports = parsePorts(service.text)
  return ports.ok ? { ...service, ports: ports.value } : service
}

/**
 * The order in which the destinations of an ACL stand in filters: everything first, then addresses and hosts, people,
 * autogroups, groups and tags, each kind by its text. `autogroup:self` comes last, but among autogroups keeps its place.
 */
function inFilterOrder<T extends Pick<Destination, 'selector'>>(destinations: readonly T[]): readonly T[] {
  const others = destinations
    .filter(({ selector }) => !isSelf([selector]))
    .toSorted((a, b) => compareDestinations(a.selector, b.selector))
  const place = destinations.findIndex(({ selector }) => isSelf([selector]))
  const self = destinations[place]
  if (self === undefined) return others
  return destinations.every(({ selector }) => selector.kind === 'autogroup')
    ? others.toSpliced(place, 0, self)
    : [...others, self]
}

function compareDestinations(a: Selector, b: Selector): number {
  const kinds = DESTINATION_ORDER.indexOf(a.kind) - DESTINATION_ORDER.indexOf(b.kind)
  return kinds || (a.text < b.text ? -1 : Number(a.text > b.text))
}

const DESTINATION_ORDER: readonly Selector['kind'][] = [
  'any',
  'addresses',
  'ipset',
  'user',
  'domain',
  'autogroup',
  'group',
  'service',
  'tag',
]

function grantClauses(policy: Policy, rule: Rule): readonly MeshClause[] {
  const selectors = rule.destinations.map((destination) => destination.selector)
  const ports = protocolPorts(grantServices(rule))
  // People's own nodes are never behind a router.
  const parts = splitSelf(selectors).filter((part) => rule.via.length === 0 || !isSelf(part))
  return [
    ...(ports.length === 0 ? [] : parts.map((part) => clauseOf(policy, rule, rule.sources, part, { ports }))),
    ...capabilityClauses(policy, rule, parts),
  ]
}

/** Ours are terms of the doors: they only ever narrow, so they make no node known and no client is told of them. */
function capabilityClauses(policy: Policy, rule: Rule, parts: readonly (readonly Selector[])[]): readonly MeshClause[] {
  const app = rule.app.filter(({ name }) => !CAPABILITIES.has(name))
  if (app.length === 0) return []
  const capabilities = Object.fromEntries(app.map(({ name, values }) => [name, values]))
  return parts.flatMap((part) => [
    clauseOf(policy, rule, rule.sources, part, { capabilities }),
    ...COMPANIONS.filter(([name]) => rule.via.length === 0 && Object.hasOwn(capabilities, name)).map(([, companion]) =>
      companionClause(policy, rule, part, { [companion]: null }),
    ),
  ])
}

/** From the destinations back to the sources; `autogroup:self` is the same either way. */
function companionClause(
  policy: Policy,
  rule: Rule,
  part: readonly Selector[],
  capabilities: CapabilityMap,
): MeshClause {
  if (isSelf(part)) return clauseOf(policy, rule, rule.sources, part, { capabilities })
  const clause = clauseOf(policy, rule, part, rule.sources, { capabilities })
  return { ...clause, postures: [], destinationPostures: clause.postures }
}

function clauseOf(
  policy: Policy,
  rule: Rule,
  sources: readonly Selector[],
  destinations: readonly Selector[],
  what: { readonly ports: readonly ProtocolPorts[] } | { readonly capabilities: CapabilityMap },
): MeshClause {
  return {
    sources,
    destinations,
    self: isSelf(destinations),
    ports: [],
    via: rule.via,
    postures: posturesOf(policy, rule),
    destinationPostures: [],
    ...what,
  }
}

/** The text of `ip` is read again: what an entry opens at each destination is the same for all of them. */
function grantServices(rule: Rule): readonly Service[] {
  return (rule.ip ?? []).flatMap((text) => {
    const service = parseGrantService(text)
    return service.ok ? [service.value] : []
  })
}

/** Services of the same protocols together, where the first of them stands. */
function protocolPorts(services: readonly Service[]): readonly ProtocolPorts[] {
  const groups = new Map<string, { service: Service; ports: PortRange[] }>()
  for (const service of services) {
    const key = service.protocols.join()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { service, ports: [...service.ports] })
    else group.ports.push(...service.ports)
  }
  return [...groups.values()].map(({ service, ports }) => ({
    ...(service.protocols.length === 1 && { protocols: service.protocols }),
    ports,
  }))
}

function isSelf(selectors: readonly Selector[]): boolean {
  return selectors.length > 0 && selectors.every((selector) => selector.text === 'autogroup:self')
}

/** The destinations but `autogroup:self`, and that alone; neither where there is none of the kind. */
function splitSelf(selectors: readonly Selector[]): readonly (readonly Selector[])[] {
  const others = selectors.filter((selector) => !isSelf([selector]))
  const self = selectors.filter((selector) => isSelf([selector])).slice(0, 1)
  return [others, self].filter((part) => part.length > 0)
}
