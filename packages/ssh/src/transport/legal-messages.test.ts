import assert from 'node:assert/strict'
import { test } from 'node:test'
import { algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { encodeMessage } from '../messages/codec.ts'
import { messageName, SSH_MSG } from '../messages/numbers.ts'
import { serviceAccept, serviceRequest } from '../messages/transport.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { DROPPED, HANDLED, legalMessages, type Phase, phases, REFUSED, type Role } from './legal-messages.ts'
import { composeKexInit } from './negotiation.ts'
import { transportSettings } from './transport-options.ts'

const roles: readonly Role[] = ['client', 'server']
/** Cheap methods: the matrix does some thousand handshakes. */
const algorithms = { ...algorithmProfiles.modern, kex: ['curve25519-sha256'], serverHostKey: ['ssh-ed25519'] }

function newPair(role: Role, markers: boolean): RawPair {
  return new RawPair({ role, transport: { algorithms }, peer: { algorithms, markers } })
}

/** A raw peer that has sent its KEXINIT by hand and seen the transport's. */
function afterKexInit(role: Role, markers: boolean): RawPair {
  const pair = newPair(role, markers)
  pair.peer.automatic = false
  pair.identified()
  pair.peer.sendKexInit()
  return pair.deliver().pump()
}

/** One message further: the transport waits for NEWKEYS. */
function beforeNewKeys(role: Role, markers: boolean): RawPair {
  const pair = afterKexInit(role, markers)
  const { exchange } = pair.peer
  assert.ok(exchange !== undefined)
  if (role === 'server') {
    pair.peer.apply(exchange.begin())
  } else {
    const init = pair.peer.received.find((payload) => payload[0] === SSH_MSG['kex-init'])
    assert.ok(init !== undefined)
    // KEX_REPLY goes out, NEWKEYS (a test's next message takes its place) does not.
    const [sign] = exchange.receive(init)
    assert.ok(sign?.type === 'sign')
    const [reply] = exchange.signed(sign.signer.sign(sign.algorithm, sign.data) as Uint8Array)
    pair.peer.apply(reply === undefined ? [] : [reply])
  }
  return pair.deliver()
}

function openService(pair: RawPair, role: Role): RawPair {
  const service = 'ssh-userauth'
  pair.peer.send(
    role === 'server'
      ? encodeMessage(serviceRequest, { type: 'service-request', service })
      : encodeMessage(serviceAccept, { type: 'service-accept', service }),
  )
  return pair.deliver().pump()
}

function logIn(role: Role): RawPair {
  const pair = openService(newPair(role, true).encrypted(), role)
  pair.side.transport.authenticated()
  return pair
}

/** How to bring a transport into each phase, with the raw peer's next message deciding. */
const reach: Readonly<Record<Phase, (role: Role) => RawPair>> = {
  'first-kexinit': (role) => newPair(role, true).identified(),
  'strict-method': (role) => afterKexInit(role, true),
  'lax-method': (role) => afterKexInit(role, false),
  'wrong-guess': (role) => {
    const pair = newPair(role, true)
    pair.peer.automatic = false
    pair.identified()
    pair.peer.sendKexInit({ kex: ['made-up@example.com', 'curve25519-sha256'], firstKexPacketFollows: true })
    return pair.deliver()
  },
  'strict-newkeys': (role) => beforeNewKeys(role, true),
  'lax-newkeys': (role) => beforeNewKeys(role, false),
  service: (role) => newPair(role, true).encrypted(),
  authentication: (role) => openService(newPair(role, true).encrypted(), role),
  authenticated: logIn,
}

/** The same phase, reached by a later exchange. */
const reachAgain: Partial<Readonly<Record<Phase, (role: Role) => RawPair>>> = {
  'lax-method': (role) => {
    const pair = logIn(role)
    pair.peer.automatic = false
    pair.peer.sendKexInit()
    return pair.deliver().pump()
  },
  // Our KEXINIT is out, the peer's is not: the peer may still send what it could before.
  authenticated: (role) => {
    const pair = logIn(role)
    pair.peer.automatic = false
    pair.side.transport.rekey()
    return pair.pump()
  },
}

function verdictOf(pair: RawPair, number: number): typeof REFUSED | typeof HANDLED | typeof DROPPED {
  const packetsBefore = pair.side.packets.length
  // One byte behind the number: no message but NEWKEYS is complete so, and what is legal is at least looked at.
  pair.peer.send(Uint8Array.of(number, 0))
  pair.deliver()
  const { error } = pair.side
  if (error?.code === 'message-out-of-state') return REFUSED
  if (error === undefined && number >= 50 && pair.side.packets.length === packetsBefore) return DROPPED
  return HANDLED
}

for (const role of roles) {
  for (const [reached, ways] of [
    ['', reach],
    [' at a later exchange', reachAgain],
  ] as const) {
    for (const phase of phases) {
      const way = ways[phase]
      if (way === undefined) continue
      test(`V-A03 ${role} in phase ${phase}${reached}: each of 256 message numbers meets the table's verdict`, () => {
        const table = legalMessages(phase, role)
        for (let number = 0; number < 256; number++) {
          const pair: RawPair = way(role)
          assert.equal(pair.side.error, undefined, 'phase was not reached')
          assert.equal(verdictOf(pair, number), table[number], messageName(number))
          if (table[number] === REFUSED) assert.equal(pair.side.packets.length, 0, messageName(number))
        }
      })
    }
  }
}

// Said a second time, by hand, where the table must never be wrong.

function refuses(role: Role, phase: Phase, numbers: readonly number[]): void {
  for (const number of numbers) {
    assert.equal(legalMessages(phase, role)[number], REFUSED, `${messageName(number)} at the ${role} in ${phase}`)
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const clearPhases: readonly Phase[] = [
  'first-kexinit',
  'strict-method',
  'lax-method',
  'wrong-guess',
  'strict-newkeys',
  'lax-newkeys',
]

for (const role of roles) {
  test(`V-A02 ${role}: EXT_INFO, service and authentication messages in the clear end the connection, and nothing is stored`, () => {
    for (const phase of clearPhases) {
      refuses(role, phase, [5, 6, 7, 50, 51, 52, 53, 60, 61])
      for (const number of [5, 6, 7, 50, 51, 52, 53]) {
        const pair: RawPair = reach[phase](role)
        pair.peer.send(Uint8Array.of(number, 0, 0, 0, 1, 0, 0, 0, 1, 0x61, 0, 0, 0, 1, 0x62))
        pair.deliver()
        assert.equal(pair.side.error?.code, 'message-out-of-state')
        assert.equal(pair.side.transport.peerExtensions.size, 0)
        assert.equal(pair.side.packets.length, 0)
        assert.equal(pair.side.transport.canSendData, false)
      }
    }
  })

  test(`V-B02 ${role}: connection messages before authentication end the connection`, () => {
    for (const phase of phases) if (phase !== 'authenticated') refuses(role, phase, range(80, 127))
  })

  test(`V-A14 ${role}: group exchange messages are refused`, () => {
    for (const phase of phases) {
      if (phase !== 'wrong-guess') refuses(role, phase, [...range(32, 49), role === 'server' ? 31 : 30])
    }
  })

  test(`V-A04 ${role}: NEWKEYS out of sequence ends the connection`, () => {
    for (const phase of phases) {
      if (phase === 'strict-newkeys' || phase === 'lax-newkeys') continue
      refuses(role, phase, [SSH_MSG.newkeys])
      const pair = reach[phase](role)
      pair.peer.send(Uint8Array.of(SSH_MSG.newkeys))
      pair.deliver()
      assert.equal(pair.side.error?.code, 'message-out-of-state', phase)
    }
    const twice = logIn(role)
    for (let i = 0; i < 2; i++) twice.peer.send(Uint8Array.of(SSH_MSG.newkeys))
    twice.deliver()
    assert.equal(twice.side.error?.code, 'message-out-of-state')
  })
}

test('V-B01 server: a client that says success does not become authenticated', () => {
  for (const phase of ['service', 'authentication'] as const) {
    refuses('server', phase, [SSH_MSG['userauth-success'], SSH_MSG['userauth-failure'], SSH_MSG['service-accept']])
  }
})

test('an authentication request behind the successful one is dropped in silence (RFC 4252 §5.3)', () => {
  const pair = logIn('server')
  pair.peer.send(Uint8Array.of(SSH_MSG['userauth-request'], 1, 2, 3))
  pair.deliver()
  assert.equal(pair.side.error, undefined)
  assert.equal(pair.side.packets.length, 0)
})

test('the raw peer of these tests sends what a rule-abiding one would', () => {
  const settings = transportSettings({ role: 'client', now: 0, algorithms })
  const message = composeKexInit('client', settings.algorithms, new Uint8Array(16), true)
  assert.deepEqual(message.kex, ['curve25519-sha256', 'ext-info-c', 'kex-strict-c-v00@openssh.com'])
})
