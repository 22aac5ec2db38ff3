import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { SshError } from '../errors.ts'
import { decodePublicKey, generatePrivateKey, type PrivateKey, type Signer } from '../keys/index.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import { kexExchange } from '../messages/kex.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { pairHostKey, SessionPair } from '../testing/session-pair.ts'
import type { ExchangeEffect } from './key-exchange.ts'
import type { TransportHandler } from './transport-handler.ts'

const algorithms = { ...algorithmProfiles.modern, kex: ['curve25519-sha256'] }
const otherKey = generatePrivateKey('ssh-ed25519')
const ecdsa256 = generatePrivateKey('ecdsa-sha2-nistp256')
const ecdsa384 = generatePrivateKey('ecdsa-sha2-nistp384')

/** A server that sends whatever reply `change` makes of the right one. */
function replying(
  change: (reply: { hostKey: Uint8Array; signature: Uint8Array }) => object,
  signer: Signer = pairHostKey(),
  handler: Partial<TransportHandler> = {},
) {
  const peer = { signers: [signer], algorithms }
  const pair = new RawPair({ role: 'client', transport: { algorithms }, handler, peer })
  pair.peer.automatic = false
  pair.identified()
  pair.peer.sendKexInit()
  pair.deliver().pump()
  const { exchange } = pair.peer
  const init = pair.peer.received.find((payload) => payload[0] === SSH_MSG['kex-init'])
  assert.ok(exchange !== undefined && init !== undefined)
  const [sign] = exchange.receive(init)
  assert.ok(sign?.type === 'sign')
  const [send] = exchange.signed(signer.sign(sign.algorithm, sign.data) as Uint8Array)
  assert.ok(send?.type === 'send')
  const reply = decodeMessage(kexExchange.string.reply, send.payload)
  pair.peer.send(encodeMessage(kexExchange.string.reply, { ...reply, ...change(reply) }))
  pair.peer.received.length = 0
  pair.deliver()
  return pair
}

/** Numbers of what the client has sent since the reply: none of them may be of authentication, or even NEWKEYS. */
function sentAfter(pair: RawPair): number[] {
  pair.pump()
  return pair.peer.received.map((payload) => payload[0] as number)
}

test('the right reply is accepted', () => {
  const pair = replying(() => ({}))
  assert.equal(pair.side.error, undefined)
  assert.equal(pair.side.hostKeyRequest?.algorithm, 'ssh-ed25519')
})

const wrongReplies: readonly [
  name: string,
  change: (reply: { hostKey: Uint8Array; signature: Uint8Array }) => object,
][] = [
  ["another key's blob", () => ({ hostKey: otherKey.publicKey.blob })],
  ['another kind of key', () => ({ hostKey: ecdsa256.publicKey.blob })],
  ['an empty signature', () => ({ signature: new Uint8Array(0) })],
  ["another key's signature", () => ({ signature: otherKey.sign('ssh-ed25519', new Uint8Array(32)) })],
  ['a flipped bit', ({ signature }) => ({ signature: signature.with(40, (signature[40] ?? 0) ^ 1) })],
  ['bytes behind the signature', ({ signature }) => ({ signature: Uint8Array.of(...signature, 0) })],
  ['another algorithm in the blob', ({ signature }) => ({ signature: signature.with(4, 0x58) })],
  ['an empty host key', () => ({ hostKey: new Uint8Array(0) })],
]
for (const [name, change] of wrongReplies) {
  test(`V-A21 client: a reply with ${name} ends the connection, and nothing of authentication was sent`, () => {
    const pair = replying(change)
    assert.ok(
      ['key-exchange-failed', 'protocol-error'].includes(pair.side.error?.code ?? ''),
      pair.side.error?.message ?? 'no error',
    )
    assert.equal(pair.side.hostKeyRequest, undefined)
    assert.deepEqual(sentAfter(pair), [SSH_MSG.disconnect])
  })
}

test('V-A20 client: a key of another curve than negotiated is refused', () => {
  const pair = new RawPair({
    role: 'client',
    transport: { algorithms: { ...algorithms, serverHostKey: ['ecdsa-sha2-nistp256'] } },
    peer: {
      algorithms,
      signers: [
        {
          publicKey: ecdsa384.publicKey,
          algorithms: ['ecdsa-sha2-nistp256'],
          sign: (_algorithm, data) => ecdsa384.sign('ecdsa-sha2-nistp384', data),
        },
      ],
    },
  }).encrypted()
  assert.equal(pair.side.error?.code, 'key-exchange-failed')
})

const refusals: readonly [name: string, onHostKey: (pair: SessionPair) => void][] = [
  ['says no', (pair) => pair.client.transport.hostKeyRejected()],
  [
    'says no with its reason',
    (pair) => pair.client.transport.hostKeyRejected(new SshError('host-key-rejected', 'changed')),
  ],
  [
    'throws',
    () => {
      throw new SshError('host-key-rejected', 'known_hosts cannot be read')
    },
  ],
  [
    'throws what it likes',
    () => {
      throw new TypeError('database is down')
    },
  ],
]
for (const [name, onHostKey] of refusals) {
  test(`V-A21 client: a verifier that ${name} ends the connection, and nothing of authentication was sent`, () => {
    const pair = new SessionPair({ client: { algorithms } })
    pair.client.onHostKey = () => onHostKey(pair)
    pair.handshake()
    assert.ok(pair.client.error !== undefined)
    // The server got KEXINIT, KEX_INIT, DISCONNECT, and never a NEWKEYS.
    assert.equal(pair.server.error?.code, 'disconnected')
    assert.equal(pair.server.transport.sessionId, undefined)
  })
}

test('V-A21 client: without a verifier no host key is accepted', () => {
  const pair = new RawPair({ role: 'client', handler: { verifyHostKey: undefined as never } }).encrypted()
  assert.equal(pair.side.error?.code, 'host-key-rejected')
  assert.ok(!pair.peer.received.some((payload) => payload[0] === SSH_MSG.newkeys || (payload[0] ?? 0) >= 50))
})

test('V-A21 client: while the verdict is out nothing is sent, and what the server sends ahead waits', () => {
  const pair = new SessionPair({ client: { algorithms } })
  pair.client.onHostKey = () => undefined
  pair.handshake()
  pair.client.transport.send(Uint8Array.of(50))
  assert.equal(pair.client.outbox.length, 0)
  assert.equal(pair.client.hostKeyRequest?.algorithm, 'ssh-ed25519')
  assert.deepEqual(pair.client.hostKeyRequest?.key, decodePublicKey(pairHostKey().publicKey.blob))
  assert.equal(pair.client.transport.sessionId, undefined)
  pair.client.transport.hostKeyAccepted()
  pair.pump()
  assert.equal(pair.client.error ?? pair.server.error, undefined)
  assert.deepEqual(pair.server.packets, [Uint8Array.of(50)])
  assert.ok(pair.client.transport.peerExtensions.size > 0)
})

test('V-A21 client: a verdict that comes after its owner has given up changes nothing', () => {
  const pair = new SessionPair({ client: { algorithms } })
  pair.client.onHostKey = () => undefined
  pair.handshake()
  pair.client.transport.fail(new SshError('timeout', 'login took too long'))
  assert.equal(pair.client.error?.code, 'timeout')
  pair.client.outbox = []
  pair.client.transport.hostKeyAccepted()
  pair.client.transport.hostKeyRejected()
  assert.equal(pair.client.outbox.length, 0)
})

test("client: the time that a verdict takes is not the server's; the rest of the exchange has its limit again", () => {
  const { side } = replying(() => ({}), pairHostKey(), { verifyHostKey: () => undefined })
  assert.equal(side.transport.nextDeadline(), undefined)
  side.transport.tick(100_000)
  assert.equal(side.transport.closed, false)
  side.transport.hostKeyAccepted()
  side.transport.tick(100_000)
  assert.equal(side.transport.nextDeadline(), 130_000)
  side.transport.tick(130_000)
  assert.equal(side.error?.code, 'timeout')
})

test('V-A19 client: another host key at a later exchange ends the connection, verifier not asked', () => {
  const keys: PrivateKey[] = [pairHostKey(), otherKey]
  const signer: Signer = {
    get publicKey() {
      return (keys[0] as PrivateKey).publicKey
    },
    algorithms: ['ssh-ed25519'],
    sign: (algorithm, data) => (keys[0] as PrivateKey).sign(algorithm, data),
  }
  const pair = new SessionPair({ client: { algorithms }, server: { algorithms, signers: [signer] } }).authenticated()
  pair.client.hostKeyRequest = undefined
  pair.server.transport.rekey()
  pair.pump()
  assert.equal(pair.client.error, undefined)
  keys.shift()
  pair.server.transport.rekey()
  pair.pump()
  const { error } = pair.client as { error: SshError | undefined }
  assert.equal(error?.code, 'host-key-rejected')
  assert.equal(error?.message, 'host key changed within the connection')
  assert.equal(pair.client.hostKeyRequest, undefined)
})

test('a signer that promises is an effect; packets behind wait for it', () => {
  const slow: Signer = {
    publicKey: pairHostKey().publicKey,
    algorithms: ['ssh-ed25519'],
    sign: (algorithm, data) => Promise.resolve(pairHostKey().sign(algorithm, data)),
  }
  const pair = new SessionPair({ client: { algorithms }, server: { algorithms, signers: [slow] } }).handshake()
  const request = pair.server.signRequest
  assert.ok(request !== undefined)
  assert.equal(pair.server.transport.sessionId, undefined)
  pair.server.transport.signed(pairHostKey().sign(request.algorithm, request.data))
  pair.pump()
  assert.equal(pair.client.error ?? pair.server.error, undefined)
  assert.ok(pair.client.transport.sessionId !== undefined)
})

const failingSigners: readonly [name: string, sign: Signer['sign'], listens: boolean][] = [
  ['throws', () => assert.fail('token is gone'), true],
  ['promises what nobody waits for', () => Promise.reject(new Error('token is gone')), false],
]
for (const [name, sign, listens] of failingSigners) {
  test(`a signer that ${name} ends the connection`, () => {
    const signer: Signer = { publicKey: pairHostKey().publicKey, algorithms: ['ssh-ed25519'], sign }
    const serverHandler = listens ? {} : { signExchange: undefined as never }
    const pair = new SessionPair({ client: { algorithms }, server: { algorithms, signers: [signer] }, serverHandler })
    pair.handshake()
    assert.ok(['signing-failed', 'internal-error'].includes(pair.server.error?.code ?? ''))
    assert.equal(pair.client.error?.code, 'disconnected')
  })
}

test('a failed signature that is reported ends the connection, and a late one changes nothing', () => {
  const slow: Signer = {
    publicKey: pairHostKey().publicKey,
    algorithms: ['ssh-ed25519'],
    sign: () => Promise.reject(new Error('token is gone')),
  }
  const pair = new SessionPair({ client: { algorithms }, server: { algorithms, signers: [slow] } }).handshake()
  pair.server.transport.signingFailed(new Error('token is gone'))
  assert.equal(pair.server.error?.code, 'signing-failed')
  pair.server.transport.signed(new Uint8Array(80))
})

for (const role of ['client', 'server'] as const) {
  test(`${role}: what arrives while an answer is awaited is bounded`, () => {
    const slow: Signer = {
      publicKey: pairHostKey().publicKey,
      algorithms: ['ssh-ed25519'],
      sign: () => new Promise<Uint8Array>(() => undefined),
    }
    const pair = new SessionPair({
      client: { algorithms },
      server: { algorithms, ...(role === 'server' ? { signers: [slow] } : {}) },
    })
    pair.client.onHostKey = () => undefined
    pair.handshake()
    for (let i = 0; i < 100 && pair[role].error === undefined; i++) pair[role].transport.receive(new Uint8Array(1000))
    assert.equal(pair[role].error?.code, 'queue-full')
  })
}

/** Heap in use once nothing is left to collect. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

test('what arrives byte by byte while an answer is awaited is held as it came, and taken when the answer is there', () => {
  const pair = new SessionPair({ client: { algorithms }, server: { algorithms } })
  pair.client.onHostKey = () => undefined
  pair.handshake('bytes')
  assert.ok(pair.client.hostKeyRequest !== undefined)
  const one = new Uint8Array(1)
  const before = heapBytes()
  // behind NEWKEYS and EXT_INFO, an encrypted packet that is never complete
  for (let i = 0; i < 60_000; i++) pair.client.transport.receive(one)
  const held = heapBytes() - before
  assert.ok(held < 2 * 1024 * 1024, `${held} bytes held`)
  assert.equal(pair.client.error, undefined)

  const other = new SessionPair({ client: { algorithms }, server: { algorithms } })
  other.client.onHostKey = () => undefined
  other.handshake('bytes')
  other.client.transport.hostKeyAccepted()
  other.pump('bytes')
  assert.equal(other.client.error ?? other.server.error, undefined)
  assert.deepEqual(other.client.transport.sessionId, other.server.transport.sessionId)
})

test('effects of an exchange come in the order in which they must be carried out', () => {
  const pair = new RawPair({ role: 'server', transport: { algorithms }, peer: { algorithms } })
  pair.peer.automatic = false
  pair.identified().pump()
  pair.peer.sendKexInit()
  pair.peer.apply(pair.peer.exchange?.begin() ?? [])
  pair.deliver()
  // The first piece is the reply; NEWKEYS and what is encrypted behind it stay away.
  pair.peer.receive(pair.side.outbox[0] as Uint8Array)
  const reply = pair.peer.received.find((payload) => payload[0] === SSH_MSG['kex-reply'])
  const types = (effects: readonly ExchangeEffect[] | undefined) => effects?.map((effect) => effect.type)
  assert.deepEqual(types(pair.peer.exchange?.receive(reply as Uint8Array)), ['verify-host-key'])
  assert.deepEqual(types(pair.peer.exchange?.hostKeyAccepted()), ['send', 'protect-outgoing'])
  assert.deepEqual(types(pair.peer.exchange?.receive(Uint8Array.of(SSH_MSG.newkeys))), ['protect-incoming', 'done'])
})
