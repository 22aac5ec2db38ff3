import assert from 'node:assert/strict'
import { test } from 'node:test'
import { algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { ciphers } from '../crypto/ciphers.ts'
import { encodeMessage } from '../messages/codec.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { debug, ignore, unimplemented } from '../messages/transport.ts'
import { suite } from '../testing/cipher-suites.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { SessionPair } from '../testing/session-pair.ts'
import type { Role } from './legal-messages.ts'
import { PacketWriter } from './packet-writer.ts'

const roles: readonly Role[] = ['client', 'server']
const injected: readonly [name: string, payload: Uint8Array][] = [
  ['IGNORE', encodeMessage(ignore, { type: 'ignore', data: new Uint8Array(3) })],
  ['DEBUG', encodeMessage(debug, { type: 'debug', alwaysDisplay: false, message: 'hi' })],
  ['UNIMPLEMENTED', encodeMessage(unimplemented, { type: 'unimplemented', sequence: 0 })],
]
/** The MAC covers the sequence number: both sides must count alike. */
const counting = suite('aes128-ctr', 'hmac-sha2-256-etm@openssh.com')

function clear(payload: Uint8Array): Uint8Array[] {
  const wire: Uint8Array[] = []
  new PacketWriter().write(wire, payload)
  return wire
}

/** Who the on-path attacker writes to, and after how many packets in the clear. */
const places: readonly [name: string, packets: number][] = [
  ['before KEXINIT', 0],
  ['behind KEXINIT', 1],
  ['behind the method message', 2],
]

for (const role of roles) {
  for (const [message, payload] of injected) {
    for (const [place, packets] of places) {
      test(`V-A01 ${role}: ${message} injected ${place} ends the connection`, () => {
        const pair = new SessionPair().start()
        const [side, other] = role === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
        const lines = [pair.client.outbox.shift(), pair.server.outbox.shift()] as const
        pair.server.transport.receive(lines[0] as Uint8Array)
        pair.client.transport.receive(lines[1] as Uint8Array)
        // The other side's packets in the clear come one a piece.
        let passed = 0
        for (let round = 0; passed < packets && round < 20; round++) {
          pair.deliver(role === 'client' ? 'server' : 'client')
          const next = other.outbox.shift()
          if (next !== undefined) {
            side.transport.receive(next)
            passed++
          }
        }
        assert.equal(passed, packets)
        other.outbox.unshift(...clear(payload))
        pair.pump()
        assert.equal(side.error?.code, 'message-out-of-state')
        assert.equal(side.transport.sessionId, undefined)
      })
    }
  }

  test(`V-A01 ${role}: both counters are 0 after every NEWKEYS, so that peers which count on are cut off`, () => {
    const algorithms = counting.algorithms
    const pair = new RawPair({ role, transport: { algorithms }, peer: { algorithms } }).encrypted()
    assert.equal(pair.side.error, undefined)
    assert.ok(pair.side.transport.strict)
    for (let i = 0; i < 3; i++) {
      pair.peer.sendKexInit()
      pair.deliver().pump()
      assert.equal(pair.side.error, undefined, `exchange ${i + 2}`)
      assert.equal(pair.side.kexEvents.filter((event) => event.type === 'finished').length, i + 2)
    }
    // The same peer, had it not reset: its packets carry the sequence number of a stream that went on.
    pair.peer.writer.protect(plainCounter(pair), false)
    pair.peer.send(injected[0]?.[1] as Uint8Array)
    pair.deliver()
    assert.equal(failure(pair), 'mac-incorrect')
  })

  test(`${role}: without strict key exchange sequence numbers go on over NEWKEYS (RFC 4253 §6.4)`, () => {
    const algorithms = counting.algorithms
    const pair = new RawPair({ role, transport: { algorithms }, peer: { algorithms, markers: false } }).encrypted()
    assert.equal(pair.side.transport.strict, false)
    pair.peer.sendKexInit()
    pair.deliver().pump()
    assert.equal(pair.side.error, undefined)
    assert.equal(pair.side.kexEvents.filter((event) => event.type === 'finished').length, 2)
  })

  test(`${role}: without strict key exchange IGNORE and DEBUG may come in the first exchange (RFC 4253 §7.1)`, () => {
    const algorithms = counting.algorithms
    const pair = new RawPair({ role, transport: { algorithms }, peer: { algorithms, markers: false } })
    pair.peer.automatic = false
    pair.identified()
    pair.peer.sendKexInit()
    for (const [, payload] of injected) pair.peer.send(payload)
    pair.deliver()
    assert.equal(pair.side.error, undefined)
    assert.deepEqual(pair.side.unimplemented, [0])
  })
}

/** Asked anew: an earlier assertion has narrowed the property. */
function failure(pair: RawPair): string | undefined {
  return pair.side.error?.code
}

/** A sealer under the peer's present keys would be reset; one that uses the wrong number stands for a peer that is not. */
function plainCounter(pair: RawPair) {
  const right = pair.peer.sealer
  return {
    name: right.name,
    blockBytes: right.blockBytes,
    lengthPadded: right.lengthPadded,
    tagBytes: right.tagBytes,
    seal: (sequence: number, packet: Uint8Array, out: Uint8Array[]) => right.seal(sequence + 7, packet, out),
  }
}

const chacha = 'chacha20-poly1305@openssh.com'

test('V-A01 server: a client without strict key exchange is not offered chacha20 when its KEXINIT comes first', () => {
  const pair = new RawPair({
    role: 'server',
    peer: { markers: false, identification: 'SSH-2.0-OpenSSH_8.4' },
  }).identified()
  assert.equal(pair.side.outbox.length, 1)
  pair.peer.sendKexInit()
  pair.pump()
  assert.equal(pair.side.error, undefined)
  const offered = pair.peer.received[0] as Uint8Array
  assert.equal(offered[0], SSH_MSG.kexinit)
  assert.ok(!Buffer.from(offered).includes(chacha))
  assert.ok(Buffer.from(offered).includes('aes256-ctr'))
})

for (const role of roles) {
  test(`V-A01 ${role}: chacha20 chosen without strict key exchange ends the connection`, (t) => {
    if (!ciphers.has(chacha)) return t.skip('no chacha20')
    const { algorithms } = suite(chacha)
    const pair = new RawPair({ role, transport: { algorithms }, peer: { algorithms, markers: false } })
    pair.peer.automatic = false
    pair.identified().pump()
    pair.peer.sendKexInit()
    pair.deliver()
    assert.equal(pair.side.error?.code, 'no-common-algorithm')
  })
}

test('V-A01 no profile holds a CBC cipher', () => {
  for (const profile of Object.values(algorithmProfiles)) {
    assert.deepEqual(
      [...profile.cipherClientToServer, ...profile.cipherServerToClient].filter((name) => name.includes('cbc')),
      [],
    )
  }
})

test('markers in later KEXINITs change nothing (OpenSSH PROTOCOL §1.10)', () => {
  const algorithms = counting.algorithms
  const pair = new RawPair({
    role: 'server',
    transport: { algorithms },
    peer: { algorithms, markers: false },
  }).encrypted()
  pair.peer.sendKexInit({ kex: ['curve25519-sha256', 'kex-strict-c-v00@openssh.com', 'ext-info-c'] })
  pair.deliver().pump()
  assert.equal(pair.side.error, undefined)
  assert.equal(pair.side.transport.strict, false)
})
