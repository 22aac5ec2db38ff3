const utf8 = new TextEncoder()
const INITIAL_BYTES = 128

/** Builds a byte string front to back; every method returns the writer. Numbers outside their field's range throw RangeError. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  /** `initialBytes`: how much to allocate at once; it grows by doubling. */
  constructor(initialBytes = INITIAL_BYTES) {
    this.#bytes = new Uint8Array(initialBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    inRange(value, 0xff)
    const start = this.#grow(1)
    this.#view.setUint8(start, value)
    return this
  }

  boolean(value: boolean): this {
    return this.u8(value ? 1 : 0)
  }

  u16(value: number): this {
    inRange(value, 0xffff)
    const start = this.#grow(2)
    this.#view.setUint16(start, value)
    return this
  }

  u16le(value: number): this {
    inRange(value, 0xffff)
    const start = this.#grow(2)
    this.#view.setUint16(start, value, true)
    return this
  }

  u32(value: number): this {
    inRange(value, 0xffff_ffff)
    const start = this.#grow(4)
    this.#view.setUint32(start, value)
    return this
  }

  u32le(value: number): this {
    inRange(value, 0xffff_ffff)
    const start = this.#grow(4)
    this.#view.setUint32(start, value, true)
    return this
  }

  u64(value: bigint): this {
    inBigRange(value)
    const start = this.#grow(8)
    this.#view.setBigUint64(start, value)
    return this
  }

  u64le(value: bigint): this {
    inBigRange(value)
    const start = this.#grow(8)
    this.#view.setBigUint64(start, value, true)
    return this
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

  /** What was written, as a view that later writes do not change. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Replaces the array and its view when it is full: call it before reading either. */
  #grow(count: number): number {
    const start = this.#length
    const needed = start + count
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, start))
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
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
