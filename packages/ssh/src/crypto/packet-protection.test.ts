import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { concatBytes } from '@sallyport/wire'
import * as fc from 'fast-check'
import { ChaCha20 } from './chacha20.ts'
import { LENGTH_BYTES, type PacketOpener, type PacketSealer } from './packet-protection.ts'
import { plainOpener, plainSealer } from './plain.ts'
import { type ProtectionSuite, protectionSuites } from './testing/protection-suites.ts'
import { poly1305Twin } from './wasm/poly1305-twin.ts'

/** The smallest sound packet around `payload`. */
function packetOf(shape: { blockBytes: number; lengthPadded: boolean }, payload: Uint8Array): Uint8Array {
  const counted = (shape.lengthPadded ? LENGTH_BYTES : 0) + 1 + payload.length
  const padding = 4 + ((2 * shape.blockBytes - 4 - (counted % shape.blockBytes)) % shape.blockBytes)
  const packet = new Uint8Array(LENGTH_BYTES + 1 + payload.length + padding)
  new DataView(packet.buffer).setUint32(0, packet.length - LENGTH_BYTES)
  packet[LENGTH_BYTES] = padding
  packet.set(payload, LENGTH_BYTES + 1)
  return packet
}

function seal(sealer: PacketSealer, sequence: number, packet: Uint8Array): Uint8Array {
  const out: Uint8Array[] = []
  sealer.seal(sequence, new Uint8Array(packet), out)
  return concatBytes(...out)
}

function open(opener: PacketOpener, sequence: number, wire: Uint8Array): Uint8Array {
  opener.length(sequence, wire.subarray(0, opener.headBytes))
  return opener.open(sequence, wire)
}

function roundTrip(
  sealer: PacketSealer,
  opener: PacketOpener,
  payloads: readonly Uint8Array[],
  firstSequence: number,
): void {
  let sequence = firstSequence
  for (const payload of payloads) {
    const packet = packetOf(sealer, payload)
    const wire = seal(sealer, sequence, packet)
    assert.equal(wire.length, packet.length + sealer.tagBytes)
    const before = new Uint8Array(wire)
    assert.equal(opener.length(sequence, wire.subarray(0, opener.headBytes)), packet.length - LENGTH_BYTES)
    const body = opener.open(sequence, wire)
    assert.deepEqual(new Uint8Array(body), packet.subarray(LENGTH_BYTES))
    assert.deepEqual(wire, before, 'the wire bytes stay as they are')
    sequence = (sequence + 1) >>> 0
  }
}

const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { minLength: 1, maxLength: 8 })

function describe(suite: ProtectionSuite): void {
  test(`${suite.name}: what is sealed opens, packet after packet`, () => {
    fc.assert(
      fc.property(payloads, fc.integer({ min: 0, max: 0xffff_ffff }), (payloads, sequence) => {
        const { sealer, opener } = suite.pair()
        roundTrip(sealer, opener, payloads, sequence)
      }),
      { numRuns: 30 },
    )
  })

  test(`${suite.name}: sizes around every limit open`, () => {
    const { sealer, opener } = suite.pair()
    const sizes = [1, 2, 11, 12, 255, 256, 257, 1023, 4096, 32_768, 65_535, 131_072, 262_144]
    roundTrip(
      sealer,
      opener,
      sizes.map((size) => randomBytes(size)),
      0xffff_fffe,
    )
  })

  test(`${suite.name}: pieces and bodies stay as they are when the next packet goes through`, () => {
    const { sealer, opener } = suite.pair()
    const first = packetOf(sealer, Uint8Array.of(1, 2, 3))
    const scratch = Buffer.from(first)
    const out: Uint8Array[] = []
    sealer.seal(0, scratch, out)
    const wire = concatBytes(...out)
    const body = open(opener, 0, wire)
    scratch.fill(0xee)
    const second = seal(sealer, 1, packetOf(sealer, new Uint8Array(3)))
    open(opener, 1, second)
    second.fill(0)
    assert.deepEqual(concatBytes(...out), wire)
    wire.fill(0)
    assert.deepEqual(new Uint8Array(body), first.subarray(LENGTH_BYTES))
  })

  test(`${suite.name}: equal packets never look equal`, () => {
    const { sealer } = suite.pair()
    const packet = packetOf(sealer, new Uint8Array(40))
    const wires = new Set(Array.from({ length: 20 }, (_, i) => seal(sealer, i, packet).subarray(LENGTH_BYTES).toHex()))
    assert.equal(wires.size, 20)
  })

  test(`V-A25 ${suite.name}: any flipped bit of length, ciphertext or tag is refused`, () => {
    const packetBytes = packetOf(suite.pair().sealer, randomBytes(20)).length
    for (let bit = 0; bit < 8 * (packetBytes + suite.tagBytes); bit++) {
      const { sealer, opener } = suite.pair()
      const wire = seal(sealer, 7, packetOf(sealer, randomBytes(20)))
      wire[bit >> 3] = (wire[bit >> 3] as number) ^ (1 << (bit & 7))
      assert.throws(() => open(opener, 7, wire), { code: 'mac-incorrect' }, `bit ${bit}`)
    }
  })

  test(`V-A25 ${suite.name}: 10,000 random bits flipped in long packets are refused`, () => {
    const { sealer, opener } = suite.pair()
    const packet = packetOf(sealer, randomBytes(600))
    let refused = 0
    for (let trial = 0; trial < 10_000; trial++) {
      // Each trial takes a fresh sealed packet where the direction keeps state, and one opener that must not recover.
      const fresh = trial % 100 === 0 ? suite.pair() : { sealer, opener }
      const wire = seal(fresh.sealer, trial, packet)
      const at = (trial * 7919) % wire.length
      wire[at] = (wire[at] as number) ^ (1 << (trial & 7))
      try {
        open(fresh.opener, trial, wire)
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, 'mac-incorrect')
        refused++
      }
    }
    assert.equal(refused, 10_000)
  })

  test(`${suite.name}: a packet left out or replayed is refused`, () => {
    for (const sequence of [0, 5, 0xffff_ffff]) {
      const next = (sequence + 1) >>> 0
      const { sealer, opener } = suite.pair()
      const first = seal(sealer, sequence, packetOf(sealer, randomBytes(8)))
      const second = seal(sealer, next, packetOf(sealer, randomBytes(8)))
      assert.throws(() => open(suite.pair().opener, sequence, second), { code: 'mac-incorrect' })
      open(opener, sequence, first)
      assert.throws(() => open(opener, next, first), { code: 'mac-incorrect' })
    }
  })

  test(`V-A09 ${suite.name}: wire bytes too short for a tag, or cut anywhere, are refused`, () => {
    const whole = (() => {
      const { sealer } = suite.pair()
      return seal(sealer, 0, packetOf(sealer, randomBytes(30)))
    })()
    for (let length = 0; length < whole.length; length++) {
      const { opener } = suite.pair()
      opener.length(0, whole.subarray(0, opener.headBytes))
      assert.throws(() => opener.open(0, whole.subarray(0, length)), { code: 'mac-incorrect' }, `${length} bytes`)
    }
  })
}

for (const suite of protectionSuites) describe(suite)

test('plain: packets pass, as copies', () => {
  const packet = packetOf(plainSealer, Uint8Array.of(20, 1, 2))
  const out: Uint8Array[] = []
  plainSealer.seal(0, packet, out)
  assert.deepEqual(concatBytes(...out), packet)
  assert.notEqual(out[0], packet)
  assert.equal(plainOpener.length(0, packet), packet.length - LENGTH_BYTES)
  const body = plainOpener.open(0, packet)
  packet.fill(0)
  assert.equal(body[1], 20)
})

test('AES-GCM: length as additional data, the counter stepping in the last eight bytes of the IV, RFC 5647 §7.1', () => {
  const suite = suiteNamed('aes256-gcm@openssh.com')
  const iv = Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff)
  const sealer = suite.sealer(suite.key, iv)
  for (const counter of ['0000000000ffffff', '0000000001000000', '0000000001000001']) {
    const packet = packetOf(sealer, randomBytes(50))
    const twin = createCipheriv('aes-256-gcm', suite.key, Uint8Array.fromHex(`01020304${counter}`))
    twin.setAAD(packet.subarray(0, LENGTH_BYTES))
    const expected = concatBytes(
      packet.subarray(0, LENGTH_BYTES),
      twin.update(packet.subarray(LENGTH_BYTES)),
      twin.final(),
    )
    assert.deepEqual(seal(sealer, 99, packet), concatBytes(expected, twin.getAuthTag()))
  }
})

test('AES-GCM: the counter wraps and leaves the fixed bytes alone', () => {
  const suite = suiteNamed('aes128-gcm@openssh.com')
  const iv = Uint8Array.fromHex('aabbccddffffffffffffffff')
  const sealer = suite.sealer(suite.key, iv)
  seal(sealer, 0, packetOf(sealer, Uint8Array.of(1)))
  const packet = packetOf(sealer, Uint8Array.of(2))
  const wrapped = suite.sealer(suite.key, Uint8Array.fromHex('aabbccdd0000000000000000'))
  assert.deepEqual(seal(sealer, 1, packet), seal(wrapped, 1, packet))
})

test('AES-GCM: NIST test case 14 (gcm-spec, AES-256) through the cipher that seals', () => {
  // The sealer always has additional data; what it encrypts is checked here, the tag above.
  const suite = suiteNamed('aes256-gcm@openssh.com')
  const sealer = suite.sealer(new Uint8Array(32), new Uint8Array(12))
  const wire = seal(sealer, 0, new Uint8Array(LENGTH_BYTES + 16))
  assert.equal(wire.subarray(LENGTH_BYTES, LENGTH_BYTES + 16).toHex(), 'cea7403d4d606b6e074ec5d3baf39d18')
})

test('chacha20-poly1305: both keys, the nonce and the tag are where PROTOCOL.chacha20poly1305 has them', () => {
  const suite = suiteNamed('chacha20-poly1305@openssh.com')
  const sealer = suite.sealer(suite.key, new Uint8Array(0))
  const body = new ChaCha20(suite.key.subarray(0, 32))
  const length = new ChaCha20(suite.key.subarray(32))
  for (const size of [1, 200, 300, 5000]) {
    const packet = packetOf(sealer, randomBytes(size))
    const sequence = 0x8000_0001 + size
    const encrypted = concatBytes(
      length.xor(sequence, 0, packet.subarray(0, LENGTH_BYTES)),
      body.xor(sequence, 1, packet.subarray(LENGTH_BYTES)),
    )
    const tag = poly1305Twin(body.block(sequence, 0).slice(0, 32), encrypted)
    assert.deepEqual(seal(sealer, sequence, packet), concatBytes(encrypted, tag))
  }
})

test('CTR without a MAC cannot be made', () => {
  const suite = suiteNamed('aes128-ctr with hmac-sha2-256-etm@openssh.com')
  assert.throws(() => suite.cipher.sealer(suite.key, new Uint8Array(16)), TypeError)
  assert.throws(() => suite.cipher.opener(suite.key, new Uint8Array(16)), TypeError)
})

function suiteNamed(name: string): ProtectionSuite {
  const suite = protectionSuites.find((candidate) => candidate.name === name)
  assert.ok(suite !== undefined)
  return suite
}
