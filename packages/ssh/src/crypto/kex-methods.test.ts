import assert from 'node:assert/strict'
import { getDiffieHellman, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { concatBytes } from '@sallyport/wire'
import type { KexMethod } from './kex-method.ts'
import { kexMethods } from './kex-methods.ts'
import { mlKem768 } from './ml-kem-768.ts'
import { sntrup761 } from './sntrup761/sntrup761.ts'

const refused = { code: 'key-exchange-failed' }

for (const method of kexMethods.values()) {
  test(`${method.name}: client and server arrive at the same secret, a new one each time`, () => {
    const secrets = new Set<string>()
    for (let round = 0; round < 2; round++) {
      const client = method.start()
      const server = method.respond(client.init)
      const secret = client.finish(server.reply)
      assert.deepEqual(new Uint8Array(secret), new Uint8Array(server.secret))
      secrets.add(new Uint8Array(secret).toHex())
    }
    assert.equal(secrets.size, 2)
  })

  if (method.publicEncoding === 'string') {
    test(`V-A12 ${method.name}: empty values, and ones a byte too short or too long, are refused by both sides`, () => {
      const client = method.start()
      const { reply } = method.respond(client.init)
      for (const wrong of wrongLengths(client.init)) assert.throws(() => method.respond(wrong), refused)
      for (const wrong of wrongLengths(reply)) assert.throws(() => client.finish(wrong), refused)
    })
  }
}

function wrongLengths(value: Uint8Array): Uint8Array[] {
  return [
    new Uint8Array(0),
    value.subarray(0, 1),
    value.subarray(1),
    value.subarray(0, -1),
    concatBytes(value, Uint8Array.of(0)),
  ]
}

/** A value of the peer to be refused by the server in `init` and by the client in `reply`. */
function refusesBothWays(method: KexMethod, value: Uint8Array, message: string): void {
  assert.throws(() => method.respond(value), refused, `server, ${message}`)
  assert.throws(() => method.start().finish(value), refused, `client, ${message}`)
}

/** All u-coordinates of small order on Curve25519 and its twist, with their forms above the prime. */
const SMALL_ORDER_POINTS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((text) => {
  const point = Uint8Array.fromHex(text)
  const withTopBit = new Uint8Array(point)
  withTopBit[31] = (withTopBit[31] as number) | 0x80
  return [point, withTopBit]
})

test('V-A12 curve25519: points of small order are refused', () => {
  for (const point of SMALL_ORDER_POINTS) refusesBothWays(method('curve25519-sha256'), point, point.toHex())
})

test('V-A12 hybrids: an X25519 point of small order is refused, whatever stands before it', () => {
  for (const [name, kem] of [
    ['mlkem768x25519-sha256', mlKem768],
    ['sntrup761x25519-sha512', sntrup761],
  ] as const) {
    const { publicKey } = kem.generate()
    for (const point of SMALL_ORDER_POINTS.slice(0, 4)) {
      assert.throws(() => method(name).respond(concatBytes(publicKey, point)), refused)
    }
    const client = method(name).start()
    const { reply } = method(name).respond(client.init)
    const ciphertext = reply.subarray(0, kem.ciphertextBytes)
    assert.throws(() => client.finish(concatBytes(ciphertext, SMALL_ORDER_POINTS[0] as Uint8Array)), refused)
  }
})

test('V-A12 mlkem768x25519: a key with a coefficient of 3329 or more is refused', () => {
  const client = method('mlkem768x25519-sha256').start()
  for (const at of [0, 3, 1149]) {
    const init = new Uint8Array(client.init)
    init[at] = 0xff
    init[at + 1] = (init[at + 1] as number) | 0x0f
    assert.throws(() => method('mlkem768x25519-sha256').respond(init), refused)
  }
})

test('V-A12 sntrup761x25519: a key that is not in canonical form is refused', () => {
  const client = method('sntrup761x25519-sha512').start()
  const init = new Uint8Array(client.init)
  init.fill(0xff, 1156, 1158)
  assert.throws(() => method('sntrup761x25519-sha512').respond(init), refused)
})

test('an altered KEM ciphertext gives the client another secret, not an error', () => {
  for (const name of ['mlkem768x25519-sha256', 'sntrup761x25519-sha512']) {
    const client = method(name).start()
    const { reply, secret } = method(name).respond(client.init)
    const altered = new Uint8Array(reply)
    altered[5] = (altered[5] as number) ^ 1
    const first = client.finish(altered)
    assert.equal(first.length, secret.length)
    assert.notDeepEqual(new Uint8Array(first), new Uint8Array(secret))
    assert.deepEqual(client.finish(altered), first, 'and always the same one')
  }
})

for (const [name, fieldBytes] of [
  ['ecdh-sha2-nistp256', 32],
  ['ecdh-sha2-nistp384', 48],
  ['ecdh-sha2-nistp521', 66],
] as const) {
  test(`V-A12 ${name}: points off the curve, at infinity, compressed or of hybrid form are refused`, () => {
    const { init } = method(name).start()
    const flipped = new Uint8Array(init)
    flipped[init.length - 1] = (flipped[init.length - 1] as number) ^ 1
    const form = (first: number, length: number) => {
      const point = new Uint8Array(init.subarray(0, length))
      point[0] = first
      return point
    }
    refusesBothWays(method(name), flipped, 'off the curve')
    refusesBothWays(method(name), Uint8Array.of(0), 'infinity')
    refusesBothWays(method(name), form(0, init.length), 'infinity with a point')
    refusesBothWays(method(name), form(2 + ((init[init.length - 1] as number) & 1), 1 + fieldBytes), 'compressed')
    refusesBothWays(method(name), form(6 + ((init[init.length - 1] as number) & 1), init.length), 'hybrid form')
    refusesBothWays(method(name), concatBytes(Uint8Array.of(4), new Uint8Array(2 * fieldBytes)), 'zero coordinates')
    refusesBothWays(
      method(name),
      concatBytes(Uint8Array.of(4), new Uint8Array(2 * fieldBytes).fill(0xff)),
      'beyond the field',
    )
  })
}

for (const [name, group] of [
  ['diffie-hellman-group14-sha256', 'modp14'],
  ['diffie-hellman-group16-sha512', 'modp16'],
  ['diffie-hellman-group18-sha512', 'modp18'],
] as const) {
  test(`V-A12 ${name}: 0, 1, p-1, p and anything above are refused`, () => {
    const prime = new Uint8Array(getDiffieHellman(group).getPrime())
    const withLast = (offset: number) => {
      const value = new Uint8Array(prime)
      value[value.length - 1] = (value[value.length - 1] as number) + offset
      return value
    }
    // the primes of RFC 3526 end in ff: p+1 carries, so p·256 stands for what is larger
    const larger = concatBytes(prime, Uint8Array.of(0))
    for (const value of [new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(1), withLast(-1), prime, larger]) {
      refusesBothWays(method(name), value, `${value.length} bytes`)
    }
    refusesBothWays(method(name), concatBytes(Uint8Array.of(0), prime), 'p behind a zero')
  })
}

test('no random bytes of the right length make a method throw anything but its own error', () => {
  for (const method of kexMethods.values()) {
    if (method.publicEncoding === 'mpint') continue
    const length = method.start().init.length
    for (let round = 0; round < 20; round++) {
      try {
        method.respond(randomBytes(length))
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, 'key-exchange-failed', method.name)
      }
    }
  }
})

function method(name: string): KexMethod {
  const found = kexMethods.get(name)
  assert.ok(found !== undefined)
  return found
}
