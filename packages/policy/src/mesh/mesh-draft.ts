import type { MeshNode, UserFacts } from '../decide/directory.ts'
import type { MeshChange, MeshFacts, RouteFacts, SelectorSets } from './mesh-facts.ts'
import { type MeshMember, type MeshRoute, meshMember } from './mesh-member.ts'
import type { MeshRules } from './mesh-rules.ts'
import { EVERYBODY } from './mesh-selectors.ts'
import { addTo, EMPTY_SET, type NodeSet, setHolds, withPlace } from './node-set.ts'
import { electPrimary } from './primary-routes.ts'

export const NO_SETS: SelectorSets = { nodes: EMPTY_SET, routers: EMPTY_SET, routes: EMPTY_SET }
type SetName = keyof SelectorSets

/** How a node is meant by a selector. */
const ITSELF = 1
const AS_ROUTER = 2

/**
 * The next facts while they are worked out: what a change does not touch is shared with the facts before, what it touches
 * is copied once. INVARIANT: a set of bits is written only after it was copied here (`#owned`).
 */
export class MeshDraft {
  /** Selectors that mean other nodes, other addresses or other routes than before. */
  readonly touched = new Set<number>()
  readonly #rules: MeshRules
  #users: ReadonlyMap<string, UserFacts>
  readonly #nodes: Map<number, MeshNode>
  readonly #members: (MeshMember | undefined)[]
  readonly #places: Map<number, number>
  readonly #routes: Map<string, RouteFacts>
  readonly #own: Map<string, readonly number[]>
  readonly #selectors: SelectorSets[]
  readonly #primaries: Map<string, number>
  readonly #owned = new Set<NodeSet>()
  readonly #everybody: number
  readonly #freePlaces: number[] = []
  readonly #freeRoutes: number[] = []
  /** Routes whose holders, or whose holders' state, changed. */
  readonly #contested = new Set<string>()
  /** Room for bits of nodes and routes: copies are made that large at once. */
  #room: number

  constructor(rules: MeshRules, before: MeshFacts, change: MeshChange) {
    this.#rules = rules
    this.#users = before.users
    this.#nodes = new Map(before.nodes)
    this.#members = [...before.members]
    this.#places = new Map(before.places)
    this.#routes = new Map(before.routes)
    this.#own = new Map(before.own)
    this.#selectors = [...before.selectors]
    this.#primaries = new Map(before.primaries)
    this.#everybody = rules.selectors.indexOf(EVERYBODY)
    for (const [place, member] of before.members.entries()) if (member === undefined) this.#freePlaces.push(place)
    this.#freeRoutes.push(...holesIn([...before.routes.values()].map((route) => route.place)))
    this.#room = before.members.length + (change.nodes?.length ?? 0)
    this.#apply(change)
  }

  facts(): MeshFacts {
    this.#electPrimaries()
    return {
      users: this.#users,
      nodes: this.#nodes,
      members: this.#members,
      places: this.#places,
      routes: this.#routes,
      routeRoom: this.#routes.size + this.#freeRoutes.length,
      own: this.#own,
      selectors: this.#selectors,
      primaries: this.#primaries,
    }
  }

  #apply(change: MeshChange): void {
    const after = new Map<number, MeshNode | undefined>()
    if (change.users !== undefined) {
      const names = new Set(change.users.map((user) => user.name))
      for (const node of this.#nodes.values())
        if (node.user !== undefined && names.has(node.user)) after.set(node.id, node)
    }
    for (const id of change.removed ?? []) after.set(id, undefined)
    for (const node of change.nodes ?? []) after.set(node.id, node)
    const meant = new Map([...after.keys()].map((id) => [id, this.#meaning(this.#memberOf(id))]))
    if (change.users !== undefined)
      this.#users = new Map([...this.#users, ...change.users.map((user) => [user.name, user] as const)])
    for (const [id, node] of after) this.#replace(id, node, meant.get(id) ?? new Map())
  }

  #memberOf(id: number): MeshMember | undefined {
    const place = this.#places.get(id)
    return place === undefined ? undefined : this.#members[place]
  }

  #replace(id: number, node: MeshNode | undefined, meantBefore: ReadonlyMap<number, number>): void {
    const before = this.#memberOf(id)
    if (node === undefined) this.#nodes.delete(id)
    else this.#nodes.set(id, node)
    const takesPart = node !== undefined && this.#takesPart(node)
    const place = before?.place ?? (takesPart ? this.#newPlace() : -1)
    const after = takesPart ? meshMember(node, place) : undefined
    if (before === undefined && after === undefined) return
    this.#members[place] = after
    if (after === undefined) this.#places.delete(id)
    else this.#places.set(id, place)
    if (before !== undefined && after === undefined) this.#freePlaces.push(place)
    this.#changeOwner(place, before, after)
    this.#changeRoutes(before, after)
    this.#changeMeaning(place, before, after, meantBefore)
  }

  /** A tagged node does; another one as long as its owner is known and not disabled. */
  #takesPart(node: MeshNode): boolean {
    if (node.tags.length > 0) return true
    return node.user !== undefined && this.#users.get(node.user)?.disabled === false
  }

  #newPlace(): number {
    return this.#freePlaces.pop() ?? this.#members.push(undefined) - 1
  }

  #changeOwner(place: number, before: MeshMember | undefined, after: MeshMember | undefined): void {
    const [from, to] = [ownerOf(before), ownerOf(after)]
    if (from === to) return
    if (from !== undefined) {
      const rest = (this.#own.get(from) ?? []).filter((other) => other !== place)
      if (rest.length === 0) this.#own.delete(from)
      else this.#own.set(from, rest)
    }
    if (to !== undefined) this.#own.set(to, [...(this.#own.get(to) ?? []), place])
  }

  #changeRoutes(before: MeshMember | undefined, after: MeshMember | undefined): void {
    const id = (after ?? before)?.node.id ?? 0
    const old = new Map((before?.subnetRoutes ?? []).map((route) => [route.text, route]))
    const now = new Map((after?.subnetRoutes ?? []).map((route) => [route.text, route]))
    for (const route of old.keys()) if (!now.has(route)) this.#dropRoute(route, id)
    for (const [text, route] of now) if (!old.has(text)) this.#holdRoute(route, id)
    for (const text of [...old.keys(), ...now.keys()]) this.#contested.add(text)
  }

  #holdRoute(route: MeshRoute, id: number): void {
    const known = this.#routes.get(route.text)
    if (known !== undefined) {
      this.#routes.set(route.text, { ...known, holders: [...known.holders, id].toSorted((a, b) => a - b) })
      return
    }
    const place = this.#freeRoutes.pop() ?? this.#routes.size
    const selectors = this.#rules.selectors.overlapping(route.range)
    this.#routes.set(route.text, { ...route, place, selectors, holders: [id] })
    this.#setRoute(place, selectors, true)
  }

  #dropRoute(text: string, id: number): void {
    const known = this.#routes.get(text)
    if (known === undefined) return
    const holders = known.holders.filter((holder) => holder !== id)
    if (holders.length > 0) this.#routes.set(text, { ...known, holders })
    else {
      this.#routes.delete(text)
      this.#freeRoutes.push(known.place)
      this.#setRoute(known.place, known.selectors, false)
    }
  }

  #setRoute(place: number, selectors: readonly number[], held: boolean): void {
    // Everybody as a source lists every route.
    this.touched.add(this.#everybody)
    this.#write(this.#everybody, 'routes', place, held)
    for (const selector of selectors) this.#write(selector, 'routes', place, held)
  }

  /** Each selector that means a member, with how. */
  #meaning(member: MeshMember | undefined): ReadonlyMap<number, number> {
    const meant = new Map<number, number>()
    if (member === undefined) return meant
    const owner = ownerOf(member)
    const user = owner === undefined ? undefined : this.#users.get(owner)
    for (const selector of this.#rules.selectors.meaning(member, user)) meant.set(selector, ITSELF)
    for (const route of member.subnetRoutes)
      for (const selector of this.#routes.get(route.text)?.selectors ?? [])
        meant.set(selector, (meant.get(selector) ?? 0) | AS_ROUTER)
    return meant
  }

  #changeMeaning(
    place: number,
    before: MeshMember | undefined,
    after: MeshMember | undefined,
    meantBefore: ReadonlyMap<number, number>,
  ): void {
    const meantAfter = this.#meaning(after)
    const otherwise = !sameFacts(before, after)
    for (const selector of new Set([...meantBefore.keys(), ...meantAfter.keys()])) {
      const how = meantAfter.get(selector) ?? 0
      this.#write(selector, 'nodes', place, (how & ITSELF) !== 0)
      this.#write(selector, 'routers', place, (how & AS_ROUTER) !== 0)
      if (otherwise) this.touched.add(selector)
    }
  }

  #write(selector: number, name: SetName, place: number, held: boolean): void {
    const sets = this.#selectors[selector] ?? NO_SETS
    const set = sets[name]
    if (setHolds(set, place) === held) return
    this.touched.add(selector)
    if (held && this.#owned.has(set) && place >>> 5 < set.length) {
      addTo(set, place)
      return
    }
    const copy = withPlace(set, place, held, this.#room)
    this.#owned.add(copy)
    this.#selectors[selector] = { ...sets, [name]: copy }
  }

  #electPrimaries(): void {
    for (const text of this.#contested) {
      const holders = (this.#routes.get(text)?.holders ?? []).map((id) => ({
        id,
        online: this.#nodes.get(id)?.online === true,
      }))
      const primary = electPrimary(holders, this.#primaries.get(text))
      if (primary === undefined) this.#primaries.delete(text)
      else this.#primaries.set(text, primary)
    }
  }
}

/** Numbers between 0 and the greatest of a list that are not in it. */
function holesIn(places: readonly number[]): number[] {
  const taken = new Set(places)
  const end = places.reduce((most, place) => Math.max(most, place), 0)
  return Array.from({ length: end }, (_, place) => place).filter((place) => !taken.has(place))
}

function ownerOf(member: MeshMember | undefined): string | undefined {
  return member === undefined || member.node.tags.length > 0 ? undefined : member.node.user
}

/** Whether a filter that lists a node, or a posture that judges it, stays as it was. */
function sameFacts(a: MeshMember | undefined, b: MeshMember | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    sameList(a.node.addresses, b.node.addresses) && sameAttributes(a.node.attributes ?? {}, b.node.attributes ?? {})
  )
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

function sameAttributes(a: NonNullable<MeshNode['attributes']>, b: NonNullable<MeshNode['attributes']>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
}
