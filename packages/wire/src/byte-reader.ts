import { DecodeError } from './decode-error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a byte string front to back, every read checked against what is left.
 * Returned arrays are views: valid as long as the buffer under the reader is.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    // a Buffer's slice() shares memory where a Uint8Array's copies: what is handed on must do what its type says
    this.#bytes =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  u8(field = 'byte'): number {
    return this.#view.getUint8(this.#take(1, field))
  }

  /** RFC 4251 §5: zero is false, every other value true. */
  boolean(field = 'boolean'): boolean {
    return this.u8(field) !== 0
  }

  u16(field = 'uint16'): number {
    return this.#view.getUint16(this.#take(2, field))
  }

  u16le(field = 'uint16'): number {
    return this.#view.getUint16(this.#take(2, field), true)
  }

  u32(field = 'uint32'): number {
    return this.#view.getUint32(this.#take(4, field))
  }

  u32le(field = 'uint32'): number {
    return this.#view.getUint32(this.#take(4, field), true)
  }

  u64(field = 'uint64'): bigint {
    return this.#view.getBigUint64(this.#take(8, field))
  }

  u64le(field = 'uint64'): bigint {
    return this.#view.getBigUint64(this.#take(8, field), true)
  }

  /** The next `length` bytes, as a view. */
  bytes(length: number, field = 'bytes'): Uint8Array {
    const start = this.#take(length, field)
    return this.#bytes.subarray(start, start + length)
  }

  /** A length-prefixed byte string (RFC 4251 §5 `string`), as a view. `maxBytes` bounds the declared length. */
  string(field = 'string', maxBytes = 0xffff_ffff): Uint8Array {
    const length = this.u32(field)
    if (length > maxBytes) throw this.error(`declares ${length} bytes, limit ${maxBytes}`, field)
    return this.bytes(length, field)
  }

  /** A length-prefixed string that must be valid UTF-8. */
  text(field = 'text', maxBytes = 0xffff_ffff): string {
    const bytes = this.string(field, maxBytes)
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw new DecodeError('not valid UTF-8', field, this.#offset - bytes.length, { cause })
    }
  }

  /**
   * A length-prefixed comma-separated list of names (RFC 4251 §5 `name-list`); the empty string is the empty list.
   * `emptyNames`: what becomes of `a,,b`, which the RFC forbids and some peers send.
   */
  nameList(field = 'name-list', maxBytes = 0xffff_ffff, emptyNames: 'refuse' | 'skip' = 'refuse'): string[] {
    const bytes = this.string(field, maxBytes)
    if (bytes.length === 0) return []
    for (const byte of bytes) {
      if (byte < 0x21 || byte > 0x7e) throw this.error('has a character outside printable US-ASCII', field)
    }
    const names = utf8.decode(bytes).split(',')
    if (!names.includes('')) return names
    if (emptyNames === 'refuse') throw this.error('has an empty name', field)
    return names.filter((name) => name !== '')
  }

  /** A length-prefixed multiple precision integer (RFC 4251 §5 `mpint`): minimal, and not negative. */
  mpint(field = 'mpint', maxBytes = 0xffff_ffff): Uint8Array {
    const bytes = this.string(field, maxBytes)
    const [first, second] = bytes
    if (first === undefined) return bytes
    if ((first & 0x80) !== 0) throw this.error('is negative', field)
    if (first === 0 && (second === undefined || (second & 0x80) === 0))
      throw this.error('has a needless leading zero', field)
    return first === 0 ? bytes.subarray(1) : bytes
  }

  /** Everything that is left, as a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }

  /** Throws unless every byte was read: for messages whose format does not grow. */
  end(field = 'message'): void {
    if (this.remaining !== 0) throw this.error(`has ${this.remaining} trailing bytes`, field)
  }

  /** A DecodeError at the present offset, for checks the caller makes on a decoded value. */
  error(message: string, field: string): DecodeError {
    return new DecodeError(message, field, this.#offset)
  }

  #take(length: number, field: string): number {
    const start = this.#offset
    if (length > this.#bytes.length - start) {
      throw new DecodeError(`needs ${length} bytes, has ${this.#bytes.length - start}`, field, start)
    }
    this.#offset = start + length
    return start
  }
}
