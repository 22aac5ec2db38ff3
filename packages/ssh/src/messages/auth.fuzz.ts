import { DecodeError } from '@sallyport/wire'
import {
  HOSTBOUND_METHOD,
  userauthBanner,
  userauthFailure,
  userauthInfoRequest,
  userauthInfoResponse,
  userauthPasswdChangereq,
  userauthPkOk,
  userauthRequest,
  userauthSuccess,
} from './auth.ts'
import { decodeMessage, encodeMessage, type MessageCodec } from './codec.ts'

/** What was read once is written, read and written the same ever after. */
function target<T>(name: string, codec: MessageCodec<T>, seeds: readonly T[]) {
  return {
    name: `ssh/messages/${name}`,
    seeds: seeds.map((seed) => encodeMessage(codec, seed)),
    run(input: Uint8Array): void {
      let message: T
      try {
        message = decodeMessage(codec, input)
      } catch (error) {
        if (error instanceof DecodeError) return
        throw error
      }
      const first = encodeMessage(codec, message)
      let second: Uint8Array
      try {
        second = encodeMessage(codec, decodeMessage(codec, first))
      } catch (error) {
        // replacement characters are longer than the bytes they stand for, so a text can grow over its limit
        if (error instanceof DecodeError && first.length > input.length) return
        throw error
      }
      if (Buffer.compare(first, second) !== 0) throw new Error('oracle: re-encoding is not stable')
    },
  }
}

const some = new Uint8Array([1, 2, 3])
const base = { type: 'userauth-request', user: 'alice', service: 'ssh-connection' } as const

export const fuzzTargets = [
  target('userauth-request', userauthRequest, [
    { ...base, credential: { method: 'none' } },
    { ...base, credential: { method: 'password', password: some, newPassword: some } },
    { ...base, credential: { method: 'keyboard-interactive', language: 'en', submethods: 'pam' } },
    { ...base, credential: { method: 'other', name: 'gssapi-with-mic', data: some } },
    {
      ...base,
      credential: {
        method: HOSTBOUND_METHOD,
        algorithm: 'ssh-ed25519',
        publicKey: some,
        hostKey: some,
        signature: some,
      },
    },
  ]),
  target('userauth-failure', userauthFailure, [
    { type: 'userauth-failure', methods: ['publickey', 'password'], partialSuccess: true },
  ]),
  target('userauth-success', userauthSuccess, [{ type: 'userauth-success' }]),
  target('userauth-banner', userauthBanner, [{ type: 'userauth-banner', message: 'hello', language: 'en' }]),
  target('userauth-pk-ok', userauthPkOk, [{ type: 'userauth-pk-ok', algorithm: 'ssh-ed25519', publicKey: some }]),
  target('userauth-passwd-changereq', userauthPasswdChangereq, [
    { type: 'userauth-passwd-changereq', prompt: 'new', language: '' },
  ]),
  target('userauth-info-request', userauthInfoRequest, [
    {
      type: 'userauth-info-request',
      name: 'a',
      instruction: 'b',
      language: '',
      prompts: [{ text: 'Password: ', echo: false }],
    },
  ]),
  target('userauth-info-response', userauthInfoResponse, [{ type: 'userauth-info-response', responses: [some, some] }]),
]
