import assert from 'node:assert/strict'
import { test } from 'node:test'
import { algorithmProfiles } from './algorithm-profiles.ts'
import { ciphers } from './ciphers.ts'
import { kexMethods } from './kex-methods.ts'
import { macs } from './macs.ts'

for (const [profile, lists] of Object.entries(algorithmProfiles)) {
  test(`${profile}: every name is implemented, and none twice`, () => {
    const known = [
      [lists.kex, kexMethods],
      [lists.cipherClientToServer, ciphers],
      [lists.cipherServerToClient, ciphers],
      [lists.macClientToServer, macs],
      [lists.macServerToClient, macs],
    ] as const
    for (const [names, registry] of known) {
      assert.equal(new Set(names).size, names.length)
      for (const name of names) assert.equal(registry.get(name)?.name, name)
    }
  })

  test(`${profile}: holds no SHA-1, DSA, CBC, RC4, 1024-bit group or compression before authentication`, () => {
    for (const name of Object.values(lists).flat()) {
      assert.doesNotMatch(name, /sha1|cbc|arcfour|3des|md5|ssh-dss|^ssh-rsa$|group1-|^zlib$/, name)
    }
  })
}

test('pq-only holds post-quantum exchanges alone', () => {
  for (const name of algorithmProfiles['pq-only'].kex) assert.equal(kexMethods.get(name)?.postQuantum, true, name)
})

test('modular Diffie-Hellman and encrypt-and-MAC are in the legacy profile alone', () => {
  for (const profile of ['modern', 'pq-only'] as const) {
    const { kex, macClientToServer } = algorithmProfiles[profile]
    assert.ok(!kex.some((name) => name.startsWith('diffie-hellman-')), profile)
    assert.ok(
      macClientToServer.every((name) => macs.get(name)?.etm === true),
      profile,
    )
  }
})
