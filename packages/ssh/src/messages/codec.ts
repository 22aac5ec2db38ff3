import { ByteReader, ByteWriter, DecodeError } from '@sallyport/wire'

/** One message of the protocol: its number and how its body is read and written, fields in wire order. */
export interface MessageCodec<T> {
  /** First byte of the payload, RFC 4250 §4.1. */
  readonly number: number
  /** Bytes behind the last field are accepted: only for messages whose specification grows at the end. */
  readonly tolerant?: boolean
  /** Reads the body (without the number). Byte fields of the result are views into the payload. */
  decode(reader: ByteReader): T
  encode(writer: ByteWriter, message: T): unknown
}

/** Number byte and body. */
export function encodeMessage<T>(codec: MessageCodec<T>, message: T): Uint8Array {
  const writer = new ByteWriter().u8(codec.number)
  codec.encode(writer, message)
  return writer.finish()
}

/** Reads a whole payload; throws DecodeError for another number, a short body, or trailing bytes (unless the codec is tolerant). */
export function decodeMessage<T>(codec: MessageCodec<T>, payload: Uint8Array): T {
  const reader = new ByteReader(payload)
  const number = reader.u8('message-number')
  if (number !== codec.number) throw new DecodeError(`is ${number}, expected ${codec.number}`, 'message-number', 0)
  const message = codec.decode(reader)
  if (codec.tolerant !== true) reader.end()
  return message
}
