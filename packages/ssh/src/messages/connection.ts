/**
 * Messages of the connection protocol, RFC 4254. The three that carry a name (CHANNEL_OPEN, CHANNEL_REQUEST,
 * GLOBAL_REQUEST) find the rest of their form in channel-types.ts, channel-requests.ts and global-requests.ts.
 */

import { type ChannelRequestBody, channelRequests } from './channel-requests.ts'
import { type ChannelType, channelTypes } from './channel-types.ts'
import type { MessageCodec } from './codec.ts'
import { type GlobalRequestBody, globalRequests } from './global-requests.ts'
import { bodyName, readBody, readName, writeBody } from './named-body.ts'
import { SSH_MSG } from './numbers.ts'

/** Longest description in CHANNEL_OPEN_FAILURE that we read: text for people. */
const MAX_DESCRIPTION_BYTES = 8192
const MAX_LANGUAGE_BYTES = 256

/** Reason codes of SSH_MSG_CHANNEL_OPEN_FAILURE, RFC 4254 §5.1. */
export const OPEN_FAILURE = {
  administrativelyProhibited: 1,
  connectFailed: 2,
  unknownChannelType: 3,
  resourceShortage: 4,
} as const

/** The only extended data type there is, RFC 4254 §5.2. */
export const EXTENDED_DATA_STDERR = 1

/** SSH_MSG_GLOBAL_REQUEST, RFC 4254 §4. */
export interface GlobalRequest {
  readonly type: 'global-request'
  readonly wantReply: boolean
  readonly request: GlobalRequestBody
}
export const globalRequest = {
  number: SSH_MSG['global-request'],
  decode(r): GlobalRequest {
    const name = readName(r, 'global-request.name')
    const wantReply = r.boolean('global-request.want-reply')
    return { type: 'global-request', wantReply, request: readBody(globalRequests, name, r) }
  },
  encode(w, m) {
    w.string(bodyName(m.request)).boolean(m.wantReply)
    writeBody(globalRequests, w, m.request)
  },
} satisfies MessageCodec<GlobalRequest>

/** SSH_MSG_REQUEST_SUCCESS, RFC 4254 §4; what `data` holds depends on the request. */
export interface RequestSuccess {
  readonly type: 'request-success'
  readonly data: Uint8Array
}
export const requestSuccess = {
  number: SSH_MSG['request-success'],
  decode: (r): RequestSuccess => ({ type: 'request-success', data: r.rest() }),
  encode: (w, m) => w.bytes(m.data),
} satisfies MessageCodec<RequestSuccess>

/** SSH_MSG_REQUEST_FAILURE, RFC 4254 §4. */
export interface RequestFailure {
  readonly type: 'request-failure'
}
export const requestFailure = {
  number: SSH_MSG['request-failure'],
  decode: (): RequestFailure => ({ type: 'request-failure' }),
  encode: () => undefined,
} satisfies MessageCodec<RequestFailure>

/** SSH_MSG_CHANNEL_OPEN, RFC 4254 §5.1. */
export interface ChannelOpen {
  readonly type: 'channel-open'
  readonly channel: ChannelType
  /** The sender's own number for the channel. */
  readonly senderChannel: number
  /** Bytes that may be sent to the sender before it grants more. */
  readonly initialWindowBytes: number
  /** Most data bytes the sender takes in one message. */
  readonly maxPacketBytes: number
}
export const channelOpen = {
  number: SSH_MSG['channel-open'],
  decode(r): ChannelOpen {
    const name = readName(r, 'channel-open.type')
    const senderChannel = r.u32('channel-open.sender-channel')
    const initialWindowBytes = r.u32('channel-open.initial-window')
    const maxPacketBytes = r.u32('channel-open.max-packet')
    const channel = readBody(channelTypes, name, r)
    return { type: 'channel-open', channel, senderChannel, initialWindowBytes, maxPacketBytes }
  },
  encode(w, m) {
    w.string(bodyName(m.channel)).u32(m.senderChannel).u32(m.initialWindowBytes).u32(m.maxPacketBytes)
    writeBody(channelTypes, w, m.channel)
  },
} satisfies MessageCodec<ChannelOpen>

/** SSH_MSG_CHANNEL_OPEN_CONFIRMATION, RFC 4254 §5.1. No channel type we know adds fields to it. */
export interface ChannelOpenConfirmation {
  readonly type: 'channel-open-confirmation'
  readonly recipientChannel: number
  readonly senderChannel: number
  readonly initialWindowBytes: number
  readonly maxPacketBytes: number
}
export const channelOpenConfirmation = {
  number: SSH_MSG['channel-open-confirmation'],
  decode: (r): ChannelOpenConfirmation => ({
    type: 'channel-open-confirmation',
    recipientChannel: r.u32('channel-open-confirmation.recipient-channel'),
    senderChannel: r.u32('channel-open-confirmation.sender-channel'),
    initialWindowBytes: r.u32('channel-open-confirmation.initial-window'),
    maxPacketBytes: r.u32('channel-open-confirmation.max-packet'),
  }),
  encode: (w, m) => w.u32(m.recipientChannel).u32(m.senderChannel).u32(m.initialWindowBytes).u32(m.maxPacketBytes),
} satisfies MessageCodec<ChannelOpenConfirmation>

/** SSH_MSG_CHANNEL_OPEN_FAILURE, RFC 4254 §5.1. */
export interface ChannelOpenFailure {
  readonly type: 'channel-open-failure'
  readonly recipientChannel: number
  /** See OPEN_FAILURE. */
  readonly reason: number
  /** UTF-8 for people, from the peer: escape before showing. */
  readonly description: Uint8Array
  readonly languageTag: string
}
export const channelOpenFailure = {
  number: SSH_MSG['channel-open-failure'],
  decode: (r): ChannelOpenFailure => ({
    type: 'channel-open-failure',
    recipientChannel: r.u32('channel-open-failure.recipient-channel'),
    reason: r.u32('channel-open-failure.reason'),
    description: r.string('channel-open-failure.description', MAX_DESCRIPTION_BYTES),
    languageTag: r.text('channel-open-failure.language', MAX_LANGUAGE_BYTES),
  }),
  encode: (w, m) => w.u32(m.recipientChannel).u32(m.reason).string(m.description).string(m.languageTag),
} satisfies MessageCodec<ChannelOpenFailure>

/** SSH_MSG_CHANNEL_WINDOW_ADJUST, RFC 4254 §5.2. */
export interface ChannelWindowAdjust {
  readonly type: 'channel-window-adjust'
  readonly recipientChannel: number
  /** Bytes the recipient may send on top of its remaining credit. */
  readonly bytesToAdd: number
}
export const channelWindowAdjust = {
  number: SSH_MSG['channel-window-adjust'],
  decode: (r): ChannelWindowAdjust => ({
    type: 'channel-window-adjust',
    recipientChannel: r.u32('channel-window-adjust.recipient-channel'),
    bytesToAdd: r.u32('channel-window-adjust.bytes-to-add'),
  }),
  encode: (w, m) => w.u32(m.recipientChannel).u32(m.bytesToAdd),
} satisfies MessageCodec<ChannelWindowAdjust>

/** SSH_MSG_CHANNEL_DATA, RFC 4254 §5.2. The machine reads and writes this one by hand; the codec is its readable twin. */
export interface ChannelData {
  readonly type: 'channel-data'
  readonly recipientChannel: number
  readonly data: Uint8Array
}
export const channelData = {
  number: SSH_MSG['channel-data'],
  decode: (r): ChannelData => ({
    type: 'channel-data',
    recipientChannel: r.u32('channel-data.recipient-channel'),
    data: r.string('channel-data.data'),
  }),
  encode: (w, m) => w.u32(m.recipientChannel).string(m.data),
} satisfies MessageCodec<ChannelData>

/** SSH_MSG_CHANNEL_EXTENDED_DATA, RFC 4254 §5.2. */
export interface ChannelExtendedData {
  readonly type: 'channel-extended-data'
  readonly recipientChannel: number
  readonly dataType: number
  readonly data: Uint8Array
}
export const channelExtendedData = {
  number: SSH_MSG['channel-extended-data'],
  decode: (r): ChannelExtendedData => ({
    type: 'channel-extended-data',
    recipientChannel: r.u32('channel-extended-data.recipient-channel'),
    dataType: r.u32('channel-extended-data.data-type'),
    data: r.string('channel-extended-data.data'),
  }),
  encode: (w, m) => w.u32(m.recipientChannel).u32(m.dataType).string(m.data),
} satisfies MessageCodec<ChannelExtendedData>

/** SSH_MSG_CHANNEL_EOF, RFC 4254 §5.3. */
export interface ChannelEof {
  readonly type: 'channel-eof'
  readonly recipientChannel: number
}
/** SSH_MSG_CHANNEL_CLOSE, RFC 4254 §5.3. */
export interface ChannelClose {
  readonly type: 'channel-close'
  readonly recipientChannel: number
}
/** SSH_MSG_CHANNEL_SUCCESS, RFC 4254 §5.4. */
export interface ChannelSuccess {
  readonly type: 'channel-success'
  readonly recipientChannel: number
}
/** SSH_MSG_CHANNEL_FAILURE, RFC 4254 §5.4. */
export interface ChannelFailure {
  readonly type: 'channel-failure'
  readonly recipientChannel: number
}

function bare<K extends 'channel-eof' | 'channel-close' | 'channel-success' | 'channel-failure'>(
  type: K,
): MessageCodec<{ readonly type: K; readonly recipientChannel: number }> {
  return {
    number: SSH_MSG[type],
    decode: (r) => ({ type, recipientChannel: r.u32(`${type}.recipient-channel`) }),
    encode: (w, m) => w.u32(m.recipientChannel),
  }
}
export const channelEof: MessageCodec<ChannelEof> = bare('channel-eof')
export const channelClose: MessageCodec<ChannelClose> = bare('channel-close')
export const channelSuccess: MessageCodec<ChannelSuccess> = bare('channel-success')
export const channelFailure: MessageCodec<ChannelFailure> = bare('channel-failure')

/** SSH_MSG_CHANNEL_REQUEST, RFC 4254 §5.4. */
export interface ChannelRequest {
  readonly type: 'channel-request'
  readonly recipientChannel: number
  readonly wantReply: boolean
  readonly request: ChannelRequestBody
}
export const channelRequest = {
  number: SSH_MSG['channel-request'],
  decode(r): ChannelRequest {
    const recipientChannel = r.u32('channel-request.recipient-channel')
    const name = readName(r, 'channel-request.type')
    const wantReply = r.boolean('channel-request.want-reply')
    return { type: 'channel-request', recipientChannel, wantReply, request: readBody(channelRequests, name, r) }
  },
  encode(w, m) {
    w.u32(m.recipientChannel).string(bodyName(m.request)).boolean(m.wantReply)
    writeBody(channelRequests, w, m.request)
  },
} satisfies MessageCodec<ChannelRequest>
