import type { Role } from '@sallyport/model'
import type { Directory, MeshNode, UserFacts } from '../../src/decide/directory.ts'
import type { Capture, TopologyNode } from './captures.ts'

const ADMIN = 'https://tailscale.com/cap/is-admin'
const OWNER = 'https://tailscale.com/cap/is-owner'

/** The people and machines of a capture. */
export function directoryOf(capture: Capture): Directory {
  return { users: usersOf(capture), targets: [], nodes: nodesOf(capture) }
}

/** The node that a capture calls so, as `directoryOf` has it. */
export function nodeNamed(nodes: readonly MeshNode[], name: string): MeshNode {
  const found = nodes.find((node) => node.name === name)
  if (found === undefined) throw new Error(`no node named ${name}`)
  return found
}

function usersOf(capture: Capture): readonly UserFacts[] {
  return capture.topology.users.map((user) => ({
    name: loginName(user),
    role: roleOf(capture, user.name),
    disabled: false,
  }))
}

/** The captures do not tell ids: nodes are numbered as they are named. */
function nodesOf(capture: Capture): readonly MeshNode[] {
  return Object.entries(capture.topology.nodes).map(([name, node], index) => meshNode(capture, index + 1, name, node))
}

function meshNode(capture: Capture, id: number, name: string, node: TopologyNode): MeshNode {
  const owner = capture.topology.users.find((user) => user.name === node.user)
  const tags = node.tags ?? []
  return {
    id,
    name,
    ...(owner !== undefined && tags.length === 0 && { user: loginName(owner) }),
    tags,
    addresses: [node.ipv4, node.ipv6].filter((address) => address !== ''),
    announcedRoutes: node.routable_ips ?? [],
    approvedRoutes: approvedRoutes(capture, name, node),
    online: true,
  }
}

/** What a machine was told of itself came after what was noted of its routes: some were approved in between. */
function approvedRoutes(capture: Capture, name: string, node: TopologyNode): readonly string[] {
  const told = capture.captures[name]?.allowedIPs.filter((prefix) => node.routable_ips?.includes(prefix)) ?? []
  return [...new Set([...(node.approved_routes ?? []), ...told])]
}

function loginName(user: { readonly name: string; readonly email: string }): string {
  return user.email === '' ? user.name : user.email
}

/** What a person's own untagged machines were told of them. A refused policy tells nothing: then they are members. */
function roleOf(capture: Capture, name: string): Role {
  const own = Object.entries(capture.topology.nodes).filter(([, node]) => node.user === name)
  const told = own.map(([node]) => capture.captures[node]?.selfCapMap ?? {})
  if (told.some((map) => OWNER in map)) return 'owner'
  return told.some((map) => ADMIN in map) ? 'admin' : 'member'
}
