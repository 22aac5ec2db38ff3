import { PORT_MAX, type PortRange, type Service } from '../language/service.ts'

/** No rule: greater than every order. */
export const NO_RULE = Number.MAX_SAFE_INTEGER

interface Entry {
  readonly order: number
  readonly services: readonly Service[]
}

interface Table {
  /** First port of each stretch, ascending, the first 0. */
  readonly starts: Uint32Array
  /** Order of the first rule for that stretch, or `NO_RULE`. */
  readonly orders: Float64Array
}

/**
 * Rules with one source and one destination in common, by protocol and port: answers with the order of the first that
 * allows, in time that grows with the logarithm of their number. Tables are built when first asked for.
 */
export class PortTable {
  readonly #entries: Entry[] = []
  readonly #tables = new Map<number, Table>()

  /** Rules have to come in their order. */
  add(order: number, services: readonly Service[]): void {
    this.#entries.push({ order, services })
    this.#tables.clear()
  }

  first(protocol: number, port: number): number {
    if (this.#entries.length === 0) return NO_RULE
    let table = this.#tables.get(protocol)
    if (table === undefined) {
      table = paint(this.#entries, protocol)
      this.#tables.set(protocol, table)
    }
    let low = 0
    let high = table.starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((table.starts[middle] ?? 0) <= port) low = middle
      else high = middle - 1
    }
    return table.orders[low] ?? NO_RULE
  }

  /** Ports that some rule opens for a protocol; ranges may overlap. */
  ports(protocol: number): readonly PortRange[] {
    return this.#entries.flatMap(({ services }) => portsOf(services, protocol))
  }
}

/** Cuts the ports where any range begins or ends, then lets each rule in its order take the stretches still free. */
function paint(entries: readonly Entry[], protocol: number): Table {
  const ranges = entries.flatMap(({ order, services }) =>
    portsOf(services, protocol).map((range) => ({ order, ...range })),
  )
  const cuts = new Set([0])
  for (const { first, last } of ranges) {
    cuts.add(first)
    if (last < PORT_MAX) cuts.add(last + 1)
  }
  const starts = Uint32Array.from(cuts).toSorted()
  const indexOf = new Map([...starts].map((start, index) => [start, index]))
  const orders = new Float64Array(starts.length).fill(NO_RULE)
  // `next[i]`: the first stretch from i on that is still free; followed and shortened as it is read.
  const next = Uint32Array.from({ length: starts.length + 1 }, (_, index) => index)
  for (const { order, first, last } of ranges) {
    const end = last < PORT_MAX ? (indexOf.get(last + 1) ?? starts.length) : starts.length
    for (let at = free(next, indexOf.get(first) ?? 0); at < end; at = free(next, at)) {
      orders[at] = order
      next[at] = at + 1
    }
  }
  return { starts, orders }
}

function free(next: Uint32Array, from: number): number {
  let at = from
  for (let onward = next[at] ?? at; onward !== at; onward = next[at] ?? at) {
    next[at] = next[onward] ?? onward
    at = next[at] ?? onward
  }
  return at
}

function portsOf(services: readonly Service[], protocol: number): readonly PortRange[] {
  return services.filter(({ protocols }) => protocols.includes(protocol)).flatMap(({ ports }) => ports)
}
