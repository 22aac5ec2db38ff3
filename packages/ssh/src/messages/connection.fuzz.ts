import { ByteReader, ByteWriter, DecodeError, equalBytes } from '@sallyport/wire'
import { decodeMessage, encodeMessage, type MessageCodec } from './codec.ts'
import {
  channelClose,
  channelData,
  channelEof,
  channelExtendedData,
  channelFailure,
  channelOpen,
  channelOpenConfirmation,
  channelOpenFailure,
  channelRequest,
  channelSuccess,
  channelWindowAdjust,
  globalRequest,
  requestFailure,
  requestSuccess,
} from './connection.ts'
import { forwardedPort, hostkeysProof } from './global-requests.ts'
import { decodeTerminalModes, encodeTerminalModes } from './terminal-modes.ts'

const codecs: readonly MessageCodec<never>[] = [
  globalRequest,
  requestSuccess,
  requestFailure,
  channelOpen,
  channelOpenConfirmation,
  channelOpenFailure,
  channelWindowAdjust,
  channelData,
  channelExtendedData,
  channelEof,
  channelClose,
  channelRequest,
  channelSuccess,
  channelFailure,
] as never

function ignoringDecodeErrors(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
  }
}

/** What was decoded once must encode to something that decodes to the same. (Booleans and reserved fields come in many forms.) */
function messageRoundTrip(input: Uint8Array): void {
  const codec = codecs.find(({ number }) => number === input[0])
  if (codec === undefined) return
  ignoringDecodeErrors(() => {
    const once = encodeMessage(codec, decodeMessage(codec, input))
    const twice = encodeMessage(codec, decodeMessage(codec, once))
    if (!equalBytes(once, twice)) throw new Error('oracle: encoding is not stable')
    if (codec.number === 94 && !equalBytes(once, input)) throw new Error('oracle: data is not canonical')
  })
}

const named = (number: number, name: string, build: (w: ByteWriter) => ByteWriter): Uint8Array =>
  build(new ByteWriter().u8(number).string(name)).finish()
const open = (name: string, build: (w: ByteWriter) => ByteWriter): Uint8Array =>
  named(90, name, (w) => build(w.u32(1).u32(65536).u32(32768)))
const request = (name: string, build: (w: ByteWriter) => ByteWriter): Uint8Array =>
  build(new ByteWriter().u8(98).u32(3).string(name).boolean(true)).finish()
const global = (name: string, build: (w: ByteWriter) => ByteWriter): Uint8Array =>
  named(80, name, (w) => build(w.boolean(true)))

export const fuzzTargets = [
  {
    name: 'ssh/messages/connection',
    run: messageRoundTrip,
    seeds: [
      open('session', (w) => w),
      open('direct-tcpip', (w) => w.string('db1').u32(22).string('127.0.0.1').u32(65535)),
      open('forwarded-tcpip', (w) => w.string('').u32(22).string('::1').u32(1)),
      open('direct-streamlocal@openssh.com', (w) => w.string('/run/x').string('').u32(0)),
      open('forwarded-streamlocal@openssh.com', (w) => w.string('/run/x').string('')),
      open('x11', (w) => w.string('::1').u32(6010)),
      open('tun@openssh.com', (w) => w.u32(1).u32(0x7fff_ffff)),
      new ByteWriter().u8(91).u32(1).u32(2).u32(3).u32(4).finish(),
      new ByteWriter().u8(92).u32(1).u32(2).string('no').string('').finish(),
      new ByteWriter().u8(93).u32(1).u32(2).finish(),
      new ByteWriter().u8(94).u32(1).string('data').finish(),
      new ByteWriter().u8(95).u32(1).u32(1).string('data').finish(),
      request('pty-req', (w) =>
        w
          .string('xterm')
          .u32(80)
          .u32(24)
          .u32(0)
          .u32(0)
          .string(Uint8Array.of(3, 0, 0, 0, 127, 0)),
      ),
      request('x11-req', (w) => w.boolean(false).string('MIT-MAGIC-COOKIE-1').string('00').u32(0)),
      request('env', (w) => w.string('LANG').string('C')),
      request('exec', (w) => w.string('id')),
      request('exit-status', (w) => w.u32(1)),
      request('exit-signal', (w) => w.string('TERM').boolean(false).string('').string('')),
      global('tcpip-forward', (w) => w.string('localhost').u32(0)),
      global('hostkeys-00@openssh.com', (w) => w.string('a').string('b')),
      global('keepalive@openssh.com', (w) => w),
    ],
  },
  {
    name: 'ssh/messages/terminal-modes',
    run(input: Uint8Array): void {
      ignoringDecodeErrors(() => {
        const modes = decodeTerminalModes(input)
        const again = decodeTerminalModes(encodeTerminalModes(modes))
        if (JSON.stringify(modes) !== JSON.stringify(again)) throw new Error('oracle: modes differ')
      })
    },
    seeds: [Uint8Array.of(3, 0, 0, 0, 127, 53, 0, 0, 0, 1, 0), Uint8Array.of(160), new Uint8Array(0)],
  },
  {
    name: 'ssh/messages/global-replies',
    run(input: Uint8Array): void {
      ignoringDecodeErrors(() => {
        const port = forwardedPort.decode(input)
        if (new ByteReader(input).u32() !== port) throw new Error('oracle: another port')
      })
      ignoringDecodeErrors(() => {
        if (!equalBytes(hostkeysProof.encode(hostkeysProof.decode(input)), input))
          throw new Error('oracle: proof differs')
      })
    },
    seeds: [Uint8Array.of(0, 0, 31, 64), new ByteWriter().string('sig1').string('sig2').finish()],
  },
]
