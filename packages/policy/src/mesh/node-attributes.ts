import type { IpRange } from '../address/ip-range.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { MeshNode } from '../decide/directory.ts'
import type { JsonValue, NodeAttribute } from '../language/policy.ts'
import { machineOfNode, selectsMachine } from '../ssh/machine.ts'
import type { CapabilityMap } from './filter-rule.ts'

/** What holds for every node of a mesh, beside the policy. */
export interface MeshSettings {
  /** Whether clients keep themselves up to date where their owner did not say. */
  readonly autoUpdate: boolean
  /** Whether nodes get certificates for their names. */
  readonly https: boolean
}

/** Every client may send files to its owner's others, and may be logged in to. */
const EVERY_NODE: readonly string[] = ['https://tailscale.com/cap/file-sharing', 'https://tailscale.com/cap/ssh']
/** The ports on which the client of a node with `funnel` may be found from outside. */
const FUNNEL_PORTS = 'https://tailscale.com/cap/funnel-ports?ports=443,8443,10000'
const FUNNEL_NEEDS_HTTPS = 'https://tailscale.com/cap/warn-funnel-no-https'
const ADMIN = 'https://tailscale.com/cap/is-admin'
const OWNER = 'https://tailscale.com/cap/is-owner'

/** What a node is told that it can and should do: what all are told, then what `nodeAttrs` gives it. */
export function selfCapabilities(compiled: CompiledPolicy, node: MeshNode, settings: MeshSettings): CapabilityMap {
  const entries = attributesOf(compiled, node)
  const attributes = new Set(entries.flatMap((entry) => entry.attributes))
  if (attributes.has('funnel')) {
    attributes.add(FUNNEL_PORTS)
    if (!settings.https) attributes.add(FUNNEL_NEEDS_HTTPS)
  }
  const { randomizeClientPort = false, disableIPv4 = false } = compiled.policy.network
  if (randomizeClientPort) attributes.add('randomize-client-port')
  if (disableIPv4) attributes.add('disable-ipv4')
  const named = [...EVERY_NODE, ...roleCapabilities(compiled, node), ...attributes]
  return Object.fromEntries<readonly JsonValue[] | null>([
    ['default-auto-update', [settings.autoUpdate]],
    ...named.map((name) => [name, null] as const),
    ...appCapabilities(entries),
  ])
}

/** Ranges that addresses of a node are taken from, in the order of the text; none where `nodeAttrs` names none. */
export function addressPool(compiled: CompiledPolicy, node: MeshNode): readonly IpRange[] {
  return attributesOf(compiled, node).flatMap((entry) => entry.ipPool)
}

/** Whether `nodeAttrs` gives a node an attribute: `funnel`, `nextdns:abc123`. */
export function hasAttribute(compiled: CompiledPolicy, node: MeshNode, attribute: string): boolean {
  return attributesOf(compiled, node).some((entry) => entry.attributes.includes(attribute))
}

/** Entries of `nodeAttrs` that mean a node, in the order of the text. */
function attributesOf({ policy, directory, rules }: CompiledPolicy, node: MeshNode): readonly NodeAttribute[] {
  if (policy.nodeAttributes.length === 0) return []
  const machine = machineOfNode(node, directory)
  return policy.nodeAttributes.filter((entry) =>
    entry.targets.some((selector) => selectsMachine(selector, machine, rules.memberships)),
  )
}

function roleCapabilities({ directory }: CompiledPolicy, node: MeshNode): readonly string[] {
  const role = directory.ownerOf(node)?.role
  if (role === 'owner') return [ADMIN, OWNER]
  return role === 'admin' ? [ADMIN] : []
}

/** Several entries may give values of one capability: they all count, in the order of the text. */
function appCapabilities(entries: readonly NodeAttribute[]): ReadonlyMap<string, readonly JsonValue[]> {
  const values = new Map<string, readonly JsonValue[]>()
  for (const { name, values: more } of entries.flatMap((entry) => entry.app)) {
    values.set(name, [...(values.get(name) ?? []), ...more])
  }
  return values
}
