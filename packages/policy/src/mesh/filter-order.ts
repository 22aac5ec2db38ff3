import { type SourceTexts, sameTexts } from './source-set.ts'

interface Placed {
  readonly sources: SourceTexts
  readonly protocols: string
  readonly place: number
}

/** Where the first rule of some sources and protocols stands in a filter, over the clauses that are the same for all nodes. */
export class FilterOrder {
  readonly #byHash = new Map<number, Placed[]>()

  /** In the order of the clauses: a later place never counts. */
  add(sources: SourceTexts, protocols: readonly number[] | undefined, place: number): void {
    if (this.placeOf(sources, protocols) !== undefined) return
    const entry = { sources, protocols: protocolKey(protocols), place }
    const bucket = this.#byHash.get(sources.hash)
    if (bucket === undefined) this.#byHash.set(sources.hash, [entry])
    else bucket.push(entry)
  }

  placeOf(sources: SourceTexts, protocols: readonly number[] | undefined): number | undefined {
    const wanted = protocolKey(protocols)
    return this.#byHash
      .get(sources.hash)
      ?.find((entry) => entry.protocols === wanted && sameTexts(entry.sources, sources))?.place
  }
}

export function protocolKey(protocols: readonly number[] | undefined): string {
  return protocols?.join() ?? ''
}
