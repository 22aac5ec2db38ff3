import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { PASSWORD_MAX_BYTES, PasswordHasher, passwordProblem } from './password-hash.ts'

const hasher = new PasswordHasher((size) => new Uint8Array(randomBytes(size)))
const GOOD = 'correct horse battery staple'

test('a password is known again, another is not, and no two hashes of one are alike', async () => {
  const phc = await hasher.hash(GOOD)
  assert.match(phc, /^\$argon2id\$v=19\$m=65536,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await hasher.verify(GOOD, phc), true)
  assert.equal(await hasher.verify(`${GOOD} `, phc), false)
  assert.notEqual(await hasher.hash(GOOD), phc)
})

test('the reference implementation’s hash is read', async () => {
  // `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1`, from the README of phc-winner-argon2 with type id.
  const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await hasher.verify('password', phc), true)
})

test('V-B10 no hash, a damaged, foreign or costly one proves nobody, whatever is typed', async () => {
  const tag = 'A'.repeat(43)
  const hashes = [
    undefined,
    '',
    '!',
    '*',
    'x'.repeat(100),
    `$argon2i$v=19$m=65536,t=3,p=1$c29tZXNhbHQ$${tag}`,
    `$argon2id$v=16$m=65536,t=3,p=1$c29tZXNhbHQ$${tag}`,
    `$argon2id$v=19$m=9999999,t=3,p=1$c29tZXNhbHQ$${tag}`,
    `$argon2id$v=19$m=8,t=999,p=1$c29tZXNhbHQ$${tag}`,
    '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$',
    `$argon2id$v=19$m=8,t=1,p=0$c29tZXNhbHQ$${tag}`,
  ]
  for (const phc of hashes) {
    assert.equal(await hasher.verify('', phc), false, String(phc))
  }
  const phc = await hasher.hash(GOOD)
  for (const length of [0, 1, 72, 73, 256, 1024, 1025, 1_000_000])
    assert.equal(await hasher.verify('a'.repeat(length), phc), false, String(length))
  // The best of several: a machine may be busy once, but hashing takes its time every time.
  const times: number[] = []
  for (let tries = 0; tries < 5; tries++) {
    const begun = performance.now()
    assert.equal(await hasher.verify('a'.repeat(PASSWORD_MAX_BYTES + 1), phc), false)
    times.push(performance.now() - begun)
  }
  assert.ok(Math.min(...times) < 10, 'refused before it is hashed')
})

test('what can be set is long, bounded, and no name or row of one letter', () => {
  assert.equal(passwordProblem(GOOD, 'alice'), undefined)
  for (const bad of ['', 'short', 'a'.repeat(40), 'my name is alice here', 'é'.repeat(600)])
    assert.notEqual(passwordProblem(bad, 'alice'), undefined, bad)
})
