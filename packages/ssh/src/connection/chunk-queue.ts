/** Chunks between a synchronous producer and an asynchronous reader. The channel's receive window bounds what is in it. */
export class ChunkQueue implements AsyncIterable<Uint8Array> {
  readonly #taken: (bytes: number) => void
  readonly #chunks: Uint8Array[] = []
  readonly #readers: PromiseWithResolvers<IteratorResult<Uint8Array>>[] = []
  #end: { readonly error: Error | undefined } | undefined

  /** `taken` is told the size of each chunk that a reader has taken. */
  constructor(taken: (bytes: number) => void) {
    this.#taken = taken
  }

  push(chunk: Uint8Array): void {
    const reader = this.#readers.shift()
    if (reader === undefined) {
      this.#chunks.push(chunk)
      return
    }
    reader.resolve({ done: false, value: chunk })
    this.#taken(chunk.length)
  }

  /** After the chunks that are left, readers see the end, or `error`. Only the first call counts. */
  end(error?: Error): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    for (const reader of this.#readers.splice(0)) this.#settle(reader, this.#end)
  }

  /** Leaving a `for await` early drops nothing: a later loop goes on where it stopped. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() }
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#taken(chunk.length)
      return Promise.resolve({ done: false, value: chunk })
    }
    const reader = Promise.withResolvers<IteratorResult<Uint8Array>>()
    if (this.#end === undefined) this.#readers.push(reader)
    else this.#settle(reader, this.#end)
    return reader.promise
  }

  #settle(reader: PromiseWithResolvers<IteratorResult<Uint8Array>>, end: { readonly error: Error | undefined }): void {
    if (end.error === undefined) reader.resolve({ done: true, value: undefined })
    else reader.reject(end.error)
  }
}
