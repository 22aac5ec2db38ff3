import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter, DecodeError, utf8Bytes } from '@sallyport/wire'
import * as fc from 'fast-check'
import { decodeMessage, encodeMessage, type MessageCodec } from './codec.ts'
import { kexExchange, kexInit, newKeys } from './kex.ts'
import { messageName, SSH_MSG } from './numbers.ts'
import {
  debug,
  disconnect,
  extInfo,
  ignore,
  ping,
  pong,
  serviceAccept,
  serviceRequest,
  unimplemented,
} from './transport.ts'

const emptyLists = {
  serverHostKey: [],
  cipherClientToServer: [],
  cipherServerToClient: [],
  macClientToServer: [],
  macServerToClient: [],
  compressionClientToServer: [],
  compressionServerToClient: [],
  languagesClientToServer: [],
  languagesServerToClient: [],
}

interface Sample {
  readonly codec: MessageCodec<{ readonly type: string }>
  readonly message: { readonly type: string }
  readonly hex: string
}

function sample<T extends { readonly type: string }>(codec: MessageCodec<T>, message: T, hex: string): Sample {
  return { codec, message, hex: hex.replaceAll(' ', '') }
}

const bytes = Uint8Array.of(1, 2, 3)
const samples: readonly Sample[] = [
  sample(disconnect, { type: 'disconnect', reason: 11, description: 'bye' }, '01 0000000b 00000003 627965 00000000'),
  sample(ignore, { type: 'ignore', data: bytes }, '02 00000003 010203'),
  sample(unimplemented, { type: 'unimplemented', sequence: 0xffffffff }, '03 ffffffff'),
  sample(debug, { type: 'debug', alwaysDisplay: true, message: 'é' }, '04 01 00000002 c3a9 00000000'),
  sample(serviceRequest, { type: 'service-request', service: 'x' }, '05 00000001 78'),
  sample(serviceAccept, { type: 'service-accept', service: 'x' }, '06 00000001 78'),
  sample(extInfo, { type: 'ext-info', extensions: new Map([['a', bytes]]) }, '07 00000001 00000001 61 00000003 010203'),
  sample(
    kexInit,
    { type: 'kexinit', cookie: new Uint8Array(16), kex: ['a', 'b'], ...emptyLists, firstKexPacketFollows: true },
    `14 ${'00'.repeat(16)} 00000003 612c62 ${'00000000'.repeat(9)} 01 00000000`,
  ),
  sample(newKeys, { type: 'newkeys' }, '15'),
  sample(kexExchange.string.init, { type: 'kex-init', publicValue: bytes }, '1e 00000003 010203'),
  sample(kexExchange.mpint.init, { type: 'kex-init', publicValue: Uint8Array.of(0x80) }, '1e 00000002 0080'),
  sample(
    kexExchange.string.reply,
    { type: 'kex-reply', hostKey: bytes, publicValue: bytes, signature: bytes },
    '1f 00000003 010203 00000003 010203 00000003 010203',
  ),
  sample(ping, { type: 'ping', data: bytes }, 'c0 00000003 010203'),
  sample(pong, { type: 'pong', data: bytes }, 'c1 00000003 010203'),
]

for (const { codec, message, hex } of samples) {
  const name = messageName(codec.number)

  test(`${name} is written and read as its specification has it`, () => {
    assert.equal(Buffer.from(encodeMessage(codec, message)).toString('hex'), hex)
    assert.deepEqual(decodeMessage(codec, Buffer.from(hex, 'hex')), message)
  })

  test(`${name} cut short at any byte is refused`, () => {
    const payload = Buffer.from(hex, 'hex')
    // The tolerant ones end before their language tag.
    const needed = codec.tolerant === true ? payload.length - 4 : payload.length
    for (let length = 0; length < needed; length++) {
      assert.throws(() => decodeMessage(codec, payload.subarray(0, length)), DecodeError, `${length} bytes`)
    }
  })

  test(`V-A16 ${name} with a byte too many is ${codec.tolerant === true ? 'taken (it may grow)' : 'refused'}`, () => {
    const payload = Buffer.from(`${hex}00`, 'hex')
    if (codec.tolerant === true) assert.deepEqual(decodeMessage(codec, payload), message)
    else assert.throws(() => decodeMessage(codec, payload), DecodeError)
  })
}

test('V-A16 KEXINIT with a reserved field other than 0 is refused', () => {
  const payload = encodeMessage(kexInit, {
    type: 'kexinit',
    cookie: new Uint8Array(16),
    kex: [],
    ...emptyLists,
    firstKexPacketFollows: false,
  })
  for (let i = payload.length - 4; i < payload.length; i++) {
    assert.throws(() => decodeMessage(kexInit, payload.with(i, 1)), DecodeError)
  }
})

test('texts of DISCONNECT and DEBUG may be any bytes; names may not', () => {
  const text = new ByteWriter().u8(1).u32(2).string(Uint8Array.of(0xff, 0x41)).finish()
  assert.equal(decodeMessage(disconnect, text).description, '\ufffdA')
  const name = new ByteWriter().u8(5).string(Uint8Array.of(0xff)).finish()
  assert.throws(() => decodeMessage(serviceRequest, name), DecodeError)
  const long = new ByteWriter().u8(5).string('x'.repeat(65)).finish()
  assert.throws(() => decodeMessage(serviceRequest, long), DecodeError)
})

test('values of extensions outlive the packet they came in', () => {
  const payload = encodeMessage(extInfo, { type: 'ext-info', extensions: new Map([['a', utf8Bytes('value')]]) })
  const { extensions } = decodeMessage(extInfo, Buffer.from(payload.buffer, 0, payload.length))
  payload.fill(0)
  assert.deepEqual(extensions.get('a'), utf8Bytes('value'))
})

test('the same extension twice is refused', () => {
  const payload = new ByteWriter().u8(7).u32(2).string('a').string('1').string('a').string('2').finish()
  assert.throws(() => decodeMessage(extInfo, payload), DecodeError)
})

test('a name list keeps its names', () => {
  const name = fc.stringMatching(/^[!-+\--~]{1,20}$/)
  fc.assert(
    fc.property(fc.array(name, { maxLength: 30 }), (names) => {
      const message = {
        type: 'kexinit' as const,
        cookie: new Uint8Array(16),
        ...emptyLists,
        firstKexPacketFollows: false,
      }
      const decoded = decodeMessage(kexInit, encodeMessage(kexInit, { ...message, kex: names }))
      assert.deepEqual(decoded.kex, names)
    }),
  )
})

test('message numbers have names for errors', () => {
  assert.equal(messageName(SSH_MSG['channel-data']), 'channel-data (94)')
  assert.equal(messageName(77), 'message 77')
})
