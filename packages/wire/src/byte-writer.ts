const utf8 = new TextEncoder()
/** V8 keeps arrays of up to 64 bytes in its own heap, which costs an eighth, until somebody asks for their buffer. */
const IN_HEAP_BYTES = 64
const LOW_WORD = 0xffff_ffffn

/**
 * Builds a byte string front to back; every method returns the writer. Numbers outside their field's range throw RangeError.
 * Numbers are stored byte by byte: a `DataView` for each writer costs more than the few numbers of a message.
 */
export class ByteWriter {
  #bytes: Uint8Array
  #length = 0

  /** `initialBytes`: how much to allocate at once; it grows by doubling. */
  constructor(initialBytes = IN_HEAP_BYTES) {
    this.#bytes = new Uint8Array(initialBytes)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    inRange(value, 0xff)
    const start = this.#grow(1)
    this.#bytes[start] = value
    return this
  }

  boolean(value: boolean): this {
    return this.u8(value ? 1 : 0)
  }

  u16(value: number): this {
    inRange(value, 0xffff)
    const start = this.#grow(2)
    this.#bytes[start] = value >>> 8
    this.#bytes[start + 1] = value
    return this
  }

  u16le(value: number): this {
    inRange(value, 0xffff)
    const start = this.#grow(2)
    this.#bytes[start] = value
    this.#bytes[start + 1] = value >>> 8
    return this
  }

  u32(value: number): this {
    inRange(value, 0xffff_ffff)
    const start = this.#grow(4)
    this.#bytes[start] = value >>> 24
    this.#bytes[start + 1] = value >>> 16
    this.#bytes[start + 2] = value >>> 8
    this.#bytes[start + 3] = value
    return this
  }

  u32le(value: number): this {
    inRange(value, 0xffff_ffff)
    const start = this.#grow(4)
    this.#bytes[start] = value
    this.#bytes[start + 1] = value >>> 8
    this.#bytes[start + 2] = value >>> 16
    this.#bytes[start + 3] = value >>> 24
    return this
  }

  u64(value: bigint): this {
    inBigRange(value)
    return this.u32(Number(value >> 32n)).u32(Number(value & LOW_WORD))
  }

  u64le(value: bigint): this {
    inBigRange(value)
    return this.u32le(Number(value & LOW_WORD)).u32le(Number(value >> 32n))
  }

  bytes(value: Uint8Array): this {
    const start = this.#grow(value.length)
    this.#bytes.set(value, start)
    return this
  }

  /** RFC 4251 §5 `string`: length and bytes; a JavaScript string goes out as UTF-8. */
  string(value: Uint8Array | string): this {
    const bytes = typeof value === 'string' ? utf8.encode(value) : value
    return this.u32(bytes.length).bytes(bytes)
  }

  /** RFC 4251 §5 `name-list`. */
  nameList(names: readonly string[]): this {
    return this.string(names.join(','))
  }

  /** RFC 4251 §5 `mpint` of an unsigned big-endian number: leading zeros dropped, one added where the top bit is set. */
  mpint(magnitude: Uint8Array): this {
    let start = 0
    while (start < magnitude.length && magnitude[start] === 0) start++
    const digits = magnitude.subarray(start)
    const first = digits[0]
    if (first !== undefined && (first & 0x80) !== 0)
      return this.u32(digits.length + 1)
        .u8(0)
        .bytes(digits)
    return this.string(digits)
  }

  /** What was written; later writes do not change it. */
  finish(): Uint8Array {
    // A view would have V8 make a buffer of its own for a short one.
    if (this.#bytes.length <= IN_HEAP_BYTES) return this.#bytes.slice(0, this.#length)
    return this.#bytes.subarray(0, this.#length)
  }

  /** Replaces the array when it is full: call it before reading that. */
  #grow(count: number): number {
    const start = this.#length
    const needed = start + count
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#length = needed
    return start
  }
}

function inRange(value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`${value} is not in 0…${max}`)
}

function inBigRange(value: bigint): void {
  if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new RangeError(`${value} is not in 0…2^64-1`)
}
