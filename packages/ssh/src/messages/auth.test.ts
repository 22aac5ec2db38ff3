import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ByteWriter, DecodeError } from '@sallyport/wire'
import {
  HOSTBOUND_METHOD,
  type UserauthRequest,
  userauthBanner,
  userauthFailure,
  userauthInfoRequest,
  userauthInfoResponse,
  userauthPkOk,
  userauthRequest,
  userauthSuccess,
} from './auth.ts'
import { decodeMessage, encodeMessage, type MessageCodec } from './codec.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(/\s|#.*/g, ''))

suite('userauth-request', () => {
  const user = '00 00 00 01 75'
  const service = '00 00 00 0e 73 73 68 2d 63 6f 6e 6e 65 63 74 69 6f 6e'
  const cases: readonly { name: string; wire: string; credential: UserauthRequest['credential'] }[] = [
    { name: 'none', wire: '00 00 00 04 6e 6f 6e 65', credential: { method: 'none' } },
    {
      name: 'password',
      wire: '00 00 00 08 70 61 73 73 77 6f 72 64 00 00 00 00 02 70 77',
      credential: { method: 'password', password: hex('70 77'), newPassword: undefined },
    },
    {
      name: 'password change',
      wire: '00 00 00 08 70 61 73 73 77 6f 72 64 01 00 00 00 01 61 00 00 00 01 62',
      credential: { method: 'password', password: hex('61'), newPassword: hex('62') },
    },
    {
      name: 'publickey query',
      wire: '00 00 00 09 70 75 62 6c 69 63 6b 65 79 00 00 00 00 01 61 00 00 00 02 01 02',
      credential: {
        method: 'publickey',
        algorithm: 'a',
        publicKey: hex('01 02'),
        hostKey: undefined,
        signature: undefined,
      },
    },
    {
      name: 'host-bound publickey with signature',
      wire: `00 00 00 23 ${Buffer.from(HOSTBOUND_METHOD).toString('hex')} 01 00 00 00 01 61 00 00 00 01 01 00 00 00 01 02 00 00 00 01 03`,
      credential: {
        method: HOSTBOUND_METHOD,
        algorithm: 'a',
        publicKey: hex('01'),
        hostKey: hex('02'),
        signature: hex('03'),
      },
    },
    {
      name: 'keyboard-interactive',
      wire: '00 00 00 14 6b 65 79 62 6f 61 72 64 2d 69 6e 74 65 72 61 63 74 69 76 65 00 00 00 00 00 00 00 03 70 61 6d',
      credential: { method: 'keyboard-interactive', language: '', submethods: 'pam' },
    },
    {
      name: 'a method nobody knows, its fields unread',
      wire: '00 00 00 01 78 ff ff ff ff',
      credential: { method: 'other', name: 'x', data: hex('ff ff ff ff') },
    },
  ]
  for (const { name, wire, credential } of cases) {
    test(`${name} reads and writes the bytes of RFC 4252 §5`, () => {
      const payload = hex(`32 ${user} ${service} ${wire}`)
      const message: UserauthRequest = { type: 'userauth-request', user: 'u', service: 'ssh-connection', credential }
      assert.deepEqual(decodeMessage(userauthRequest, payload), message)
      assert.equal(encodeMessage(userauthRequest, message).toHex(), payload.toHex())
    })
  }

  test('every shortened message is refused', () => {
    const payload = hex(`32 ${user} ${service} 00 00 00 08 70 61 73 73 77 6f 72 64 00 00 00 00 02 70 77`)
    for (let length = 0; length < payload.length; length++) {
      assert.throws(() => decodeMessage(userauthRequest, payload.subarray(0, length)), DecodeError)
    }
  })
})

test('messages of the server read back as written', () => {
  const check = <T>(codec: MessageCodec<T>, message: T): void => {
    assert.deepEqual(decodeMessage(codec, encodeMessage(codec, message)), message)
  }
  check(userauthSuccess, { type: 'userauth-success' })
  check(userauthFailure, { type: 'userauth-failure', methods: [], partialSuccess: false })
  check(userauthFailure, { type: 'userauth-failure', methods: ['publickey', 'password'], partialSuccess: true })
  check(userauthBanner, { type: 'userauth-banner', message: 'grüß dich\n', language: 'de' })
  check(userauthPkOk, { type: 'userauth-pk-ok', algorithm: 'ssh-ed25519', publicKey: hex('00 01') })
  check(userauthInfoRequest, {
    type: 'userauth-info-request',
    name: 'n',
    instruction: 'i',
    language: '',
    prompts: [{ text: 'Password: ', echo: false }],
  })
  check(userauthInfoResponse, { type: 'userauth-info-response', responses: [hex(''), hex('61')] })
})

test('V-B13 counts are checked before anything is made for them', () => {
  const request = new ByteWriter().u8(60).string('').string('').string('').u32(0xffff_ffff).finish()
  assert.throws(() => decodeMessage(userauthInfoRequest, request), /limit 32/)
  assert.throws(() => decodeMessage(userauthInfoResponse, hex('3d 80 00 00 00')), /limit 32/)
})
