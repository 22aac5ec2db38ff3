import { type IpAddress, parseIpAddress } from '../address/ip-address.ts'
import { rangeHolds } from '../address/ip-range.ts'
import { specialClassOf } from '../address/special-address.ts'
import type { DirectoryIndex, MeshNode } from '../decide/directory.ts'
import { type Memberships, rangesOf, type Subject, sourceKey, subjectKeys } from '../decide/subject.ts'
import type { Selector } from '../language/policy.ts'

/** A machine as both sides of an `ssh` rule see it: a node of the mesh, a target of the inventory, or an address. */
export interface Machine {
  /** Its owner, where it is somebody's untagged node, and its tags. */
  readonly subject: Subject
  readonly addresses: readonly IpAddress[]
  /** Of the mesh; absent for other machines. */
  readonly node?: MeshNode
}

/** What is known of a machine to log in to; the more, the more rules can mean it. */
export interface LoginTarget {
  /** Text of the IP address that is dialled: it finds what the inventory and the mesh know of the machine. */
  readonly address?: string
  /** Tags of the inventory target that was asked for, beside those that the directory has for the address. */
  readonly tags?: readonly string[]
  /** Id of the mesh node that was asked for. */
  readonly node?: number
}

export function machineOfNode(node: MeshNode, directory: DirectoryIndex): Machine {
  const addresses = node.addresses.flatMap((text) => parseIpAddress(text) ?? [])
  return { subject: machineSubject(node.tags, directory.ownerOf(node)), addresses, node }
}

/** Why nobody may come from a node: it is neither tagged nor of a user who may sign in. */
export function nodeFault(node: MeshNode, directory: DirectoryIndex): 'user-unknown' | 'user-disabled' | undefined {
  if (node.tags.length > 0) return undefined
  const owner = node.user === undefined ? undefined : directory.user(node.user)
  if (owner === undefined) return 'user-unknown'
  return owner.disabled ? 'user-disabled' : undefined
}

/** At a special address only the directory's tags count: whoever answers a name there proves nothing. */
export function machineOfTarget(target: LoginTarget, directory: DirectoryIndex): Machine {
  const address = target.address === undefined ? undefined : parseIpAddress(target.address)
  const node = nodeOf(target.node, address, directory)
  const claimed = address !== undefined && specialClassOf(address) !== undefined ? [] : (target.tags ?? [])
  const listed = address === undefined ? [] : directory.targetsAt(address).flatMap(({ tags }) => tags)
  const subject = machineSubject(
    [...new Set([...claimed, ...listed, ...(node?.tags ?? [])])],
    node === undefined ? undefined : directory.ownerOf(node),
  )
  return { subject, addresses: address === undefined ? [] : [address], ...(node !== undefined && { node }) }
}

/** Whether one selector means this machine; `autogroup:self` never does, as whose it is depends on who asks. */
export function selectsMachine(selector: Selector, machine: Machine, groups: Memberships): boolean {
  if (selector.kind === 'addresses' || selector.kind === 'ipset') {
    const ranges = rangesOf(selector)
    return machine.addresses.some((address) => ranges.some((range) => rangeHolds(range, address)))
  }
  const key = sourceKey(selector)
  return key !== undefined && machineKeys(machine, groups).has(key)
}

const known = new WeakMap<Machine, { readonly groups: Memberships; readonly keys: ReadonlySet<string> }>()

/** Keys of the selectors that mean a machine, but for those of addresses. Many rules ask for them: they are found once. */
export function machineKeys(machine: Machine, groups: Memberships): ReadonlySet<string> {
  const before = known.get(machine)
  if (before?.groups === groups) return before.keys
  const keys = new Set(subjectKeys(machine.subject, groups))
  known.set(machine, { groups, keys })
  return keys
}

export function isSelf(selector: Selector): boolean {
  return selector.text === 'autogroup:self'
}

function nodeOf(
  id: number | undefined,
  address: IpAddress | undefined,
  directory: DirectoryIndex,
): MeshNode | undefined {
  if (id !== undefined) return directory.node(id)
  return address === undefined ? undefined : directory.nodesAt(address)[0]
}

function machineSubject(tags: readonly string[], user: Subject['user']): Subject {
  return { ...(user !== undefined && { user }), tags, tagged: tags.length > 0 }
}
