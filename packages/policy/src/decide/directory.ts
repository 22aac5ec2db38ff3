import type { Role } from '@sallyport/model'
import type { IpAddress } from '../address/ip-address.ts'
import { type Changes, changedEntries, differences, Places } from './places.ts'
import { ShardedMap } from './sharded-map.ts'

/** The facts that a policy is decided over, as they stand now. */
export interface Directory {
  readonly users: readonly UserFacts[]
  readonly targets: readonly TargetFacts[]
  /** Machines of the mesh; absent where there is no mesh. */
  readonly nodes?: readonly MeshNode[]
}

/** One machine of the mesh. */
export interface MeshNode {
  /** Positive, stable, unique. */
  readonly id: number
  /** Its label in MagicDNS, without the domain. */
  readonly name: string
  /** Login name of its owner; absent for a tagged node, which belongs to nobody. */
  readonly user?: string
  /** With their prefix; with any, the node is a tagged one. */
  readonly tags: readonly string[]
  /** Its own addresses in the mesh: one of IPv4, one of IPv6, or either alone. */
  readonly addresses: readonly string[]
  /** Prefixes it offers to route; `0.0.0.0/0` and `::/0` make it an exit node. */
  readonly announcedRoutes: readonly string[]
  /** Those of them that are switched on. */
  readonly approvedRoutes: readonly string[]
  readonly online: boolean
  /** What is known of the device for postures: `node:os`, `custom:tier`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

export interface UserFacts {
  /** Login name: `alice` or `alice@example.com`; unique. */
  readonly name: string
  readonly role: Role
  readonly disabled: boolean
  /**
   * Groups that somebody outside of the policy vouches for, such as an identity provider, as `group:NAME`: those that the
   * policy defines have this member too.
   */
  readonly groups?: readonly string[]
}

export interface TargetFacts {
  /** Unique: of several targets with one name the last counts. */
  readonly name: string
  /**
   * Where it is dialled: IP addresses, and DNS names as written. Only an address that stands here gives the target's tags
   * to whoever dials it by address, and only to such an address do tags open what is special (loopback and its like): a
   * DNS answer proves nothing.
   */
  readonly addresses: readonly string[]
  /** With their prefix: `tag:prod`. */
  readonly tags: readonly string[]
}

/** What became of a directory. Takes out before it adds; what is added replaces what has the same name or id. */
export interface DirectoryChanges {
  readonly users?: Changes<UserFacts, string>
  readonly targets?: Changes<TargetFacts, string>
  readonly nodes?: Changes<MeshNode, number>
}

/** A user as rules see one. */
export type Person = Pick<UserFacts, 'name' | 'role' | 'groups'>

/**
 * The directory by name, by address and by tag. Immutable: what changes makes another one, which shares with this one
 * whatever the change does not touch.
 */
export class DirectoryIndex {
  readonly #users: ShardedMap<string, UserFacts>
  readonly #targets: Places<TargetFacts, string>
  readonly #nodes: Places<MeshNode, number>
  #lists: Directory | undefined

  private constructor(
    users: ShardedMap<string, UserFacts>,
    targets: Places<TargetFacts, string>,
    nodes: Places<MeshNode, number>,
  ) {
    this.#users = users
    this.#targets = targets
    this.#nodes = nodes
  }

  static of({ users, targets, nodes = [] }: Directory): DirectoryIndex {
    return new DirectoryIndex(
      ShardedMap.of(new Map(users.map((user) => [user.name, user]))),
      Places.of(targets, nameOf),
      Places.of(nodes, idOf),
    )
  }

  /** Takes time for what changed, not for what stands. */
  with({ users, targets, nodes }: DirectoryChanges): DirectoryIndex {
    return new DirectoryIndex(
      users === undefined ? this.#users : this.#users.with(changedEntries(users, nameOf)),
      targets === undefined ? this.#targets : this.#targets.with(targets),
      nodes === undefined ? this.#nodes : this.#nodes.with(nodes),
    )
  }

  /** What makes these facts of those: nothing for what has the same contents, whichever object it is. */
  changesTo({ users, targets, nodes = [] }: Directory): DirectoryChanges {
    return {
      users: differences(this.#users, users, nameOf, sameUser),
      targets: this.#targets.differences(targets, sameTarget),
      nodes: this.#nodes.differences(nodes, (before, now) => before === now),
    }
  }

  /** Everybody, in no particular order. */
  get users(): readonly UserFacts[] {
    return this.#all().users
  }

  /** The whole inventory, in no particular order. */
  get targets(): readonly TargetFacts[] {
    return this.#all().targets
  }

  /** Every machine of the mesh, in no particular order. */
  get nodes(): readonly MeshNode[] {
    return this.#all().nodes ?? []
  }

  user(name: string): UserFacts | undefined {
    return this.#users.get(name)
  }

  target(name: string): TargetFacts | undefined {
    return this.#targets.get(name)
  }

  node(id: number): MeshNode | undefined {
    return this.#nodes.get(id)
  }

  /** Whose machine it is: nobody's, where it is a tagged one or its owner is unknown or disabled. */
  ownerOf(node: MeshNode): Person | undefined {
    if (node.user === undefined || node.tags.length > 0) return undefined
    const owner = this.#users.get(node.user)
    return owner?.disabled === true ? undefined : owner
  }

  /** Whether a machine is in the mesh at all: a tagged one is, and another one while its owner is known and not disabled. */
  takesPart(node: MeshNode): boolean {
    return node.tags.length > 0 || this.ownerOf(node) !== undefined
  }

  targetsAt(address: IpAddress): readonly TargetFacts[] {
    return this.#targets.at(address)
  }

  nodesAt(address: IpAddress): readonly MeshNode[] {
    return this.#nodes.at(address)
  }

  /** Targets of the inventory and machines of the mesh that have this tag. */
  tagged(tag: string): readonly TargetFacts[] {
    return [...this.#targets.tagged(tag), ...this.#nodes.tagged(tag)]
  }

  /** Whether any target or machine has this tag; without one, whether any has some tag. */
  hasTagged(tag?: string): boolean {
    return this.#targets.hasTagged(tag) || this.#nodes.hasTagged(tag)
  }

  #all(): Directory {
    this.#lists ??= {
      users: [...this.#users.values()],
      targets: [...this.#targets.values()],
      nodes: [...this.#nodes.values()],
    }
    return this.#lists
  }
}

function sameUser(before: UserFacts, now: UserFacts): boolean {
  const groups = sameTexts(before.groups ?? [], now.groups ?? [])
  return before.role === now.role && before.disabled === now.disabled && groups
}

/** Whether two entries of one name have the same contents. */
export function sameTarget(before: TargetFacts, now: TargetFacts): boolean {
  return sameTexts(before.addresses, now.addresses) && sameTexts(before.tags, now.tags)
}

function sameTexts(before: readonly string[], now: readonly string[]): boolean {
  if (before === now) return true
  return before.length === now.length && before.every((text, index) => text === now[index])
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}

function idOf({ id }: MeshNode): number {
  return id
}
