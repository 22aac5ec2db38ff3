import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createCipheriv, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { SshError } from '../errors.ts'
import { aesGcmOpener, aesGcmSealer } from './aes-gcm.ts'
import { directGcmOpener, directGcmSealer } from './aes-gcm-direct.ts'
import { type GcmAlgorithm, type GcmEngine, libcryptoGcm, passesSelfTest } from './libcrypto.ts'

const algorithms: readonly GcmAlgorithm[] = ['aes-128-gcm', 'aes-256-gcm']
const available = libcryptoGcm('aes-128-gcm') !== undefined
const skip = available ? false : 'this Node has no node:ffi: node:crypto is used'
const bytes = (count: number): Uint8Array => new Uint8Array(randomBytes(count))

function engineFor(algorithm: GcmAlgorithm): GcmEngine {
  const engine = libcryptoGcm(algorithm)
  assert.ok(engine !== undefined)
  return engine
}

function keyFor(algorithm: GcmAlgorithm): Uint8Array {
  return bytes(algorithm === 'aes-128-gcm' ? 16 : 32)
}

describe('AES-GCM by direct calls', { skip }, () => {
  for (const algorithm of algorithms) {
    test(`${algorithm}: same packets as through node:crypto, in both directions`, () => {
      const [key, iv] = [keyFor(algorithm), bytes(12)]
      const engine = engineFor(algorithm)
      const [direct, plain] = [directGcmSealer(algorithm, engine, key, iv), aesGcmSealer(algorithm, algorithm, key, iv)]
      const inPieces = directGcmSealer(algorithm, engine, key, iv)
      const [directOpen, plainOpen] = [
        directGcmOpener(algorithm, engine, key, iv),
        aesGcmOpener(algorithm, algorithm, key, iv),
      ]
      for (let i = 0; i < 300; i++) {
        const packet = bytes(4 + 16 * (2 + ((i * 37) % (i % 10 === 0 ? 8000 : 150))))
        const [one, other]: Uint8Array[][] = [[], []]
        direct.seal(i, packet.slice(), one as Uint8Array[])
        plain.seal(i, packet.slice(), other as Uint8Array[])
        const wire = new Uint8Array(Buffer.concat(one as Uint8Array[]))
        assert.deepEqual(wire, new Uint8Array(Buffer.concat(other as Uint8Array[])))
        const third: Uint8Array[] = []
        const [first, last] = [5 + (i % 11), packet.length - 4]
        inPieces.sealPieces?.(i, packet.slice(0, first), packet.slice(first, last), packet.slice(last), third)
        assert.deepEqual(new Uint8Array(Buffer.concat(third)), wire)
        const expected = packet.slice(4)
        assert.deepEqual(new Uint8Array(directOpen.open(i, wire)), expected)
        assert.deepEqual(new Uint8Array(plainOpen.open(i, wire)), expected)
      }
    })

    test(`V-A25 ${algorithm}: a flipped bit anywhere is refused and nothing is released`, () => {
      const [key, iv] = [keyFor(algorithm), bytes(12)]
      const engine = engineFor(algorithm)
      for (const size of [36, 4100]) {
        const out: Uint8Array[] = []
        directGcmSealer(algorithm, engine, key, iv).seal(0, bytes(size), out)
        const wire = Buffer.concat(out)
        const step = size < 100 ? 1 : 97
        for (let bit = 0; bit < wire.length * 8; bit += step) {
          const bad = new Uint8Array(wire)
          bad[bit >> 3]! ^= 1 << (bit & 7)
          assert.throws(
            () => directGcmOpener(algorithm, engine, key, iv).open(0, bad),
            (error) => error instanceof SshError && error.code === 'mac-incorrect',
          )
        }
        assert.equal(directGcmOpener(algorithm, engine, key, iv).open(0, wire).length, size - 4)
      }
    })
  }

  test('a refused packet leaves no plaintext in its buffer', () => {
    const engine = engineFor('aes-256-gcm')
    for (const size of [100, 5000]) {
      const plain = new Uint8Array(size).fill(1)
      assert.equal(engine.open(bytes(32), bytes(12), bytes(4 + size + 16), plain), false)
      assert.ok(plain.every((byte) => byte === 0))
    }
  })

  test('lengths that do not fit never reach native code', () => {
    const engine = engineFor('aes-128-gcm')
    const good = { key: bytes(16), nonce: bytes(12), packet: bytes(68), wire: bytes(84), plain: bytes(64) }
    const wrong: Partial<typeof good>[] = [
      { key: bytes(32) },
      { key: bytes(0) },
      { nonce: bytes(11) },
      { wire: bytes(83) },
      { wire: bytes(85) },
      { wire: bytes(0) },
      { packet: bytes(4), wire: bytes(20), plain: bytes(0) },
      { packet: bytes(3), wire: bytes(19), plain: bytes(0) },
      { packet: bytes(0), wire: bytes(16), plain: bytes(0) },
    ]
    for (const change of wrong) {
      const { key, nonce, packet, wire, plain } = { ...good, ...change }
      assert.throws(() => engine.seal(key, nonce, packet, wire), RangeError)
      assert.throws(() => engine.open(key, nonce, wire, plain), RangeError)
    }
    assert.throws(() => engine.seal(good.key, good.nonce, bytes(67), good.wire), RangeError)
    assert.throws(() => engine.open(good.key, good.nonce, good.wire, bytes(63)), RangeError)
    const pieces = (first: number, middle: number, last: number, wire: number) => () =>
      engine.sealPieces(good.key, good.nonce, bytes(first), bytes(middle), bytes(last), bytes(wire))
    for (const wrongPieces of [
      pieces(14, 50, 4, 83),
      pieces(14, 50, 4, 85),
      pieces(4, 60, 4, 84),
      pieces(14, 0, 54, 84),
      pieces(14, 54, 0, 84),
      pieces(0, 64, 4, 84),
    ])
      assert.throws(wrongPieces, RangeError)
    pieces(14, 50, 4, 84)()
    engine.seal(good.key, good.nonce, good.packet, good.wire)
    assert.equal(engine.open(good.key, good.nonce, good.wire, good.plain), true)
  })

  test('memory that was detached is refused', () => {
    const engine = engineFor('aes-128-gcm')
    const [key, nonce, packet, wire, plain] = [bytes(16), bytes(12), bytes(5004), bytes(5020), bytes(5000)]
    engine.seal(key, nonce, packet, wire)
    const detach = (view: Uint8Array) => structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] })
    detach(packet)
    assert.throws(() => engine.seal(key, nonce, packet, wire), RangeError)
    detach(plain)
    assert.throws(() => engine.open(key, nonce, wire, plain), RangeError)
    detach(wire)
    assert.throws(() => engine.seal(key, nonce, bytes(5004), wire), RangeError)
    assert.throws(() => engine.sealPieces(key, nonce, bytes(14), bytes(4986), bytes(4), wire), RangeError)
    assert.throws(() => engine.sealPieces(key, nonce, bytes(14), packet, bytes(4), bytes(5020)), RangeError)
    assert.throws(() => engine.open(key, nonce, wire, bytes(5000)), RangeError)
  })

  test('works at any offset of any kind of array, and touches nothing around', () => {
    const engine = engineFor('aes-128-gcm')
    const [key, nonce] = [bytes(16), bytes(12)]
    // Around 2048 - 20: where packets are no longer worked on in the scratch area.
    for (const size of [5, 60, 2027, 2028, 2029, 2048, 9000]) {
      const packet = bytes(4 + size)
      const cipher = createCipheriv('aes-128-gcm', key, nonce)
      cipher.setAAD(packet.subarray(0, 4))
      const encrypted = cipher.update(packet.subarray(4))
      cipher.final()
      const expected = new Uint8Array(Buffer.concat([packet.subarray(0, 4), encrypted, cipher.getAuthTag()]))
      for (const make of [
        (count: number) => new Uint8Array(count),
        (count: number) => Buffer.alloc(count),
        (count: number) => new Uint8Array(new SharedArrayBuffer(count)),
      ]) {
        const within = (count: number) => make(count + 20).subarray(7, 7 + count)
        const untouched = (view: Uint8Array) => {
          const whole = new Uint8Array(view.buffer, view.byteOffset - 7, view.length + 20)
          return [...whole.subarray(0, 7), ...whole.subarray(7 + view.length)].every((byte) => byte === 0)
        }
        const [from, wire, plain] = [within(4 + size), within(20 + size), within(size)]
        from.set(packet)
        engine.seal(key, nonce, from, wire)
        assert.deepEqual(new Uint8Array(wire), expected)
        assert.equal(engine.open(key, nonce, wire, plain), true)
        assert.deepEqual(new Uint8Array(plain), packet.slice(4))
        assert.deepEqual(new Uint8Array(from), packet)
        assert.ok(untouched(from) && untouched(wire) && untouched(plain))
      }
    }
  })
})

test('an engine that is wrong in one bit does not pass the self-test', { skip }, () => {
  const engine = engineFor('aes-128-gcm')
  assert.equal(passesSelfTest(engine, 'aes-128-gcm'), true)
  const wrongTag: GcmEngine = {
    seal: (...args) => {
      engine.seal(...args)
      const [, , packet, wire] = args
      wire[packet.length + 3]! ^= 1
    },
    sealPieces: (...args) => engine.sealPieces(...args),
    open: (...args) => engine.open(...args),
  }
  assert.equal(passesSelfTest(wrongTag, 'aes-128-gcm'), false)
  const wrongPieces: GcmEngine = {
    seal: (...args) => engine.seal(...args),
    sealPieces(...args) {
      engine.sealPieces(...args)
      const wire = args[5]
      wire[wire.length - 1]! ^= 1
    },
    open: (...args) => engine.open(...args),
  }
  assert.equal(passesSelfTest(wrongPieces, 'aes-128-gcm'), false)
  const trusting: GcmEngine = {
    seal: (...args) => engine.seal(...args),
    sealPieces: (...args) => engine.sealPieces(...args),
    open: (...args) => {
      engine.open(...args)
      return true
    },
  }
  assert.equal(passesSelfTest(trusting, 'aes-128-gcm'), false)
})

test('without node:ffi there is no engine, and no warning with it', () => {
  const script = `const { libcryptoGcm } = await import(${JSON.stringify(import.meta.resolve('./libcrypto.ts'))})
    process.stdout.write(String(libcryptoGcm('aes-128-gcm') !== undefined))`
  const run = (...flags: string[]): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    assert.doesNotMatch(stderr, /FFI/)
    return stdout
  }
  if (available) assert.equal(run('--no-experimental-ffi'), 'false')
  assert.equal(run(), String(available))
})
