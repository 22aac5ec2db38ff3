import { INTERNET_RANGES } from '../address/internet.ts'
import { type IpRange, parseIpRange, prefixRange } from '../address/ip-range.ts'
import type { MeshNode, UserFacts } from '../decide/directory.ts'
import { postureAllows } from '../decide/posture.ts'
import { memberships, personKeys, rangesOf, sourceKey } from '../decide/subject.ts'
import type { Destination, Policy, Rule, Selector } from '../language/policy.ts'
import { ALL_PORTS, type Service } from '../language/service.ts'
import { isRoutable } from '../mesh/routable.ts'

/**
 * The slow readable twin of `peersOf`: every rule against every pair of nodes, as the language says it, with no set and
 * nothing kept. Who is the primary of a route is given.
 */
export function slowPeers(
  policy: Policy,
  users: readonly UserFacts[],
  nodes: readonly MeshNode[],
  primaries: ReadonlyMap<string, number>,
  viewerId: number,
) {
  const twin = new SlowMesh(policy, users, nodes, primaries)
  const viewer = nodes.find((node) => node.id === viewerId)
  if (viewer === undefined) return []
  return nodes
    .filter((other) => other !== viewer && (twin.links(viewer, other) || twin.links(other, viewer)))
    .toSorted((a, b) => a.id - b.id)
    .map((other) => twin.peer(viewer, other))
}

const EVERYTHING: Service = { protocols: [], ports: ALL_PORTS, text: '*' }
const ANY_RULE: Pick<Rule, 'sources' | 'destinations' | 'via' | 'srcPosture'> = {
  sources: [{ kind: 'any', text: '*' }],
  destinations: [{ selector: { kind: 'any', text: '*' }, services: [EVERYTHING], text: '*:*' }],
  via: [],
  srcPosture: [],
}
type SlowRule = typeof ANY_RULE

class SlowMesh {
  readonly #policy: Policy
  readonly #users: readonly UserFacts[]
  readonly #nodes: readonly MeshNode[]
  readonly #primaries: ReadonlyMap<string, number>
  readonly #rules: readonly SlowRule[]

  constructor(
    policy: Policy,
    users: readonly UserFacts[],
    nodes: readonly MeshNode[],
    primaries: ReadonlyMap<string, number>,
  ) {
    this.#policy = policy
    this.#users = users
    this.#nodes = nodes
    this.#primaries = primaries
    this.#rules = policy.restricts ? policy.rules : [ANY_RULE]
  }

  /** Whether some rule lets one node, or what is behind it, start something with another, or with what is behind that. */
  links(from: MeshNode, to: MeshNode): boolean {
    return this.#rules.some((rule) => this.#ruleLinks(rule, from, to))
  }

  peer(viewer: MeshNode, other: MeshNode) {
    const onlyIpv6 = [viewer, other].some((node) => this.#withoutIpv4(node))
    const addresses = other.addresses
      .filter((address) => !onlyIpv6 || address.includes(':'))
      .map((address) => `${address}/${address.includes(':') ? 128 : 32}`)
    const primaryRoutes = subnetRoutes(other).filter((route) => this.#serves(viewer, other, route))
    const exits = this.#leavesThrough(viewer, other) ? exitRoutes(other) : []
    return { id: other.id, allowedIps: [...addresses, ...primaryRoutes, ...exits], primaryRoutes }
  }

  #ruleLinks(rule: SlowRule, from: MeshNode, to: MeshNode): boolean {
    return this.#starts(rule, from) && rule.destinations.some((destination) => this.#ends(rule, destination, from, to))
  }

  #starts(rule: SlowRule, node: MeshNode): boolean {
    const itself = rule.sources.some((selector) => this.#means(selector, node))
    if (this.#hasPosture(rule)) return itself && postureAllows(this.#policy, rule, node.attributes)
    return itself || rule.sources.some((selector) => subnetRoutes(node).some((route) => coversRoute(selector, route)))
  }

  #ends(rule: SlowRule, { selector, services }: Destination, from: MeshNode, to: MeshNode): boolean {
    const untagged = (node: MeshNode) => node.tags.length === 0 && node.user !== undefined
    if (rule.via.length === 0 && selector.text === 'autogroup:self')
      return untagged(from) && untagged(to) && from.user === to.user && this.#startsItself(rule, from)
    const routes = rangesOf(selector).some((range) =>
      subnetRoutes(to).some((route) => overlap(range, prefixRange(route))),
    )
    // Packets leave through exit nodes, capabilities do not.
    const leaves = services.length > 0 && exitRoutes(to).length > 0 && isInternet(selector)
    if (rule.via.length > 0) return rule.via.some((tag) => to.tags.includes(tag)) && (routes || leaves)
    return routes || leaves || (selector.text !== 'autogroup:internet' && this.#means(selector, to))
  }

  #startsItself(rule: SlowRule, node: MeshNode): boolean {
    return (
      rule.sources.some((selector) => this.#means(selector, node)) && postureAllows(this.#policy, rule, node.attributes)
    )
  }

  /** Whether a route of another node goes there, for this viewer. */
  #serves(viewer: MeshNode, other: MeshNode, route: string): boolean {
    if (this.#seesRoute(viewer, route)) return this.#primaries.get(route) === other.id
    const candidates = this.#nodes.filter(
      (node) => subnetRoutes(node).includes(route) && this.#steers(viewer, node, route),
    )
    const online = candidates.filter((node) => node.online)
    const best = online.length > 0 ? online : candidates
    const ids = best.map((node) => node.id)
    const primary = this.#primaries.get(route) ?? -1
    return (ids.includes(primary) ? primary : Math.min(...ids)) === other.id
  }

  #seesRoute(viewer: MeshNode, route: string): boolean {
    if (subnetRoutes(viewer).includes(route)) return true
    return this.#rules.some((rule) => {
      const to = rule.via.length === 0 && this.#starts(rule, viewer)
      if (to && rule.destinations.some(({ selector }) => coversRoute(selector, route))) return true
      const from = !this.#hasPosture(rule) && rule.sources.some((selector) => coversRoute(selector, route))
      // What is behind the route may start something with the viewer: only as an address, never as somebody's own node.
      return from && rule.destinations.some((destination) => this.#ends(rule, destination, NOBODY, viewer))
    })
  }

  #steers(viewer: MeshNode, router: MeshNode, route: string): boolean {
    return this.#rules.some(
      (rule) =>
        rule.via.length > 0 &&
        this.#ruleLinks(rule, viewer, router) &&
        rule.destinations.some(({ selector }) => coversRoute(selector, route)),
    )
  }

  #leavesThrough(viewer: MeshNode, exit: MeshNode): boolean {
    return this.#rules.some(
      (rule) =>
        this.#starts(rule, viewer) &&
        rule.destinations.some(
          ({ selector, services }) =>
            services.length > 0 &&
            (rule.via.length > 0
              ? selector.text === 'autogroup:internet' && rule.via.some((tag) => exit.tags.includes(tag))
              : selector.text === 'autogroup:internet' || selector.kind === 'any'),
        ),
    )
  }

  #means(selector: Selector, node: MeshNode): boolean {
    if (selector.kind === 'any' || selector.text === 'autogroup:danger-all') return true
    const ranges = rangesOf(selector)
    if (ranges.length > 0)
      return node.addresses.some((address) => ranges.some((range) => overlap(range, rangeOf(address))))
    if (node.tags.length > 0) return node.tags.includes(selector.text) || selector.text === 'autogroup:tagged'
    const owner = this.#users.find((user) => user.name === node.user)
    const key = sourceKey(selector)
    return owner !== undefined && key !== undefined && personKeys(owner, memberships(this.#policy)).includes(key)
  }

  #hasPosture(rule: SlowRule): boolean {
    return rule.srcPosture.length + this.#policy.defaultSrcPosture.length > 0 && this.#policy.restricts
  }

  #withoutIpv4(node: MeshNode): boolean {
    if (this.#policy.network.disableIPv4 === true) return true
    return this.#policy.nodeAttributes.some(
      (entry) =>
        entry.attributes.includes('disable-ipv4') && entry.targets.some((selector) => this.#means(selector, node)),
    )
  }
}

const NOBODY: MeshNode = {
  id: 0,
  name: '',
  tags: [],
  addresses: [],
  announcedRoutes: [],
  approvedRoutes: [],
  online: true,
}

function effective(node: MeshNode): readonly string[] {
  const announced = node.announcedRoutes.filter((route) => isRoutable(prefixRange(route)))
  return announced.filter((route) => node.approvedRoutes.includes(route))
}

function subnetRoutes(node: MeshNode): readonly string[] {
  return effective(node).filter((route) => !route.endsWith('/0'))
}

function exitRoutes(node: MeshNode): readonly string[] {
  return effective(node).filter((route) => route.endsWith('/0'))
}

function coversRoute(selector: Selector, route: string): boolean {
  if (selector.kind === 'any' || selector.text === 'autogroup:danger-all') return true
  return rangesOf(selector).some((range) => overlap(range, prefixRange(route)))
}

function isInternet(selector: Selector): boolean {
  if (selector.text === 'autogroup:internet') return true
  return rangesOf(selector).some((range) => INTERNET_RANGES.some((internet) => overlap(range, internet)))
}

function rangeOf(address: string): IpRange {
  const parsed = parseIpRange(address)
  if (!parsed.ok) throw new RangeError(address)
  return parsed.range
}

function overlap(a: IpRange, b: IpRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last
}
