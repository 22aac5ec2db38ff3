import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { DecodeError, utf8Bytes } from '@sallyport/wire'
import * as fc from 'fast-check'
import { algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { kexMethods } from '../crypto/kex-methods.ts'
import { SshError } from '../errors.ts'
import { generatePrivateKey } from '../keys/index.ts'
import { encodeMessage } from '../messages/codec.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { debug, disconnect, ignore, serviceAccept, serviceRequest, unimplemented } from '../messages/transport.ts'
import { cipherSuites } from '../testing/cipher-suites.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { pairHostKey, SessionPair, type Splitting } from '../testing/session-pair.ts'
import { type SshTraceName, sshTraceNames } from '../trace.ts'
import type { Role } from './legal-messages.ts'
import { Transport } from './transport.ts'

const roles: readonly Role[] = ['client', 'server']
const { modern, legacy } = algorithmProfiles
const { algorithms } = cipherSuites[0] as (typeof cipherSuites)[number]

const splittings: readonly [name: string, splitting: Splitting][] = [
  ['in whole chunks', 'chunks'],
  ['one byte at a time', 'bytes'],
  ['in pieces of 17', { size: () => 17 }],
]
for (const [name, splitting] of splittings) {
  test(`two sides come to an authenticated connection ${name}`, () => {
    const pair = new SessionPair().authenticated(splitting)
    assert.deepEqual(pair.client.transport.sessionId, pair.server.transport.sessionId)
    assert.deepEqual(pair.client.transport.algorithms, pair.server.transport.algorithms)
    assert.deepEqual(pair.client.transport.hostKey?.blob, pair.server.transport.hostKey?.blob)
    assert.equal(pair.client.transport.peerIdentification, pair.server.transport.identification)
    assert.ok(pair.client.transport.strict && pair.server.transport.strict)
    pair.client.transport.sendParts(Uint8Array.of(94, 0), utf8Bytes('to the server'))
    pair.server.transport.sendParts(Uint8Array.of(94, 0), utf8Bytes('to the client'))
    pair.pump(splitting)
    assert.deepEqual(pair.server.packets, [Uint8Array.of(94, 0, ...utf8Bytes('to the server'))])
    assert.deepEqual(pair.client.packets, [Uint8Array.of(94, 0, ...utf8Bytes('to the client'))])
  })
}

for (const kex of kexMethods.keys()) {
  test(`two sides agree under ${kex}`, () => {
    const lists = { ...legacy, kex: [kex] }
    const pair = new SessionPair({ client: { algorithms: lists }, server: { algorithms: lists } }).authenticated()
    assert.equal(pair.client.transport.algorithms?.kex, kex)
  })
}

for (const type of [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const) {
  test(`two sides agree under a host key of type ${type}`, () => {
    const signers = [generatePrivateKey(type)]
    const pair = new SessionPair({ server: { signers } }).authenticated()
    assert.equal(pair.client.transport.hostKey?.type, type)
  })
}

test('of several host keys the one that the client prefers is used', () => {
  const signers = [generatePrivateKey('ecdsa-sha2-nistp256'), pairHostKey()]
  const prefers = (name: string) =>
    new SessionPair({
      client: { algorithms: { ...modern, serverHostKey: [name] } },
      server: { signers },
    }).authenticated()
  assert.equal(prefers('ssh-ed25519').client.transport.hostKey?.type, 'ssh-ed25519')
  assert.equal(prefers('ecdsa-sha2-nistp256').client.transport.hostKey?.type, 'ecdsa-sha2-nistp256')
})

test('messages arrive in order, whatever their sizes and however the bytes are cut', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 8 })
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1 }), (lengths, cuts) => {
      const pair = new SessionPair({ client: { algorithms }, server: { algorithms } }).authenticated()
      lengths.forEach((length, i) =>
        pair.client.transport.sendParts(Uint8Array.of(94, i), new Uint8Array(length).fill(i)),
      )
      let cut = 0
      pair.pump({ size: () => cuts[cut++ % cuts.length] ?? 1 })
      assert.equal(pair.server.error, undefined)
      assert.deepEqual(
        pair.server.packets.map((payload) => payload.length),
        lengths.map((length) => length + 2),
      )
      pair.server.packets.forEach((payload, i) => assert.ok(payload.subarray(2).every((byte) => byte === i)))
    }),
    { numRuns: 40 },
  )
})

test('the service is asked for and opened without the upper layers, whose messages wait for it', () => {
  const pair = new SessionPair()
  pair.client.transport.start()
  pair.client.transport.send(Uint8Array.of(50, 1))
  pair.server.transport.start()
  pair.server.transport.send(Uint8Array.of(53, 1))
  pair.pump()
  assert.deepEqual(pair.server.packets, [Uint8Array.of(50, 1)])
  assert.deepEqual(pair.client.packets, [Uint8Array.of(53, 1)])
  assert.equal(pair.client.transport.canSendData, false)
})

for (const [role, number, encode] of [
  [
    'server',
    'service-request',
    (service: string) => encodeMessage(serviceRequest, { type: 'service-request', service }),
  ],
  ['client', 'service-accept', (service: string) => encodeMessage(serviceAccept, { type: 'service-accept', service })],
] as const) {
  test(`${role}: ${number} for another service ends the connection`, () => {
    for (const service of ['ssh-connection', 'ssh-userauth2', '']) {
      const pair = new RawPair({ role }).encrypted()
      pair.peer.send(encode(service))
      pair.deliver()
      assert.equal(pair.side.error?.code, 'protocol-error', service)
    }
  })
}

test('authentication cannot be declared before its service is open, or twice', () => {
  const pair = new SessionPair()
  assert.throws(() => pair.client.transport.authenticated())
  pair.authenticated()
  assert.throws(() => pair.client.transport.authenticated())
})

for (const role of roles) {
  test(`${role}: DISCONNECT of the peer is its reason and words, once, and nothing follows`, () => {
    const pair = new RawPair({ role }).encrypted()
    pair.side.outbox = []
    pair.peer.send(encodeMessage(disconnect, { type: 'disconnect', reason: 11, description: 'bye\x1b[2J' }))
    pair.peer.send(Uint8Array.of(255))
    pair.deliver()
    assert.equal(pair.side.error?.code, 'disconnected')
    assert.equal(pair.side.error?.disconnectReason, 11)
    assert.equal(pair.side.error?.message, 'bye\x1b[2J')
    const { transport } = pair.side
    transport.send(Uint8Array.of(50))
    transport.sendParts(Uint8Array.of(94), new Uint8Array(1))
    transport.receive(new Uint8Array(100))
    transport.disconnect(11, 'late')
    transport.connectionLost()
    transport.rekey()
    transport.tick(1e9)
    assert.equal(transport.nextDeadline(), undefined)
    assert.equal(transport.closed, true)
    assert.equal(pair.side.outbox.length, 0)
  })

  test(`${role}: our DISCONNECT reaches the peer, also in the middle of a rekey`, () => {
    for (const rekeying of [false, true]) {
      const pair = new SessionPair({ client: { algorithms }, server: { algorithms } }).authenticated()
      const [side, other] = role === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      if (rekeying) side.transport.rekey()
      side.transport.send(Uint8Array.of(80, 1))
      side.transport.disconnect(11, 'enough')
      pair.pump()
      assert.equal(side.error?.code, 'disconnected-by-us')
      assert.equal(other.error?.code, 'disconnected')
      assert.equal(other.error?.message, 'enough')
      assert.equal(other.packets.length, rekeying ? 0 : 1)
    }
  })

  test(`${role}: IGNORE, DEBUG and UNIMPLEMENTED are taken at any time in the open`, () => {
    const pair = new RawPair({ role }).encrypted()
    pair.peer.send(encodeMessage(ignore, { type: 'ignore', data: new Uint8Array(1000) }))
    pair.peer.send(Uint8Array.of(SSH_MSG.ignore))
    pair.peer.send(encodeMessage(debug, { type: 'debug', alwaysDisplay: true, message: 'hello' }))
    pair.peer.send(encodeMessage(unimplemented, { type: 'unimplemented', sequence: 7 }))
    pair.deliver()
    assert.equal(pair.side.error, undefined)
    assert.deepEqual(pair.side.unimplemented, [7])
  })

  test(`${role}: the end of the byte stream is connection-lost at every point`, () => {
    const before = new SessionPair()
    before[role].transport.start()
    before[role].transport.connectionLost()
    assert.equal(before[role].error?.code, 'connection-lost')
    const after = new SessionPair().authenticated()
    after[role].outbox = []
    after[role].transport.connectionLost(new Error('ECONNRESET'))
    assert.equal(after[role].error?.code, 'connection-lost')
    assert.equal(after[role].outbox.length, 0)
  })

  test(`${role}: a handshake that is not finished in 30 s ends`, () => {
    for (const reach of [
      (pair: RawPair) => pair.side.transport.start(),
      (pair: RawPair) => pair.identified(),
      (pair: RawPair) => {
        pair.peer.automatic = false
        pair.identified()
        pair.peer.sendKexInit()
        pair.deliver()
      },
    ]) {
      const pair = new RawPair({ role })
      reach(pair)
      assert.equal(pair.side.transport.nextDeadline(), 30_000)
      pair.side.transport.tick(29_999)
      assert.equal(pair.side.transport.closed, false)
      pair.side.transport.tick(30_000)
      assert.equal(pair.side.error?.code, 'timeout')
    }
  })

  test(`${role}: what the layer above throws out of a packet ends the connection, and the peer learns no more than it must`, () => {
    const throws: readonly [error: Error, code: string, told: string][] = [
      [new SshError('channel-protocol', 'channel 7 of alice'), 'channel-protocol', 'invalid channel message'],
      [new DecodeError('short', 'channel-open.type', 3), 'protocol-error', 'protocol error'],
      [new TypeError('undefined is not alice'), 'internal-error', 'internal error'],
    ]
    for (const [error, code, told] of throws) {
      const pair = new SessionPair({ client: { algorithms }, server: { algorithms } }).authenticated()
      const [side, other] = role === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      side.onPacket = () => {
        throw error
      }
      other.transport.send(Uint8Array.of(80))
      pair.pump()
      assert.equal(side.error?.code, code)
      assert.equal(other.error?.message, told)
    }
  })

  test(`${role}: packets up to 256 KiB come in after authentication, and larger ones do not`, () => {
    const pair = new SessionPair({ client: { algorithms }, server: { algorithms } }).authenticated()
    const [side, other] = role === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
    other.transport.sendParts(Uint8Array.of(94), new Uint8Array(256 * 1024))
    pair.pump()
    assert.equal(side.packets[0]?.length, 256 * 1024 + 1)
    other.transport.sendParts(Uint8Array.of(94), new Uint8Array(258 * 1024))
    pair.pump()
    assert.equal(side.error?.code, 'packet-too-long')
  })
}

test('a server holds its KEXINIT back for clients known to send theirs first, and for no others', () => {
  const offers: (readonly string[])[] = []
  const cipherOffer = (_ours: readonly string[], client: readonly string[]) => {
    offers.push(client)
    return ['aes128-ctr', 'aes128-gcm@openssh.com']
  }
  const known = new RawPair({
    role: 'server',
    transport: { cipherOffer },
    peer: { identification: 'SSH-2.0-OpenSSH_9.2p1 Debian-2' },
  }).identified()
  assert.equal(known.side.outbox.length, 1)
  known.peer.sendKexInit()
  known.pump()
  assert.equal(known.side.error, undefined)
  assert.equal(known.side.transport.algorithms?.clientToServer.cipher, 'aes128-gcm@openssh.com')
  assert.deepEqual(offers[0], modern.cipherClientToServer)
  // Later exchanges keep to what was offered first.
  known.peer.sendKexInit()
  known.deliver().pump()
  assert.equal(offers.length, 2)
  assert.equal(known.side.transport.algorithms?.clientToServer.cipher, 'aes128-gcm@openssh.com')

  const unknown = new RawPair({ role: 'server', transport: { cipherOffer } }).identified()
  assert.equal(unknown.side.outbox.length, 2)
  unknown.pump()
  assert.equal(unknown.side.transport.algorithms?.clientToServer.cipher, 'aes256-gcm@openssh.com')
})

test('a server that holds its KEXINIT back sends it after 2 s to a client that waits for it', () => {
  const pair = new RawPair({ role: 'server', peer: { identification: 'SSH-2.0-OpenSSH_8.0-scanner' } }).identified()
  const { transport } = pair.side
  assert.equal(pair.side.outbox.length, 1)
  assert.equal(transport.nextDeadline(), 2000)
  transport.tick(1999)
  assert.equal(pair.side.outbox.length, 1)
  transport.tick(2000)
  assert.equal(pair.side.outbox.length, 2)
  assert.equal(transport.nextDeadline(), 30_000)
  pair.pump()
  assert.equal(pair.side.error, undefined)
  assert.ok(transport.sessionId !== undefined)
})

test('options that cannot work are refused where they are given', () => {
  const handler = new SessionPair().client
  assert.throws(() => new Transport({ role: 'server', now: 0 }, handler as never), /host key/)
  assert.throws(
    () => new Transport({ role: 'client', now: 0, identification: 'SSH-2.0-a\nb' }, handler as never),
    RangeError,
  )
})

test('events are published for whoever subscribes', () => {
  const seen: SshTraceName[] = []
  const listeners = sshTraceNames.map((name) => ({ name, listen: () => seen.push(name) }))
  for (const { name, listen } of listeners) subscribe(name, listen)
  try {
    const pair = new SessionPair().authenticated()
    pair.client.transport.rekey()
    pair.pump()
    pair.client.transport.disconnect(11, 'bye')
    pair.pump()
  } finally {
    for (const { name, listen } of listeners) unsubscribe(name, listen)
  }
  const count = (name: SshTraceName) => seen.filter((each) => each === name).length
  assert.equal(count('sallyport:ssh:identified'), 2)
  assert.equal(count('sallyport:ssh:negotiated'), 4)
  assert.equal(count('sallyport:ssh:rekey'), 2)
  assert.equal(count('sallyport:ssh:disconnected'), 2)
})
