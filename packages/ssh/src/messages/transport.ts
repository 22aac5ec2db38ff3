import { type ByteReader, type ByteWriter, copyBytes } from '@sallyport/wire'
import type { MessageCodec } from './codec.ts'
import { SSH_MSG } from './numbers.ts'

/** Texts of DISCONNECT and DEBUG are for people: wrong UTF-8 is replaced rather than refused. */
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Service names, RFC 4250 §4.7; at most 64 characters (RFC 4251 §6). */
const MAX_NAME_BYTES = 64
/** Both texts are shown to people and logged: nobody needs more. OpenSSH sends far less. */
const MAX_TEXT_BYTES = 16_384
/** More than any known peer announces (OpenSSH 10: four); keeps the map small (RFC 8308 sets no limit). */
export const MAX_EXTENSIONS = 32

/** SSH_MSG_DISCONNECT, RFC 4253 §11.1. */
export interface Disconnect {
  readonly type: 'disconnect'
  readonly reason: number
  /** The peer's words, unescaped. */
  readonly description: string
}
export const disconnect = {
  number: SSH_MSG.disconnect,
  /** Some peers leave the language tag out. */
  tolerant: true,
  decode(r: ByteReader): Disconnect {
    const reason = r.u32('reason')
    const description = lossyUtf8.decode(r.string('description', MAX_TEXT_BYTES))
    return { type: 'disconnect', reason, description }
  },
  encode: (w: ByteWriter, m: Disconnect) => w.u32(m.reason).string(m.description).string(''),
} satisfies MessageCodec<Disconnect>

/** SSH_MSG_IGNORE, RFC 4253 §11.2. */
export interface Ignore {
  readonly type: 'ignore'
  readonly data: Uint8Array
}
export const ignore = {
  number: SSH_MSG.ignore,
  decode: (r: ByteReader): Ignore => ({ type: 'ignore', data: r.string('data') }),
  encode: (w: ByteWriter, m: Ignore) => w.string(m.data),
} satisfies MessageCodec<Ignore>

/** SSH_MSG_UNIMPLEMENTED, RFC 4253 §11.4. */
export interface Unimplemented {
  readonly type: 'unimplemented'
  /** Sequence number of the refused packet, as its receiver counted. */
  readonly sequence: number
}
export const unimplemented = {
  number: SSH_MSG.unimplemented,
  decode: (r: ByteReader): Unimplemented => ({ type: 'unimplemented', sequence: r.u32('sequence') }),
  encode: (w: ByteWriter, m: Unimplemented) => w.u32(m.sequence),
} satisfies MessageCodec<Unimplemented>

/** SSH_MSG_DEBUG, RFC 4253 §11.3. */
export interface Debug {
  readonly type: 'debug'
  readonly alwaysDisplay: boolean
  readonly message: string
}
export const debug = {
  number: SSH_MSG.debug,
  /** Some peers leave the language tag out. */
  tolerant: true,
  decode(r: ByteReader): Debug {
    const alwaysDisplay = r.boolean('always-display')
    return { type: 'debug', alwaysDisplay, message: lossyUtf8.decode(r.string('message', MAX_TEXT_BYTES)) }
  },
  encode: (w: ByteWriter, m: Debug) => w.boolean(m.alwaysDisplay).string(m.message).string(''),
} satisfies MessageCodec<Debug>

/** SSH_MSG_SERVICE_REQUEST, RFC 4253 §10. */
export interface ServiceRequest {
  readonly type: 'service-request'
  readonly service: string
}
export const serviceRequest = {
  number: SSH_MSG['service-request'],
  decode: (r: ByteReader): ServiceRequest => ({ type: 'service-request', service: r.text('service', MAX_NAME_BYTES) }),
  encode: (w: ByteWriter, m: ServiceRequest) => w.string(m.service),
} satisfies MessageCodec<ServiceRequest>

/** SSH_MSG_SERVICE_ACCEPT, RFC 4253 §10. */
export interface ServiceAccept {
  readonly type: 'service-accept'
  readonly service: string
}
export const serviceAccept = {
  number: SSH_MSG['service-accept'],
  decode: (r: ByteReader): ServiceAccept => ({ type: 'service-accept', service: r.text('service', MAX_NAME_BYTES) }),
  encode: (w: ByteWriter, m: ServiceAccept) => w.string(m.service),
} satisfies MessageCodec<ServiceAccept>

/** SSH_MSG_EXT_INFO, RFC 8308 §2.3. */
export interface ExtInfo {
  readonly type: 'ext-info'
  readonly extensions: ReadonlyMap<string, Uint8Array>
}
export const extInfo = {
  number: SSH_MSG['ext-info'],
  decode(r: ByteReader): ExtInfo {
    const count = r.u32('nr-extensions')
    if (count > MAX_EXTENSIONS) throw r.error(`declares ${count}, limit ${MAX_EXTENSIONS}`, 'nr-extensions')
    const extensions = new Map<string, Uint8Array>()
    for (let i = 0; i < count; i++) {
      const name = r.text('extension-name', MAX_NAME_BYTES)
      if (extensions.has(name)) throw r.error('comes twice', 'extension-name')
      // Copied: the values outlive the packet, and a view would keep all of it in memory.
      extensions.set(name, copyBytes(r.string('extension-value')))
    }
    return { type: 'ext-info', extensions }
  },
  encode(w: ByteWriter, m: ExtInfo): void {
    w.u32(m.extensions.size)
    for (const [name, value] of m.extensions) w.string(name).string(value)
  },
} satisfies MessageCodec<ExtInfo>

/** SSH2_MSG_PING, OpenSSH PROTOCOL §1.9, announced by the extension `ping@openssh.com`. */
export interface Ping {
  readonly type: 'ping'
  /** Comes back unchanged in the pong. */
  readonly data: Uint8Array
}
export const ping = {
  number: SSH_MSG.ping,
  decode: (r: ByteReader): Ping => ({ type: 'ping', data: r.string('data') }),
  encode: (w: ByteWriter, m: Ping) => w.string(m.data),
} satisfies MessageCodec<Ping>

/** SSH2_MSG_PONG, OpenSSH PROTOCOL §1.9. */
export interface Pong {
  readonly type: 'pong'
  readonly data: Uint8Array
}
export const pong = {
  number: SSH_MSG.pong,
  decode: (r: ByteReader): Pong => ({ type: 'pong', data: r.string('data') }),
  encode: (w: ByteWriter, m: Pong) => w.string(m.data),
} satisfies MessageCodec<Pong>
