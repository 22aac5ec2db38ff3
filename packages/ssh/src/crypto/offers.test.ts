/** What the profiles offer at all, held against what must never be offered. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { composeKexInit } from '../transport/negotiation.ts'
import { offeredAlgorithms } from '../transport/transport-options.ts'
import { algorithmProfiles } from './algorithm-profiles.ts'
import { ciphers } from './ciphers.ts'
import { kexMethods } from './kex-methods.ts'
import { macs } from './macs.ts'

/** Names of everything that one profile can say in a KEXINIT of the client. */
function namesOf(profile: keyof typeof algorithmProfiles): string[] {
  const lists = offeredAlgorithms(algorithmProfiles[profile], 'client', [])
  const {
    type: _,
    cookie: __,
    firstKexPacketFollows: ___,
    ...message
  } = composeKexInit('client', lists, new Uint8Array(16), true)
  return Object.values(message).flat()
}

suite('offers', () => {
  for (const profile of Object.keys(algorithmProfiles) as (keyof typeof algorithmProfiles)[]) {
    test(`V-A14 ${profile}: groups that a peer chooses are never offered`, () => {
      assert.deepEqual(
        namesOf(profile).filter((name) => name.includes('group-exchange')),
        [],
      )
    })

    test(`V-A24 ${profile}: no SHA-1, MD5, DSA, CBC, RC4, 3DES or small group is offered`, () => {
      const weak = /sha1\b|-sha1-|md5|dss|^ssh-rsa$|cbc|arcfour|3des|group1-|group14-sha1|umac-64|^none$/
      // `none` is the one compression there is.
      assert.deepEqual(
        namesOf(profile).filter((name) => weak.test(name) && name !== 'none'),
        [],
      )
    })

    test(`V-A10 ${profile}: compression is none and nothing else`, () => {
      const lists = offeredAlgorithms(algorithmProfiles[profile], 'client', [])
      const { compressionClientToServer, compressionServerToClient } = composeKexInit(
        'client',
        lists,
        new Uint8Array(16),
        true,
      )
      assert.deepEqual([compressionClientToServer, compressionServerToClient], [['none'], ['none']])
    })
  }

  test('V-A13 finite-field groups are offered by the legacy profile alone, and none under 2,048 bits exists', () => {
    for (const profile of ['modern', 'pq-only'] as const)
      assert.deepEqual(
        namesOf(profile).filter((name) => name.startsWith('diffie-hellman')),
        [],
        profile,
      )
    const groups = [...kexMethods.keys()].filter((name) => name.startsWith('diffie-hellman'))
    for (const name of groups) assert.match(name, /^diffie-hellman-group(?:14-sha256|16-sha512|18-sha512)$/)
  })

  test('V-A11 there is no cipher none and no MAC none', () => {
    assert.ok(!ciphers.has('none') && !macs.has('none'))
    for (const cipher of ciphers.values()) assert.ok(cipher.aead || /ctr/.test(cipher.name), cipher.name)
  })
})
