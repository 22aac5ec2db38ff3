import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { encodeMessage } from '../messages/codec.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { ping, serviceRequest } from '../messages/transport.ts'
import { cipherSuites } from '../testing/cipher-suites.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { type PairSide, SessionPair } from '../testing/session-pair.ts'
import type { Role } from './legal-messages.ts'

const roles: readonly Role[] = ['client', 'server']
const header = Uint8Array.of(SSH_MSG['channel-data'], 0, 0, 0, 0)

/** Cheap exchanges: these tests do thousands. */
const { algorithms } = cipherSuites[0] as (typeof cipherSuites)[number]

/** A raw pair whose transport is authenticated. */
function loggedIn(role: Role, options: { handler?: { backlog: () => number }; limits?: object } = {}): RawPair {
  const pair = new RawPair({
    role,
    transport: { algorithms, limits: options.limits ?? {} },
    handler: options.handler ?? {},
    peer: { algorithms },
  }).encrypted()
  const service = 'ssh-userauth'
  const payload = encodeMessage(serviceRequest, { type: 'service-request', service })
  if (role === 'client') payload[0] = SSH_MSG['service-accept']
  pair.peer.send(payload)
  pair.deliver().pump()
  pair.side.transport.authenticated()
  return pair
}

/** Asked anew: an earlier assertion has narrowed the property. */
function failure(pair: RawPair): string | undefined {
  return pair.side.error?.code
}

function finished(side: PairSide): number {
  return side.kexEvents.filter((event) => event.type === 'finished').length
}

for (const { name, algorithms } of cipherSuites) {
  test(`200 rekeys under ${name}, from either side, with messages in between`, () => {
    const pair = new SessionPair({ client: { algorithms }, server: { algorithms } }).authenticated()
    const id = pair.client.transport.sessionId
    for (let i = 0; i < 200; i++) {
      const [asks, other] = i % 3 === 0 ? [pair.client, pair.server] : [pair.server, pair.client]
      asks.transport.rekey()
      other.transport.send(Uint8Array.of(80, i))
      // Both at once, now and then.
      if (i % 5 === 0) other.transport.rekey()
      asks.transport.send(Uint8Array.of(81, i))
      pair.pump()
    }
    assert.equal(pair.client.error ?? pair.server.error, undefined)
    assert.equal(finished(pair.client), 201)
    assert.equal(finished(pair.server), 201)
    assert.equal(pair.client.packets.length, 200)
    assert.equal(pair.server.packets.length, 200)
    assert.deepEqual(pair.client.transport.sessionId, id)
    assert.deepEqual(pair.server.transport.sessionId, id)
  })
}

test('rekeys at any point of a conversation lose and reorder nothing', () => {
  const event = fc.record({
    side: fc.constantFrom('client' as const, 'server' as const),
    what: fc.constantFrom('send', 'data', 'rekey', 'deliver', 'ping'),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (events, size) => {
      const pair = new SessionPair({ client: { algorithms }, server: { algorithms } }).authenticated()
      const sent = { client: [] as number[], server: [] as number[] }
      let count = 0
      for (const { side, what } of events) {
        const { transport } = pair[side]
        if (what === 'rekey') transport.rekey()
        else if (what === 'deliver') pair.deliver(side, { size: () => size })
        else if (what === 'ping') transport.ping(Uint8Array.of(1))
        else {
          sent[side].push(++count)
          if (what === 'send') transport.send(Uint8Array.of(94, count))
          else transport.sendParts(Uint8Array.of(94), Uint8Array.of(count))
        }
      }
      pair.pump({ size: () => size })
      assert.equal(pair.client.error ?? pair.server.error, undefined)
      assert.deepEqual(
        pair.server.packets.map((payload) => payload[1]),
        sent.client,
      )
      assert.deepEqual(
        pair.client.packets.map((payload) => payload[1]),
        sent.server,
      )
      assert.ok(pair.client.transport.canSendData && pair.server.transport.canSendData)
    }),
    { numRuns: 150 },
  )
})

test('keys are renewed by bytes, in either direction', () => {
  const pair = new SessionPair({
    client: { algorithms },
    server: { algorithms, limits: { rekeyBytes: 100_000 } },
  }).authenticated()
  for (let i = 0; i < 40; i++) {
    pair.client.transport.sendParts(header, new Uint8Array(10_000))
    pair.pump()
  }
  assert.ok(finished(pair.server) >= 4 && finished(pair.server) <= 6, `${finished(pair.server)}`)
  const before = finished(pair.server)
  for (let i = 0; i < 40; i++) {
    pair.server.transport.sendParts(header, new Uint8Array(10_000))
    pair.pump()
  }
  assert.ok(finished(pair.server) >= before + 3)
  assert.equal(pair.client.packets.length, 40)
})

test('keys are renewed by packets', () => {
  const pair = new SessionPair({
    client: { algorithms, limits: { rekeyPackets: 50 } },
    server: { algorithms },
  }).authenticated()
  for (let i = 0; i < 200; i++) {
    pair.client.transport.send(Uint8Array.of(80, 1))
    pair.pump()
  }
  assert.ok(finished(pair.client) >= 4)
})

test('keys are renewed by time, once authenticated', () => {
  const pair = new SessionPair({ client: { algorithms }, server: { algorithms } }).handshake()
  const hour = 3_600_000
  pair.client.transport.tick(10)
  pair.client.transport.tick(10 + hour)
  pair.pump()
  assert.equal(finished(pair.client), 1)
  pair.client.transport.authenticated()
  pair.server.transport.authenticated()
  pair.client.transport.tick(hour + 20)
  assert.equal(pair.client.transport.nextDeadline(), 2 * hour + 20)
  pair.client.transport.tick(2 * hour + 19)
  assert.equal(pair.pump().client.kexEvents.length, 2)
  pair.client.transport.tick(2 * hour + 20)
  assert.equal(finished(pair.pump().client), 2)
})

for (const role of roles) {
  test(`V-A06 ${role}: any other packet between the peer's KEXINIT and NEWKEYS ends the connection on that packet`, () => {
    for (const number of [SSH_MSG['channel-data'], SSH_MSG['global-request'], SSH_MSG.ping, SSH_MSG['channel-close']]) {
      const pair = loggedIn(role)
      pair.peer.automatic = false
      pair.peer.sendKexInit()
      pair.deliver().pump()
      const before = pair.side.packets.length
      pair.peer.send(Uint8Array.of(number, 0, 0, 0, 0, 0, 0, 0, 0))
      pair.deliver()
      assert.equal(pair.side.error?.code, 'message-out-of-state')
      assert.equal(pair.side.packets.length, before)
    }
  })

  test(`V-A06 ${role}: between our KEXINIT and NEWKEYS we send nothing but 1…49, and the rest after it, in order`, () => {
    const pair = loggedIn(role)
    pair.peer.automatic = false
    const before = pair.peer.received.length
    pair.side.transport.rekey()
    for (let i = 0; i < 20; i++) {
      pair.side.transport.send(Uint8Array.of(80, i))
      pair.side.transport.sendParts(Uint8Array.of(94), Uint8Array.of(i))
      assert.equal(pair.side.transport.canSendData, false)
    }
    pair.peer.send(encodeMessage(ping, { type: 'ping', data: Uint8Array.of(9) }))
    pair.deliver().pump()
    assert.deepEqual(
      pair.peer.received.slice(before).map((payload) => payload[0]),
      [SSH_MSG.kexinit],
    )
    pair.peer.automatic = true
    pair.peer.sendKexInit()
    pair.pump()
    const sent = pair.peer.received.slice(before).map((payload) => payload[0] as number)
    const newKeys = sent.indexOf(SSH_MSG.newkeys)
    assert.ok(sent.slice(0, newKeys).every((number) => number < 50))
    assert.deepEqual(sent.slice(newKeys + 1), [
      ...Array.from({ length: 40 }, (_, i) => (i % 2 ? 94 : 80)),
      SSH_MSG.pong,
    ])
    assert.equal(pair.side.error, undefined)
  })

  test(`V-A07 ${role}: a rekey that the peer never finishes holds a bounded queue and ends at its deadline`, () => {
    const pair = loggedIn(role)
    pair.peer.automatic = false
    pair.side.transport.rekey()
    pair.deliver()
    pair.side.transport.tick(1000)
    assert.equal(pair.side.transport.nextDeadline(), 61_000)
    pair.side.transport.tick(60_999)
    assert.equal(pair.side.error, undefined)
    pair.side.transport.tick(61_000)
    assert.equal(failure(pair), 'timeout')
  })

  test(`V-A07 ${role}: what piles up while the peer stalls a rekey is bounded`, () => {
    const pair = loggedIn(role)
    pair.peer.automatic = false
    pair.side.transport.rekey()
    let queued = 0
    for (; pair.side.error === undefined && queued < 10_000_000; queued += 1000) {
      pair.side.transport.send(new Uint8Array(1000).fill(80))
    }
    assert.equal(pair.side.error?.code, 'queue-full')
    assert.ok(queued <= 1024 * 1024 + 1000)
  })

  test(`V-A05 ${role}: 100,000 pings whose pongs are not read end the connection early`, () => {
    let unread = 0
    const handler = { backlog: () => unread }
    for (const silent of [false, true]) {
      const pair = loggedIn(role, { handler })
      unread = 0
      pair.peer.automatic = false
      if (silent) pair.side.transport.rekey()
      let sent = 0
      for (; sent < 100_000 && pair.side.error === undefined; sent++) {
        pair.peer.send(encodeMessage(ping, { type: 'ping', data: new Uint8Array(8) }))
        pair.deliver()
        for (const piece of pair.side.outbox) unread += piece.length
        pair.side.outbox = []
      }
      assert.equal(pair.side.error?.code, 'queue-full')
      assert.ok(unread < 1_000_000 && sent < 20_000, `${sent} pings, ${unread} bytes`)
    }
  })

  test(`V-A05 ${role}: pings before authentication are not answered at all, and are soon too many`, () => {
    const pair = new RawPair({ role, transport: { algorithms }, peer: { algorithms } }).encrypted()
    const send = (count: number): void => {
      for (let i = 0; i < count; i++) pair.peer.send(encodeMessage(ping, { type: 'ping', data: new Uint8Array(8) }))
      pair.deliver()
    }
    send(1000)
    assert.equal(failure(pair), undefined)
    assert.equal(pair.side.outbox.length, 0)
    send(100)
    assert.equal(failure(pair), 'protocol-error')
  })

  test(`${role}: small packets without end before authentication end the connection`, () => {
    const pair = new RawPair({ role, transport: { algorithms }, peer: { algorithms } }).encrypted()
    const ignore = Uint8Array.of(SSH_MSG.ignore, 0, 0, 0, 0)
    let sent = 0
    for (; sent < 10_000 && pair.side.error === undefined; sent++) {
      pair.peer.send(ignore)
      pair.deliver()
    }
    assert.equal(pair.side.error?.code, 'protocol-error')
    assert.ok(sent <= 1024, `${sent} packets`)
  })

  test(`V-A05 ${role}: any number of pings is fine for a peer that reads the pongs`, () => {
    const pair = loggedIn(role, { handler: { backlog: () => 0 } })
    for (let i = 0; i < 20_000; i++) {
      pair.peer.send(encodeMessage(ping, { type: 'ping', data: new Uint8Array(8) }))
      pair.deliver()
    }
    pair.pump()
    assert.equal(pair.side.error, undefined)
  })

  test(`V-A05 ${role}: a second KEXINIT in an exchange ends the connection`, () => {
    const pair = new RawPair({ role })
    pair.peer.automatic = false
    pair.identified()
    pair.peer.sendKexInit()
    pair.deliver()
    for (let i = 0; i < 2; i++) pair.peer.send(pair.peer.lastKexInit())
    pair.deliver()
    assert.equal(pair.side.error?.code, 'message-out-of-state')
  })

  test(`V-A05 ${role}: a peer that renews keys over and over before it has logged in is cut off`, () => {
    const pair = new RawPair({ role, transport: { algorithms }, peer: { algorithms } }).encrypted()
    let exchanges = 0
    for (; exchanges < 100 && pair.side.error === undefined; exchanges++) {
      pair.peer.sendKexInit()
      pair.deliver().pump()
    }
    assert.equal(pair.side.error?.code, 'protocol-error')
    assert.equal(exchanges, 5)
  })

  for (const when of ['first', 'later'] as const) {
    test(`V-A18 ${role}: behind a wrong guess at the ${when} exchange exactly one packet is ignored`, () => {
      const pair =
        when === 'first' ? new RawPair({ role, transport: { algorithms }, peer: { algorithms } }) : loggedIn(role)
      pair.peer.automatic = false
      if (when === 'first') pair.identified()
      const { kex } = pair.peer.offer()
      pair.peer.sendKexInit({ kex: ['made-up@example.com', ...kex], firstKexPacketFollows: true })
      pair.peer.send(Uint8Array.of(34, 1, 2, 3, 4))
      pair.deliver()
      pair.peer.automatic = true
      pair.pump()
      if (pair.peer.exchange !== undefined) pair.peer.apply(pair.peer.exchange.begin())
      pair.pump()
      assert.equal(pair.side.error, undefined)
      assert.equal(finished(pair.side), when === 'first' ? 1 : 2)
    })

    test(`V-A18 ${role}: a right guess at the ${when} exchange is used`, () => {
      const pair =
        when === 'first' ? new RawPair({ role, transport: { algorithms }, peer: { algorithms } }) : loggedIn(role)
      if (when === 'first') pair.identified()
      const { kex } = pair.peer.offer()
      // Our list begins as the transport's does, so that the guess is right; markers stand behind it.
      pair.peer.sendKexInit({ kex, firstKexPacketFollows: true })
      pair.deliver().pump()
      assert.equal(pair.side.error, undefined)
      assert.equal(finished(pair.side), when === 'first' ? 1 : 2)
    })
  }
}
