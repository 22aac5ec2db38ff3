import { isWholeFamily, rangeWithin } from '../address/ip-range.ts'
import type { MeshNode, UserFacts } from '../decide/directory.ts'
import type { AutoApprovers, Policy, Selector } from '../language/policy.ts'
import { meshMember, meshRoute } from './mesh-member.ts'
import { MeshSelectors } from './mesh-selectors.ts'

/** The approvers of a policy, ready to be asked; they depend on the policy alone, so they are kept as long as it is. */
const approvers = new WeakMap<Policy, MeshSelectors>()

/**
 * Prefixes that a node announces and that the policy switches on by itself (`autoApprovers`), in the order of the
 * announcement; what is approved already is among them where it still would be. Approval is only ever added: the caller
 * joins this to what is approved, on every announcement and every change of policy, and takes nothing away.
 *
 * An entry of `routes` approves its prefix and narrower ones. The whole of a family is an exit node's: only `exitNode`
 * approves it, whatever `routes` says.
 *
 * @param user The owner of an untagged node; without, only tags and the node's addresses count.
 */
export function approveRoutes(policy: Policy, node: MeshNode, user?: UserFacts): readonly string[] {
  const { routes, exitNode } = policy.autoApprovers
  const isMeant = meantBy(policy, node, user)
  const approved = node.announcedRoutes.filter((text) => {
    const [route] = meshRoute(text)
    if (route === undefined) return false
    if (isWholeFamily(route.range)) return exitNode.some(isMeant)
    return routes.some((entry) => rangeWithin(route.range, entry.prefix) && entry.approvers.some(isMeant))
  })
  return [...new Set(approved)]
}

/** A service of the mesh that a node offers to serve. */
export interface OfferedService {
  /** `svc:web`. */
  readonly name: string
  readonly tags: readonly string[]
}

/** Names of those services that the policy lets the node serve without asking, by their name or one of their tags. */
export function approveServices(
  policy: Policy,
  node: MeshNode,
  offered: readonly OfferedService[],
  user?: UserFacts,
): readonly string[] {
  const { services } = policy.autoApprovers
  const isMeant = meantBy(policy, node, user)
  return offered
    .filter(({ name, tags }) => [name, ...tags].some((key) => services.get(key)?.some(isMeant) === true))
    .map(({ name }) => name)
}

function meantBy(policy: Policy, node: MeshNode, user: UserFacts | undefined): (selector: Selector) => boolean {
  const selectors = approverSelectors(policy)
  const owner = user === undefined || user.disabled || user.name !== node.user ? undefined : user
  const meant = selectors.meaning(meshMember(node, 0), owner)
  return (selector) => meant.has(selectors.indexOf(selector))
}

function approverSelectors(policy: Policy): MeshSelectors {
  let selectors = approvers.get(policy)
  if (selectors === undefined) {
    selectors = new MeshSelectors(policy, allApprovers(policy.autoApprovers))
    approvers.set(policy, selectors)
  }
  return selectors
}

function allApprovers({ routes, exitNode, services }: AutoApprovers): Selector[] {
  return [...routes.flatMap((entry) => entry.approvers), ...exitNode, ...[...services.values()].flat()]
}
