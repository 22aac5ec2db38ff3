import { concatBytes, utf8Bytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { encodeMessage } from '../messages/codec.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { extInfo, ping, serviceRequest } from '../messages/transport.ts'
import { cipherSuites } from '../testing/cipher-suites.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { IdentificationReader } from './identification.ts'
import type { Role } from './legal-messages.ts'
import { PacketWriter } from './packet-writer.ts'

interface Target {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  readonly maxBytes?: number
  run(input: Uint8Array): void
}

const roles: readonly Role[] = ['client', 'server']
const { algorithms } = cipherSuites[0] as (typeof cipherSuites)[number]
/** More output than this for one small input is an amplifier; a handshake of ours is below 8 KiB. */
const MAX_OUTPUT_BYTES = 64 * 1024

function newPair(role: Role): RawPair {
  return new RawPair({ role, transport: { algorithms }, peer: { algorithms } })
}

/** What must hold after any input: an end is an SshError that is no bug of ours, the same input cut up ends alike, output is bounded. */
function feed(make: () => RawPair, input: Uint8Array): void {
  const outcomes: string[] = []
  for (const size of [Number.POSITIVE_INFINITY, 3]) {
    const pair = make()
    for (let at = 0; at < input.length; at += size) pair.side.transport.receive(input.slice(at, at + size))
    const { error, outbox } = pair.side
    if (error?.code === 'internal-error') throw new Error('oracle: internal error', { cause: error.cause })
    let written = 0
    for (const piece of outbox) written += piece.length
    if (written > MAX_OUTPUT_BYTES) throw new Error(`oracle: ${written} bytes of output`)
    if (pair.side.transport.canSendData) throw new Error('oracle: authenticated by nobody')
    outcomes.push(`${error?.code} ${pair.side.packets.length}`)
  }
  if (outcomes[0] !== outcomes[1]) throw new Error(`oracle: ${outcomes[0]} in one piece, ${outcomes[1]} cut up`)
}

function identificationTarget(role: Role): Target {
  return {
    name: `ssh/transport/identification-${role}`,
    seeds: ['SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n', 'SSH-1.99-x\n', 'hello\r\nSSH-2.0-x y\r\n'].map((line) =>
      utf8Bytes(line),
    ),
    run(input) {
      try {
        const { identification } = new IdentificationReader(role).read(input)
        if (identification !== undefined && !/^SSH-(2\.0|1\.99)-[ -~]{1,244}$/.test(identification)) {
          throw new Error('oracle: an identification that must not be accepted')
        }
      } catch (error) {
        if (!(error instanceof SshError)) throw error
      }
    },
  }
}

/** All that a rule-abiding peer sends up to its NEWKEYS, to begin from. */
function openingOf(role: Role): Uint8Array {
  const pair = newPair(role)
  pair.peer.identify()
  pair.peer.automatic = false
  pair.side.transport.start()
  for (const piece of pair.side.outbox.splice(0)) pair.peer.receive(piece)
  pair.peer.sendKexInit()
  if (role === 'server') {
    // A KEX_INIT does not depend on what the server offers.
    pair.peer.send(concatBytes(Uint8Array.of(SSH_MSG['kex-init'], 0, 0, 0, 32), new Uint8Array(32).fill(9)))
    pair.peer.send(Uint8Array.of(SSH_MSG.newkeys))
  }
  return concatBytes(...pair.peer.outbox)
}

function clearTarget(role: Role): Target {
  return {
    name: `ssh/transport/receive-clear-${role}`,
    seeds: [openingOf(role), concatBytes(utf8Bytes('SSH-2.0-x\r\n'), new Uint8Array(16))],
    maxBytes: 8192,
    run: (input) =>
      feed(() => {
        const pair = newPair(role)
        pair.side.transport.start()
        return pair
      }, input),
  }
}

/** Input: payloads, each behind its length as a byte pair; sealed under the keys of a real handshake. */
function payloads(input: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = []
  for (let at = 0; at + 2 < input.length; ) {
    const length = Math.min(((input[at] ?? 0) << 8) | (input[at + 1] ?? 0), input.length - at - 2)
    if (length > 0) found.push(input.slice(at + 2, at + 2 + length))
    at += 2 + length
  }
  return found
}

function framed(...messages: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...messages.flatMap((each) => [Uint8Array.of(each.length >> 8, each.length & 0xff), each]))
}

function encryptedTarget(role: Role): Target {
  const service = encodeMessage(serviceRequest, { type: 'service-request', service: 'ssh-userauth' })
  if (role === 'client') service[0] = SSH_MSG['service-accept']
  const extensions = encodeMessage(extInfo, { type: 'ext-info', extensions: new Map([['a', Uint8Array.of(1)]]) })
  const kexInit = (() => {
    const pair = newPair(role).encrypted()
    pair.peer.sendKexInit()
    return pair.peer.lastKexInit()
  })()
  return {
    name: `ssh/transport/receive-encrypted-${role}`,
    seeds: [
      framed(extensions, service, Uint8Array.of(50, 0, 0, 0, 0)),
      framed(
        encodeMessage(ping, { type: 'ping', data: Uint8Array.of(1) }),
        Uint8Array.of(2),
        Uint8Array.of(3, 0, 0, 0, 1),
      ),
      framed(kexInit, Uint8Array.of(30, 0, 0, 0, 1, 9), Uint8Array.of(21)),
    ],
    run(input) {
      const pair = newPair(role).encrypted()
      pair.side.outbox = []
      for (const payload of payloads(input)) pair.peer.send(payload)
      pair.deliver()
      const { error } = pair.side
      if (error?.code === 'internal-error') throw new Error('oracle: internal error', { cause: error.cause })
      if (pair.side.transport.canSendData) throw new Error('oracle: authenticated by nobody')
      if (pair.side.packets.some((payload) => (payload[0] ?? 0) >= 80)) {
        throw new Error('oracle: a message of the connection protocol before authentication')
      }
    },
  }
}

/** Random bytes in place of packets under real keys: nothing but the end may come of them. */
function forgedTarget(role: Role): Target {
  const sound: Uint8Array[] = []
  new PacketWriter().write(sound, Uint8Array.of(2, 0, 0, 0, 0))
  return {
    name: `ssh/transport/receive-forged-${role}`,
    seeds: [concatBytes(...sound, new Uint8Array(64)), new Uint8Array(64)],
    run(input) {
      const pair = newPair(role).encrypted()
      const extensions = pair.side.transport.peerExtensions.size
      pair.side.transport.receive(input)
      const { error, packets } = pair.side
      if (packets.length > 0 || pair.side.transport.peerExtensions.size !== extensions) {
        throw new Error('oracle: a forged packet was believed')
      }
      if (error !== undefined && !['mac-incorrect', 'packet-too-long', 'protocol-error'].includes(error.code)) {
        throw new Error(`oracle: ${error.code}`, { cause: error })
      }
    },
  }
}

export const fuzzTargets: readonly Target[] = roles.flatMap((role) => [
  identificationTarget(role),
  clearTarget(role),
  encryptedTarget(role),
  forgedTarget(role),
])
