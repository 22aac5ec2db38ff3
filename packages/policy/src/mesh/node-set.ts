/**
 * A set of small numbers (places of nodes, or of routes, in a mesh) as bits, 32 to a word. Never changed once it is part of a
 * compiled mesh: what changes is a copy.
 */
export type NodeSet = Uint32Array

export const EMPTY_SET: NodeSet = new Uint32Array(0)

export function setHolds(set: NodeSet, place: number): boolean {
  return (((set[place >>> 5] ?? 0) >>> (place & 31)) & 1) === 1
}

/** Room for places 0 to `places` - 1. */
export function newSet(places: number): NodeSet {
  return new Uint32Array((places + 31) >>> 5)
}

/** Only on a set that nobody else has yet, and within its room. */
export function addTo(set: NodeSet, place: number): void {
  const word = place >>> 5
  set[word] = (set[word] ?? 0) | (1 << (place & 31))
}

/** The set with or without one place, and with room for at least so many; the same object where nothing changes. */
export function withPlace(set: NodeSet, place: number, held: boolean, places = 0): NodeSet {
  if (setHolds(set, place) === held) return set
  const word = place >>> 5
  const copy = new Uint32Array(Math.max(set.length, word + 1, held ? (places + 31) >>> 5 : 0))
  copy.set(set)
  copy[word] = (copy[word] ?? 0) ^ (1 << (place & 31))
  return copy
}

export function unionOf(sets: readonly NodeSet[]): NodeSet {
  const union = new Uint32Array(sets.reduce((most, set) => Math.max(most, set.length), 0))
  for (const set of sets) addAll(union, set)
  return union
}

/** Only on a set that nobody else has yet; it has to have the room. */
export function addAll(into: NodeSet, set: NodeSet): void {
  for (let word = 0; word < set.length; word++) into[word] = (into[word] ?? 0) | (set[word] ?? 0)
}

export function intersectionOf(a: NodeSet, b: NodeSet): NodeSet {
  const both = new Uint32Array(Math.min(a.length, b.length))
  for (let word = 0; word < both.length; word++) both[word] = (a[word] ?? 0) & (b[word] ?? 0)
  return both
}

export function intersects(a: NodeSet, b: NodeSet): boolean {
  const words = Math.min(a.length, b.length)
  for (let word = 0; word < words; word++) if (((a[word] ?? 0) & (b[word] ?? 0)) !== 0) return true
  return false
}

/** In ascending order. */
export function* placesOf(set: NodeSet): Generator<number> {
  for (const [index, bits] of set.entries()) {
    let rest = bits
    while (rest !== 0) {
      const lowest = rest & -rest
      yield index * 32 + (31 - Math.clz32(lowest))
      rest ^= lowest
    }
  }
}
