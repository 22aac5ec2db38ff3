import type { JsonNode } from '../../text/hujson.ts'
import type { NodeReader } from '../../text/node-reader.ts'
import type { TermKind } from '../term-kind.ts'

/** Alternatives: one of the entries has to hold. */
export interface AnyOf<T> {
  /** The entries' texts, sorted, each once: equal for lists that mean the same. */
  readonly key: string
  readonly entries: readonly T[]
}

/** Lists that all have to hold, sorted by their keys, each once: what the lists of several grants come to. */
export type AllOf<T> = readonly AnyOf<T>[]

export interface EntryKind<T> {
  readonly values: string
  read(node: JsonNode, what: string, reader: NodeReader): T | undefined
  text(entry: T): string
}

/** Entries of one list: far more than a person writes, and few enough to ask one by one. */
const ENTRIES_MAX = 256

/** A list of alternatives. `mayBeEmpty`: whether nothing at all is a sensible wish. */
export function allOf<T>(entry: EntryKind<T>, { mayBeEmpty }: { readonly mayBeEmpty: boolean }): TermKind<AllOf<T>> {
  return {
    values: `list of ${entry.values}${mayBeEmpty ? '; `[]` is none' : ''}`,
    strictest: 'one entry of every list has to hold',
    read(node, what, reader) {
      const items = reader.items(node, what)
      if (node.kind !== 'array') return undefined
      if (items.length > ENTRIES_MAX) {
        reader.report('bad-value', node.offset, `${what} has more than ${ENTRIES_MAX} entries`)
        return undefined
      }
      if (items.length === 0 && !mayBeEmpty) {
        reader.report('bad-value', node.offset, `${what} is empty: leave it out to demand nothing`)
        return undefined
      }
      const entries: T[] = []
      for (const [index, item] of items.entries()) {
        const value = entry.read(item, `${what}[${index}]`, reader)
        if (value !== undefined) entries.push(value)
      }
      return entries.length === items.length ? [anyOf(entries, entry)] : undefined
    },
    meet(a, b) {
      if (a === b) return a
      return union(a, b)
    },
    text: (lists) => lists.map(({ key }) => (key === '' ? 'none' : key)).join(' and '),
  }
}

function anyOf<T>(entries: readonly T[], kind: EntryKind<T>): AnyOf<T> {
  const byText = new Map(entries.map((entry) => [kind.text(entry), entry]))
  const sorted = [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { key: sorted.map(([key]) => key).join(', '), entries: sorted.map(([, entry]) => entry) }
}

/** What stands in either; both are sorted by their keys, each once, and so is the union. */
function union<T extends { readonly key: string }>(a: readonly T[], b: readonly T[]): readonly T[] {
  const all: T[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]]
    const first = other === undefined || (one !== undefined && one.key <= other.key) ? one : other
    if (first === undefined) break
    all.push(first)
    if (one?.key === first.key) i++
    if (other?.key === first.key) j++
  }
  return all.length === a.length ? a : all
}

/** Sorted by key, each key once. */
export function byKey<T extends { readonly key: string }>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [item.key, item])).values()].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}
