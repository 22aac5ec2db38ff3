import type { ByteReader, ByteWriter } from '@sallyport/wire'
import type { MessageCodec } from './codec.ts'
import { SSH_MSG } from './numbers.ts'

const COOKIE_BYTES = 16
/** The longest lists of real peers stay below 2 KiB. */
const MAX_NAME_LIST_BYTES = 16_384

/** libssh 0.10 sends `a,,b`; what is hashed are the bytes as they came. */
const names = (r: ByteReader, field: string): string[] => r.nameList(field, MAX_NAME_LIST_BYTES, 'skip')

/** SSH_MSG_KEXINIT, RFC 4253 §7.1. The exchange hash covers its bytes, so nothing may trail; empty names are passed over. */
export interface KexInit {
  readonly type: 'kexinit'
  readonly cookie: Uint8Array
  readonly kex: readonly string[]
  readonly serverHostKey: readonly string[]
  readonly cipherClientToServer: readonly string[]
  readonly cipherServerToClient: readonly string[]
  readonly macClientToServer: readonly string[]
  readonly macServerToClient: readonly string[]
  readonly compressionClientToServer: readonly string[]
  readonly compressionServerToClient: readonly string[]
  readonly languagesClientToServer: readonly string[]
  readonly languagesServerToClient: readonly string[]
  /** A guessed key exchange packet comes behind this one. */
  readonly firstKexPacketFollows: boolean
}
export const kexInit = {
  number: SSH_MSG.kexinit,
  decode(r: ByteReader): KexInit {
    const message: KexInit = {
      type: 'kexinit',
      cookie: r.bytes(COOKIE_BYTES, 'cookie'),
      kex: names(r, 'kex-algorithms'),
      serverHostKey: names(r, 'server-host-key-algorithms'),
      cipherClientToServer: names(r, 'encryption-client-to-server'),
      cipherServerToClient: names(r, 'encryption-server-to-client'),
      macClientToServer: names(r, 'mac-client-to-server'),
      macServerToClient: names(r, 'mac-server-to-client'),
      compressionClientToServer: names(r, 'compression-client-to-server'),
      compressionServerToClient: names(r, 'compression-server-to-client'),
      languagesClientToServer: names(r, 'languages-client-to-server'),
      languagesServerToClient: names(r, 'languages-server-to-client'),
      firstKexPacketFollows: r.boolean('first-kex-packet-follows'),
    }
    const reserved = r.u32('reserved')
    if (reserved !== 0) throw r.error(`is ${reserved}, not 0`, 'reserved')
    return message
  },
  encode: (w: ByteWriter, m: KexInit) =>
    w
      .bytes(m.cookie)
      .nameList(m.kex)
      .nameList(m.serverHostKey)
      .nameList(m.cipherClientToServer)
      .nameList(m.cipherServerToClient)
      .nameList(m.macClientToServer)
      .nameList(m.macServerToClient)
      .nameList(m.compressionClientToServer)
      .nameList(m.compressionServerToClient)
      .nameList(m.languagesClientToServer)
      .nameList(m.languagesServerToClient)
      .boolean(m.firstKexPacketFollows)
      .u32(0),
} satisfies MessageCodec<KexInit>

/** SSH_MSG_NEWKEYS, RFC 4253 §7.3: no body. */
export interface NewKeys {
  readonly type: 'newkeys'
}
export const newKeys = {
  number: SSH_MSG.newkeys,
  decode: (_r: ByteReader): NewKeys => ({ type: 'newkeys' }),
  encode: (_w: ByteWriter, _m: NewKeys) => undefined,
} satisfies MessageCodec<NewKeys>

/** How a method's public values are written: `mpint` for modp groups (RFC 4253 §8), `string` for all newer ones. */
export type PublicEncoding = 'mpint' | 'string'

/** SSH_MSG_KEXDH_INIT (RFC 4253 §8), SSH_MSG_KEX_ECDH_INIT (RFC 5656 §4), and the hybrid methods' init: client to server. */
export interface KexExchangeInit {
  readonly type: 'kex-init'
  /** e, Q_C or C_INIT. An mpint's magnitude, without leading zeros. */
  readonly publicValue: Uint8Array
}
/** SSH_MSG_KEXDH_REPLY, SSH_MSG_KEX_ECDH_REPLY and the hybrid methods' reply: server to client. */
export interface KexExchangeReply {
  readonly type: 'kex-reply'
  readonly hostKey: Uint8Array
  /** f, Q_S or S_REPLY. */
  readonly publicValue: Uint8Array
  /** The whole signature blob over the exchange hash. */
  readonly signature: Uint8Array
}

function readPublic(r: ByteReader, encoding: PublicEncoding): Uint8Array {
  return encoding === 'mpint' ? r.mpint('public-value') : r.string('public-value')
}

function kexExchangeInit(encoding: PublicEncoding) {
  return {
    number: SSH_MSG['kex-init'],
    decode: (r: ByteReader): KexExchangeInit => ({ type: 'kex-init', publicValue: readPublic(r, encoding) }),
    encode: (w: ByteWriter, m: KexExchangeInit) => w[encoding](m.publicValue),
  } satisfies MessageCodec<KexExchangeInit>
}

function kexExchangeReply(encoding: PublicEncoding) {
  return {
    number: SSH_MSG['kex-reply'],
    decode: (r: ByteReader): KexExchangeReply => ({
      type: 'kex-reply',
      hostKey: r.string('host-key'),
      publicValue: readPublic(r, encoding),
      signature: r.string('signature'),
    }),
    encode: (w: ByteWriter, m: KexExchangeReply) => w.string(m.hostKey)[encoding](m.publicValue).string(m.signature),
  } satisfies MessageCodec<KexExchangeReply>
}

/** Codecs of the two exchange messages, by the method's public encoding. */
export const kexExchange = {
  mpint: { init: kexExchangeInit('mpint'), reply: kexExchangeReply('mpint') },
  string: { init: kexExchangeInit('string'), reply: kexExchangeReply('string') },
} as const
