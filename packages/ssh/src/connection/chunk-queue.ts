/** Chunks up to this size that wait are joined: an object for each byte would make a window of single bytes a hundredfold. */
const SMALL_CHUNK_BYTES = 256
/** Room for joined chunks, taken at once. */
const JOINED_BYTES = 4096

/** Chunks between a synchronous producer and an asynchronous reader. The channel's receive window bounds what is in it. */
export class ChunkQueue implements AsyncIterable<Uint8Array> {
  readonly #taken: (bytes: number) => void
  readonly #chunks: Uint8Array[] = []
  /** Memory of the last chunk, where that is joined of small ones; what was handed out of it is never written again. */
  #joined: Uint8Array | undefined
  readonly #readers: PromiseWithResolvers<IteratorResult<Uint8Array>>[] = []
  #end: { readonly error: Error | undefined } | undefined

  /** `taken` is told the size of each chunk that a reader has taken. */
  constructor(taken: (bytes: number) => void) {
    this.#taken = taken
  }

  push(chunk: Uint8Array): void {
    const reader = this.#readers.shift()
    if (reader === undefined) {
      if (!this.#join(chunk)) this.#chunks.push(chunk)
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

  /** Puts a small chunk behind a last one that is small or joined. False if it is neither, or there is no room. */
  #join(chunk: Uint8Array): boolean {
    const last = this.#chunks.length - 1
    const before = this.#chunks[last]
    if (before === undefined || chunk.length > SMALL_CHUNK_BYTES) return false
    const end = before.length + chunk.length
    let joined = this.#joined
    if (joined === undefined || joined.buffer !== before.buffer) {
      if (before.length > SMALL_CHUNK_BYTES) return false
      joined = new Uint8Array(JOINED_BYTES)
      joined.set(before)
      this.#joined = joined
    } else if (end > JOINED_BYTES) return false
    joined.set(chunk, before.length)
    this.#chunks[last] = joined.subarray(0, end)
    return true
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
