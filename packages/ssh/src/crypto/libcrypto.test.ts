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
      const [directOpen, plainOpen] = [
        directGcmOpener(algorithm, engine, key, iv),
        aesGcmOpener(algorithm, algorithm, key, iv),
      ]
      for (let i = 0; i < 300; i++) {
        const packet = bytes(4 + 16 * (1 + ((i * 37) % (i % 10 === 0 ? 8000 : 150))))
        const [one, other]: Uint8Array[][] = [[], []]
        direct.seal(i, packet.slice(), one as Uint8Array[])
        plain.seal(i, packet.slice(), other as Uint8Array[])
        const wire = new Uint8Array(Buffer.concat(one as Uint8Array[]))
        assert.deepEqual(wire, new Uint8Array(Buffer.concat(other as Uint8Array[])))
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
    const [key, nonce, aad, data] = [bytes(32), bytes(12), bytes(4), bytes(5000)]
    const out = new Uint8Array(5000).fill(1)
    assert.equal(engine.open(key, nonce, aad, data, bytes(16), out), false)
    assert.ok(out.every((byte) => byte === 0))
  })

  test('lengths that do not fit never reach native code', () => {
    const engine = engineFor('aes-128-gcm')
    const good = { key: bytes(16), nonce: bytes(12), aad: bytes(4), data: bytes(64), out: bytes(64), tag: bytes(16) }
    const wrong: Partial<typeof good>[] = [
      { key: bytes(32) },
      { key: bytes(0) },
      { nonce: bytes(11) },
      { aad: bytes(5) },
      { tag: bytes(15) },
      { out: bytes(63) },
      { out: bytes(65) },
      { data: bytes(0), out: bytes(0) },
    ]
    for (const change of wrong) {
      const { key, nonce, aad, data, out, tag } = { ...good, ...change }
      assert.throws(() => engine.seal(key, nonce, aad, data, out, tag), RangeError)
      assert.throws(() => engine.open(key, nonce, aad, data, tag, out), RangeError)
    }
  })

  test('memory that was detached is refused', () => {
    const engine = engineFor('aes-128-gcm')
    const [data, out] = [bytes(5000), bytes(5000)]
    engine.seal(bytes(16), bytes(12), bytes(4), data, out, bytes(16))
    structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] })
    assert.throws(() => engine.seal(bytes(16), bytes(12), bytes(4), data, out, bytes(16)), RangeError)
    assert.throws(() => engine.seal(bytes(16), bytes(12), bytes(4), out, data, bytes(16)), RangeError)
  })

  test('works at any offset of any kind of array', () => {
    const engine = engineFor('aes-128-gcm')
    const [key, nonce, aad] = [bytes(16), bytes(12), bytes(4)]
    for (const size of [5, 60, 2048, 2049, 9000]) {
      const data = bytes(size)
      const cipher = createCipheriv('aes-128-gcm', key, nonce)
      cipher.setAAD(aad)
      const expected = new Uint8Array(cipher.update(data))
      cipher.final()
      for (const memory of [
        new Uint8Array(size + 20),
        Buffer.alloc(size + 20),
        new Uint8Array(new SharedArrayBuffer(size + 20)),
      ]) {
        const around = memory.subarray(7, 7 + size)
        engine.seal(key, nonce, aad, data, around, bytes(16))
        assert.deepEqual(new Uint8Array(around), expected)
        assert.ok([...memory.subarray(0, 7), ...memory.subarray(7 + size)].every((byte) => byte === 0))
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
      args[5][3]! ^= 1
    },
    open: (...args) => engine.open(...args),
  }
  assert.equal(passesSelfTest(wrongTag, 'aes-128-gcm'), false)
  const trusting: GcmEngine = {
    seal: (...args) => engine.seal(...args),
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
