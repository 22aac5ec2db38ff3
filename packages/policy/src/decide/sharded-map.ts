/** Entries in one shard: what is copied for a change of one of them. */
const SHARD_ENTRIES = 64
/** More entries than so many times what the shards were made for: they are made anew. */
const GROWTH = 4

export type ShardKey = string | number | bigint

/**
 * An immutable map. A changed one shares with the old all shards that no changed key falls into, so that a change in a
 * map of 100,000 copies some thousand pointers rather than everything; what is looked up is found as in a Map.
 */
export class ShardedMap<K extends ShardKey, V> {
  readonly size: number
  readonly #shards: readonly ReadonlyMap<K, V>[]

  private constructor(shards: readonly ReadonlyMap<K, V>[], size: number) {
    this.#shards = shards
    this.size = size
  }

  /** Of several entries with one key the last counts. */
  static of<K extends ShardKey, V>(entries: ReadonlyMap<K, V>): ShardedMap<K, V> {
    const count = shardCount(entries.size)
    if (count === 1) return new ShardedMap([entries], entries.size)
    const shards = Array.from({ length: count }, () => new Map<K, V>())
    for (const [key, value] of entries) shards[hash(key) & (count - 1)]?.set(key, value)
    return new ShardedMap(shards, entries.size)
  }

  get(key: K): V | undefined {
    return this.#shard(key)?.get(key)
  }

  has(key: K): boolean {
    return this.#shard(key)?.has(key) ?? false
  }

  /** In no particular order. */
  *values(): IterableIterator<V> {
    for (const shard of this.#shards) yield* shard.values()
  }

  *entries(): IterableIterator<[K, V]> {
    for (const shard of this.#shards) yield* shard.entries()
  }

  /** This map with other values for some keys; `undefined` takes a key out. */
  with(changes: ReadonlyMap<K, V | undefined>): ShardedMap<K, V> {
    if (changes.size === 0) return this
    const shards = [...this.#shards]
    const fresh = new Map<number, Map<K, V>>()
    let size = this.size
    for (const [key, value] of changes) {
      const at = hash(key) & (shards.length - 1)
      const shard = fresh.get(at) ?? new Map(shards[at])
      fresh.set(at, shard)
      size -= shard.size
      if (value === undefined) shard.delete(key)
      else shard.set(key, value)
      size += shard.size
    }
    for (const [at, shard] of fresh) shards[at] = shard
    const changed = new ShardedMap(shards, size)
    return size > shards.length * SHARD_ENTRIES * GROWTH ? ShardedMap.of(new Map(changed.entries())) : changed
  }

  #shard(key: K): ReadonlyMap<K, V> | undefined {
    return this.#shards.length === 1 ? this.#shards[0] : this.#shards[hash(key) & (this.#shards.length - 1)]
  }
}

/** A power of two. */
function shardCount(entries: number): number {
  let count = 1
  while (count * SHARD_ENTRIES < entries) count *= 2
  return count
}

/** FNV-1a for text, a multiplication for numbers: only how evenly the shards fill depends on it. */
function hash(key: ShardKey): number {
  if (typeof key === 'string') {
    let value = 0x811c9dc5
    for (let index = 0; index < key.length; index++) value = Math.imul(value ^ key.charCodeAt(index), 0x01000193)
    return (value ^ (value >>> 15)) >>> 0
  }
  const low = typeof key === 'number' ? key : Number(BigInt.asUintN(32, key ^ (key >> 64n)))
  return Math.imul(low, 0x9e3779b1) >>> 12
}
