import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes } from '@sallyport/wire'
import * as fc from 'fast-check'
import type { KexMethod } from '../crypto/kex-method.ts'
import { kexMethods } from '../crypto/kex-methods.ts'
import type { PacketOpener, PacketSealer } from '../crypto/packet-protection.ts'
import { cipherSuites } from '../testing/cipher-suites.ts'
import { RawPair } from '../testing/raw-pair.ts'
import type { Role } from './legal-messages.ts'
import { MAX_PACKET_BYTES, MAX_PACKET_BYTES_BEFORE_AUTH, PacketReader } from './packet-reader.ts'
import { PacketWriter } from './packet-writer.ts'
import { deriveSessionKeys } from './session-keys.ts'

const roles: readonly Role[] = ['client', 'server']

/** Protection of one direction under a suite, from fixed secrets. */
function protection(suite: (typeof cipherSuites)[number]): { sealer: PacketSealer; opener: PacketOpener } {
  const lists = suite.algorithms
  const path = {
    cipher: lists.cipherClientToServer[0] as string,
    mac: lists.macClientToServer[0],
    compression: 'none',
  }
  const algorithms = {
    kex: 'curve25519-sha256',
    serverHostKey: 'ssh-ed25519',
    clientToServer: path,
    serverToClient: path,
  }
  const method = kexMethods.get('curve25519-sha256') as KexMethod
  const secrets = () => ({
    secret: new Uint8Array(32).fill(7),
    exchangeHash: new Uint8Array(32).fill(8),
    sessionId: new Uint8Array(32).fill(9),
  })
  const client = deriveSessionKeys('client', method, algorithms, secrets())
  const server = deriveSessionKeys('server', method, algorithms, secrets())
  return { sealer: client.sealer, opener: server.opener }
}

function readAll(reader: PacketReader, chunks: Iterable<Uint8Array>): Uint8Array[] {
  const payloads: Uint8Array[] = []
  for (const chunk of chunks) {
    for (let offset = 0; offset < chunk.length; ) {
      const payload = reader.next(chunk, offset)
      offset = reader.offset
      if (payload !== undefined) payloads.push(payload)
    }
  }
  return payloads
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    // A copy, overwritten afterwards, as the owner of a read buffer would.
    const chunk = bytes.slice(at, at + size)
    yield chunk
    chunk.fill(0xee)
    at += size
  }
}

for (const suite of cipherSuites) {
  test(`packets under ${suite.name} come out the same however the bytes are cut`, () => {
    const payload = fc.uint8Array({ minLength: 1, maxLength: 300 })
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 12 }), sizes, (payloads, pieces) => {
        const { sealer, opener } = protection(suite)
        const writer = new PacketWriter()
        const reader = new PacketReader()
        writer.protect(sealer, false)
        reader.protect(opener, false)
        const wire: Uint8Array[] = []
        for (const each of payloads) writer.write(wire, each.subarray(0, 9), each.subarray(9))
        const read = readAll(reader, cut(concatBytes(...wire), pieces))
        assert.deepEqual(
          read.map((bytes) => [...bytes]),
          payloads.map((bytes) => [...bytes]),
        )
        assert.equal(writer.bytesSinceKeys, concatBytes(...wire).length)
        assert.equal(reader.bytesSinceKeys, writer.bytesSinceKeys)
      }),
      { numRuns: 25 },
    )
  })

  test(`large data comes out the same under ${suite.name}, wherever it lies`, () => {
    const { sealer, opener } = protection(suite)
    const writer = new PacketWriter()
    const reader = new PacketReader()
    reader.allowLargePackets()
    writer.protect(sealer, false)
    reader.protect(opener, false)
    const memory = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff)
    for (const size of [4095, 4096, 4097, 32_768, 131_071]) {
      const header = Uint8Array.of(94, 0, 0, 0, 1, ...[24, 16, 8, 0].map((shift) => (size >>> shift) & 0xff))
      const data = memory.subarray(size % 50, (size % 50) + size)
      const wire: Uint8Array[] = []
      writer.write(wire, header, data)
      const [payload] = readAll(reader, [concatBytes(...wire)])
      assert.ok(payload !== undefined && Buffer.compare(payload, concatBytes(header, data)) === 0, `${size} bytes`)
    }
  })

  test(`the sequence number wraps at 2^32 under ${suite.name}`, () => {
    const { sealer, opener } = protection(suite)
    const writer = new PacketWriter(0xffff_fffe)
    const reader = new PacketReader(0xffff_fffe)
    writer.protect(sealer, false)
    reader.protect(opener, false)
    const wire: Uint8Array[] = []
    for (let i = 0; i < 4; i++) writer.write(wire, Uint8Array.of(2, i))
    assert.equal(readAll(reader, [concatBytes(...wire)]).length, 4)
    assert.equal(writer.sequence, 2)
    assert.equal(reader.sequence, 2)
  })

  for (const role of roles) {
    test(`V-A09 ${role}: badly formed packets under ${suite.name} end the connection`, () => {
      for (const [name, make] of malformed) {
        const pair = new RawPair({
          role,
          transport: { algorithms: suite.algorithms },
          peer: { algorithms: suite.algorithms },
        }).encrypted()
        assert.equal(pair.side.error, undefined)
        pair.peer.sendPacket(make())
        // Enough behind it for any receiver that would wait for more.
        pair.peer.sendBytes(new Uint8Array(1024))
        pair.deliver()
        assert.notEqual(pair.side.error, undefined, name)
      }
    })

    test(`V-A08 ${role}: impossible lengths under ${suite.name} end the connection before room is made`, () => {
      for (const length of [0xffff_ffff, 0x7fff_ffff, MAX_PACKET_BYTES + 1, MAX_PACKET_BYTES_BEFORE_AUTH + 1]) {
        const pair = new RawPair({
          role,
          transport: { algorithms: suite.algorithms },
          peer: { algorithms: suite.algorithms },
        }).encrypted()
        pair.peer.sendPacket(packet(length, 4, 28))
        const before = process.memoryUsage().arrayBuffers
        pair.deliver()
        assert.equal(pair.side.error?.code, 'packet-too-long')
        assert.ok(process.memoryUsage().arrayBuffers - before < 64 * 1024)
      }
    })
  }
}

/** A packet that says what it wants of itself. */
function packet(length: number, padding: number, bodyBytes: number): Uint8Array {
  const bytes = new Uint8Array(5 + bodyBytes)
  new DataView(bytes.buffer).setUint32(0, length)
  bytes[4] = padding
  bytes[5] = 2
  return bytes
}

const malformed: readonly [name: string, make: () => Uint8Array][] = [
  ['length 0', () => packet(0, 0, 27)],
  ['length 1', () => packet(1, 0, 27)],
  ['length 5: no room for a payload', () => packet(5, 4, 27)],
  ['padding of all the rest', () => packet(32, 31, 31)],
  ['padding beyond the packet', () => packet(32, 255, 31)],
  ['padding beyond the packet (other multiple)', () => packet(28, 255, 27)],
  ['padding of 3', () => packet(32, 3, 31)],
  ['padding of 3 (other multiple)', () => packet(28, 3, 27)],
  ['padding of 0', () => packet(32, 0, 31)],
  ['padding of 0 (other multiple)', () => packet(28, 0, 27)],
  ['no multiple of the block', () => packet(33, 10, 32)],
  ['no multiple of the block (other parity)', () => packet(29, 10, 28)],
]

for (const role of roles) {
  test(`V-A09 ${role}: badly formed packets in the clear end the connection`, () => {
    for (const [name, make] of malformed) {
      const pair = new RawPair({ role }).identified()
      pair.peer.sendBytes(make())
      pair.peer.sendBytes(new Uint8Array(1024))
      pair.deliver()
      assert.equal(pair.side.error?.code, 'protocol-error', name)
    }
  })

  test(`V-A08 ${role}: 1,000 connections that declare impossible lengths in the clear cost no memory`, () => {
    for (const length of [0xffff_ffff, 0x7fff_ffff, MAX_PACKET_BYTES + 1]) {
      const pairs = Array.from({ length: 1000 }, () => new RawPair({ role }).identified())
      const before = process.memoryUsage().arrayBuffers
      for (const pair of pairs) {
        pair.peer.sendBytes(packet(length, 4, 0))
        pair.deliver()
        assert.equal(pair.side.error?.code, 'packet-too-long')
      }
      // A DISCONNECT each; nothing of the size that was declared.
      assert.ok(process.memoryUsage().arrayBuffers - before < 2_000_000)
    }
  })

  test(`V-A08 ${role}: 1,000 connections that declare the largest packet and send a byte of it cost what they sent`, () => {
    const pairs = Array.from({ length: 1000 }, () => new RawPair({ role }).identified())
    const before = process.memoryUsage().arrayBuffers
    for (const pair of pairs) {
      pair.peer.sendBytes(packet(MAX_PACKET_BYTES_BEFORE_AUTH - 4, 4, 1))
      pair.deliver()
      assert.equal(pair.side.error, undefined)
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 4_000_000)
  })
}

test('nothing is held between whole packets', () => {
  const writer = new PacketWriter()
  const reader = new PacketReader()
  const wire: Uint8Array[] = []
  writer.write(wire, new Uint8Array(30_000).fill(2))
  const bytes = concatBytes(...wire)
  assert.equal(reader.next(bytes.subarray(0, 10_000), 0), undefined)
  assert.equal(reader.offset, 10_000)
  assert.equal(reader.next(bytes.subarray(10_000), 0)?.length, 30_000)
  assert.equal(reader.next(new Uint8Array(0), 0), undefined)
})

test('payloads are no views of the bytes passed in', () => {
  const pair = new RawPair({ role: 'server' }).encrypted()
  pair.peer.send(Uint8Array.of(5, 0, 0, 0, 12, ...new TextEncoder().encode('ssh-userauth')))
  pair.deliver()
  pair.peer.send(Uint8Array.of(50, 1, 2, 3))
  for (const piece of pair.peer.outbox) {
    const buffer = Buffer.from(piece)
    pair.side.transport.receive(buffer)
    buffer.fill(0xee)
  }
  assert.deepEqual(pair.side.packets, [Uint8Array.of(50, 1, 2, 3)])
})
