import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { algorithmProfiles } from './algorithm-profiles.ts'
import { cipherOffer, cipherPreference } from './cipher-offer.ts'
import { hasHardwareAes } from './hardware-aes.ts'

const ours = algorithmProfiles.modern.cipherServerToClient
const gcm = ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com']
const stockOpenSsh = ['chacha20-poly1305@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr', ...gcm.toReversed()]

test('with hardware AES, a client that knows AES-GCM is offered nothing else', () => {
  assert.deepEqual(cipherOffer(ours, stockOpenSsh, true), gcm)
})

test('without hardware AES, every client is offered everything', () => {
  assert.deepEqual(cipherOffer(ours, stockOpenSsh, false), ours)
})

test('a client that knows no AES-GCM is offered everything', () => {
  assert.deepEqual(cipherOffer(ours, ['chacha20-poly1305@openssh.com'], true), ours)
  assert.deepEqual(cipherOffer(ours, [], true), ours)
})

test('no client loses its last common cipher', () => {
  const names = fc.subarray([...ours, 'aes128-cbc', '3des-cbc'])
  fc.assert(
    fc.property(names, names, fc.boolean(), (server, client, hardwareAes) => {
      const common = (offered: readonly string[]) => client.some((name) => offered.includes(name))
      assert.equal(common(cipherOffer(server, client, hardwareAes)), common(server))
    }),
  )
})

test('a client without hardware AES prefers chacha20-poly1305 and leaves nothing out', () => {
  const order = cipherPreference(ours, false)
  assert.equal(order[0], 'chacha20-poly1305@openssh.com')
  assert.deepEqual(order.toSorted(), ours.toSorted())
  assert.deepEqual(cipherPreference(ours, true), ours)
})

test('hardware AES is read from the processor flags alone', () => {
  const cases = [
    { name: 'x86 with', text: 'processor\t: 0\nflags\t\t: fpu pni aes avx\n', expected: true },
    { name: 'x86 without', text: 'flags\t\t: fpu pni avx vaes\n', expected: false },
    { name: 'ARM with', text: 'Features\t: fp asimd evtstrm aes pmull\n', expected: true },
    { name: 'ARM without', text: 'model name\t: aes\nFeatures\t: fp asimd\n', expected: false },
    { name: 'nothing known', text: '', expected: false },
  ]
  for (const { name, text, expected } of cases) assert.equal(hasHardwareAes(text), expected, name)
})
