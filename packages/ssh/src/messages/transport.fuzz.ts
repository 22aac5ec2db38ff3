import { DecodeError, equalBytes } from '@sallyport/wire'
import { algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { composeKexInit } from '../transport/negotiation.ts'
import { decodeMessage, encodeMessage, type MessageCodec } from './codec.ts'
import { kexExchange, kexInit } from './kex.ts'
import { debug, disconnect, extInfo, ping, serviceRequest, unimplemented } from './transport.ts'

interface Target {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  run(input: Uint8Array): void
}

/** What decodes must encode and decode to the same again; `canonical`: to the same bytes. */
function target<T>(name: string, codec: MessageCodec<T>, canonical: boolean, seeds: readonly T[]): Target {
  return {
    name: `ssh/messages/${name}`,
    seeds: seeds.map((seed) => encodeMessage(codec, seed)),
    run(input) {
      let message: T
      try {
        message = decodeMessage(codec, input)
      } catch (error) {
        if (error instanceof DecodeError) return
        throw error
      }
      const again = encodeMessage(codec, message)
      if (canonical && !equalBytes(again, input)) throw new Error('oracle: another encoding of the same message')
      const twice = encodeMessage(codec, decodeMessage(codec, again))
      if (!equalBytes(again, twice)) throw new Error('oracle: a message changes when it is written and read')
    },
  }
}

const bytes = Uint8Array.of(0x80, 1, 2)
const cookie = new Uint8Array(16).fill(0xaa)

export const fuzzTargets: readonly Target[] = [
  target('disconnect', disconnect, false, [{ type: 'disconnect', reason: 11, description: 'bye' }]),
  target('debug', debug, false, [{ type: 'debug', alwaysDisplay: true, message: 'hello' }]),
  target('unimplemented', unimplemented, true, [{ type: 'unimplemented', sequence: 3 }]),
  target('service-request', serviceRequest, true, [{ type: 'service-request', service: 'ssh-userauth' }]),
  target('ping', ping, true, [{ type: 'ping', data: bytes }]),
  target('ext-info', extInfo, true, [
    {
      type: 'ext-info',
      extensions: new Map([
        ['server-sig-algs', bytes],
        ['ping@openssh.com', bytes],
      ]),
    },
  ]),
  // Not canonical: any byte but 0 is true in first_kex_packet_follows.
  target('kexinit', kexInit, false, [
    composeKexInit('client', algorithmProfiles.modern, cookie, true),
    composeKexInit('server', algorithmProfiles.legacy, cookie, false),
  ]),
  target('kex-init-mpint', kexExchange.mpint.init, true, [{ type: 'kex-init', publicValue: bytes }]),
  target('kex-reply-mpint', kexExchange.mpint.reply, true, [
    { type: 'kex-reply', hostKey: bytes, publicValue: bytes, signature: bytes },
  ]),
  target('kex-reply-string', kexExchange.string.reply, true, [
    { type: 'kex-reply', hostKey: bytes, publicValue: bytes, signature: bytes },
  ]),
]
