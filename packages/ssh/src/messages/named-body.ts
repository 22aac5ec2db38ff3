import type { ByteReader, ByteWriter } from '@sallyport/wire'

/**
 * The part of CHANNEL_OPEN, CHANNEL_REQUEST and GLOBAL_REQUEST whose form depends on the name that leads the message.
 * `kind` is that name as it stands on the wire.
 */
export interface BodyCodec<T> {
  decode(reader: ByteReader): T
  encode(writer: ByteWriter, body: T): unknown
}

/** A body whose name we do not know: kept as it came, so that it can be refused or passed on. */
export interface UnknownBody {
  readonly kind: 'unknown'
  readonly name: string
  readonly data: Uint8Array
}

/** One codec per known kind. */
export type BodyCodecs<T extends { readonly kind: string }> = {
  readonly [K in T['kind']]: BodyCodec<Extract<T, { readonly kind: K }>>
}

/** RFC 4250 §4.6.1: names are printable US-ASCII of at most 64 characters. */
const MAX_NAME_BYTES = 64

/** Reads the name of a channel type or request. */
export function readName(reader: ByteReader, field: string): string {
  const name = reader.text(field, MAX_NAME_BYTES)
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code < 0x21 || code > 0x7e) throw reader.error('has a character outside printable US-ASCII', field)
  }
  return name
}

/** Reads the body that belongs to `name`; a known one strictly to its last byte (V-A16). */
export function readBody<T extends { readonly kind: string }>(
  codecs: BodyCodecs<T>,
  name: string,
  reader: ByteReader,
): T | UnknownBody {
  if (!Object.hasOwn(codecs, name)) return { kind: 'unknown', name, data: reader.rest() }
  const codec: BodyCodec<T> = codecs[name as T['kind']]
  return codec.decode(reader)
}

export function writeBody<T extends { readonly kind: string }>(
  codecs: BodyCodecs<T>,
  writer: ByteWriter,
  body: T | UnknownBody,
): void {
  if (isUnknown(body)) {
    writer.bytes(body.data)
    return
  }
  const codec: BodyCodec<T> = codecs[body.kind as T['kind']]
  codec.encode(writer, body)
}

/** The name of a body on the wire. */
export function bodyName(body: { readonly kind: string } | UnknownBody): string {
  return isUnknown(body) ? body.name : body.kind
}

function isUnknown(body: { readonly kind: string }): body is UnknownBody {
  return body.kind === 'unknown'
}
