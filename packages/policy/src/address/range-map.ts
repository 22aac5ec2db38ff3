import type { IpAddress } from './ip-address.ts'
import type { IpRange } from './ip-range.ts'

interface Item<T> {
  readonly range: IpRange
  readonly value: T
}
interface Tree<T> {
  /** By first address, ascending: read as a balanced tree, the middle of each stretch its root. */
  readonly items: readonly Item<T>[]
  /** Greatest last address within the stretch whose root is at this place. */
  readonly reach: readonly bigint[]
}

/**
 * Values by address range; equal ranges share one value. Finds those whose range holds an address in time that grows with
 * the logarithm of their number and the count found. Ranges are never split, so a gigantic one costs no more than a small.
 */
export class RangeMap<T> {
  readonly #values = new Map<string, Item<T>>()
  #trees: { readonly 4: Tree<T>; readonly 6: Tree<T> } | undefined

  get size(): number {
    return this.#values.size
  }

  /** The value of exactly this range, made by `make` where there is none. */
  at(range: IpRange, make: () => T): T {
    const key = `${range.family} ${range.first.toString(36)} ${range.last.toString(36)}`
    let item = this.#values.get(key)
    if (item === undefined) {
      item = { range, value: make() }
      this.#values.set(key, item)
      this.#trees = undefined
    }
    return item.value
  }

  /** Values of all ranges that hold the address. */
  holding(address: IpAddress): readonly T[] {
    const found: T[] = []
    this.each(address, (value) => found.push(value))
    return found
  }

  /** Visits what `holding` finds. */
  each(address: IpAddress, visit: (value: T) => void): void {
    if (this.#values.size === 0) return
    const tree = this.#built()[address.family]
    search(tree, 0, tree.items.length - 1, address.value, visit)
  }

  #built(): { readonly 4: Tree<T>; readonly 6: Tree<T> } {
    if (this.#trees !== undefined) return this.#trees
    const items = [...this.#values.values()]
    this.#trees = {
      4: plant(items.filter(({ range }) => range.family === 4)),
      6: plant(items.filter(({ range }) => range.family === 6)),
    }
    return this.#trees
  }
}

function plant<T>(unsorted: readonly Item<T>[]): Tree<T> {
  const items = unsorted.toSorted((a, b) =>
    a.range.first < b.range.first ? -1 : a.range.first > b.range.first ? 1 : 0,
  )
  const reach = Array<bigint>(items.length).fill(-1n)
  const visit = (low: number, high: number): bigint => {
    if (low > high) return -1n
    const middle = (low + high) >> 1
    let furthest = items[middle]?.range.last ?? -1n
    for (const side of [visit(low, middle - 1), visit(middle + 1, high)]) if (side > furthest) furthest = side
    reach[middle] = furthest
    return furthest
  }
  visit(0, items.length - 1)
  return { items, reach }
}

function search<T>(tree: Tree<T>, low: number, high: number, wanted: bigint, visit: (value: T) => void): void {
  if (low > high) return
  const middle = (low + high) >> 1
  const item = tree.items[middle]
  if (item === undefined || (tree.reach[middle] ?? -1n) < wanted) return
  search(tree, low, middle - 1, wanted, visit)
  if (item.range.first > wanted) return
  if (wanted <= item.range.last) visit(item.value)
  search(tree, middle + 1, high, wanted, visit)
}
