import { type IpAddress, parseIpAddress } from '../address/ip-address.ts'
import { ShardedMap } from './sharded-map.ts'

/** What became of things that have names: `set` adds or replaces, `removed` takes out, and comes first. */
export interface Changes<T, Name> {
  readonly set?: readonly T[]
  readonly removed?: readonly Name[]
}

/** IPv4 as a number, IPv6 as a bigint: one key for one address. */
type AddressKey = number | bigint

interface Placed {
  readonly addresses: readonly string[]
  readonly tags: readonly string[]
}

/** Things with addresses and tags, by what names them. */
export class Places<T extends Placed, Name extends string | number> {
  readonly #keyOf: (item: T) => Name
  readonly #items: ShardedMap<Name, T>
  readonly #byAddress: ShardedMap<AddressKey, readonly T[]>
  /** Made when first asked for, and kept up from then on. */
  #byTag: ShardedMap<string, ShardedMap<Name, T>> | undefined

  private constructor(
    keyOf: (item: T) => Name,
    items: ShardedMap<Name, T>,
    byAddress: ShardedMap<AddressKey, readonly T[]>,
    byTag?: ShardedMap<string, ShardedMap<Name, T>>,
  ) {
    this.#keyOf = keyOf
    this.#items = items
    this.#byAddress = byAddress
    this.#byTag = byTag
  }

  static of<T extends Placed, Name extends string | number>(
    items: readonly T[],
    keyOf: (item: T) => Name,
  ): Places<T, Name> {
    const byName = new Map(items.map((item) => [keyOf(item), item]))
    const byAddress = new Map<AddressKey, T[]>()
    for (const item of byName.values()) {
      for (const key of addressKeys(item)) push(byAddress, key, item)
    }
    return new Places(keyOf, ShardedMap.of(byName), ShardedMap.of<AddressKey, readonly T[]>(byAddress))
  }

  get(name: Name): T | undefined {
    return this.#items.get(name)
  }

  values(): IterableIterator<T> {
    return this.#items.values()
  }

  at(address: IpAddress): readonly T[] {
    return this.#byAddress.get(addressKey(address)) ?? []
  }

  tagged(tag: string): IterableIterator<T> {
    return this.#tags().get(tag)?.values() ?? [].values()
  }

  hasTagged(tag: string | undefined): boolean {
    return tag === undefined ? this.#tags().size > 0 : this.#tags().has(tag)
  }

  /** What makes this list of these things. */
  differences(now: readonly T[], same: (before: T, now: T) => boolean): Changes<T, Name> {
    return differences(this.#items, now, this.#keyOf, same)
  }

  with(changes: Changes<T, Name>): Places<T, Name> {
    const entries = changedEntries(changes, this.#keyOf)
    const places = new Map<AddressKey, { readonly gone: Set<T>; readonly come: T[] }>()
    const tags = new Map<string, Map<Name, T | undefined>>()
    for (const [name, item] of entries) {
      const before = this.#items.get(name)
      if (before !== undefined) {
        for (const key of addressKeys(before)) upsert(places, key, newPlace).gone.add(before)
        for (const tag of before.tags) upsert(tags, tag, newMap<Name, T>).set(name, undefined)
      }
      if (item !== undefined) {
        for (const key of addressKeys(item)) upsert(places, key, newPlace).come.push(item)
        for (const tag of item.tags) upsert(tags, tag, newMap<Name, T>).set(name, item)
      }
    }
    const byAddress = new Map<AddressKey, readonly T[] | undefined>()
    for (const [key, { gone, come }] of places) {
      const now = [...(this.#byAddress.get(key) ?? []).filter((item) => !gone.has(item)), ...come]
      byAddress.set(key, now.length === 0 ? undefined : now)
    }
    const byTag = this.#byTag === undefined ? undefined : retagged(this.#byTag, tags)
    return new Places(this.#keyOf, this.#items.with(entries), this.#byAddress.with(byAddress), byTag)

    function newPlace(): { readonly gone: Set<T>; readonly come: T[] } {
      return { gone: new Set(), come: [] }
    }
  }

  #tags(): ShardedMap<string, ShardedMap<Name, T>> {
    if (this.#byTag !== undefined) return this.#byTag
    const byTag = new Map<string, Map<Name, T>>()
    for (const [name, item] of this.#items.entries()) {
      for (const tag of item.tags) upsert(byTag, tag, () => new Map<Name, T>()).set(name, item)
    }
    this.#byTag = ShardedMap.of(new Map([...byTag].map(([tag, items]) => [tag, ShardedMap.of(items)])))
    return this.#byTag
  }
}

function retagged<T, Name extends string | number>(
  byTag: ShardedMap<string, ShardedMap<Name, T>>,
  changes: ReadonlyMap<string, ReadonlyMap<Name, T | undefined>>,
): ShardedMap<string, ShardedMap<Name, T>> {
  const changed = new Map<string, ShardedMap<Name, T> | undefined>()
  for (const [tag, items] of changes) {
    const now = (byTag.get(tag) ?? ShardedMap.of<Name, T>(new Map())).with(items)
    changed.set(tag, now.size === 0 ? undefined : now)
  }
  return byTag.with(changed)
}

/** Of its addresses those that are IP addresses, once each. */
function addressKeys({ addresses }: Placed): readonly AddressKey[] {
  const keys = addresses.map(keyOfText).filter((key) => key !== undefined)
  return keys.length < 2 ? keys : [...new Set(keys)]
}

function keyOfText(text: string): AddressKey | undefined {
  const address = parseIpAddress(text)
  return address === undefined ? undefined : addressKey(address)
}

function addressKey({ family, value }: IpAddress): AddressKey {
  return family === 4 ? Number(value) : value
}

export function differences<T, Name extends string | number>(
  before: ShardedMap<Name, T>,
  list: readonly T[],
  keyOf: (item: T) => Name,
  same: (before: T, now: T) => boolean,
): Changes<T, Name> {
  const now = new Map(list.map((item) => [keyOf(item), item]))
  const set: T[] = []
  for (const [name, item] of now) {
    const known = before.get(name)
    if (known === undefined || !same(known, item)) set.push(item)
  }
  const removed: Name[] = []
  for (const [name] of before.entries()) if (!now.has(name)) removed.push(name)
  return { set, removed }
}

/** By name what is there now, `undefined` where it is gone. */
export function changedEntries<T, Name>(
  { set = [], removed = [] }: Changes<T, Name>,
  keyOf: (item: T) => Name,
): Map<Name, T | undefined> {
  const entries = new Map<Name, T | undefined>(removed.map((name) => [name, undefined]))
  for (const item of set) entries.set(keyOf(item), item)
  return entries
}

function newMap<K, V>(): Map<K, V | undefined> {
  return new Map()
}

function push<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

function upsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
