import assert from 'node:assert/strict'
import { test } from 'node:test'
import { algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { SshError } from '../errors.ts'
import type { KexInit } from '../messages/kex.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { SessionPair } from '../testing/session-pair.ts'
import { composeKexInit, guessIsRight, knownAlgorithms, negotiate } from './negotiation.ts'

const cookie = new Uint8Array(16)
const { modern, legacy } = algorithmProfiles

function client(change: Partial<KexInit> = {}): KexInit {
  return { ...composeKexInit('client', legacy, cookie, true), ...change }
}
function server(change: Partial<KexInit> = {}): KexInit {
  return { ...composeKexInit('server', legacy, cookie, true), ...change }
}

function refusal(run: () => unknown): { message: string; kind: unknown } {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof SshError && error.code === 'no-common-algorithm')
    return { message: error.message, kind: error.facts?.['kind'] }
  }
  return assert.fail('was negotiated')
}

test("the client's first choice that the server has wins, in each list", () => {
  const agreed = negotiate(
    client({ kex: ['unknown', 'curve25519-sha256', 'ecdh-sha2-nistp256'], macServerToClient: ['hmac-sha2-512'] }),
    server({
      kex: ['ecdh-sha2-nistp256', 'curve25519-sha256'],
      cipherClientToServer: ['aes128-ctr', 'aes128-gcm@openssh.com'],
      cipherServerToClient: ['aes128-ctr'],
    }),
  )
  assert.equal(agreed.kex, 'curve25519-sha256')
  assert.deepEqual(agreed.clientToServer, { cipher: 'aes128-gcm@openssh.com', mac: undefined, compression: 'none' })
  assert.deepEqual(agreed.serverToClient, { cipher: 'aes128-ctr', mac: 'hmac-sha2-512', compression: 'none' })
})

test('names that are no methods are never agreed on', () => {
  const echo = ['ext-info-c', 'kex-strict-c-v00@openssh.com']
  assert.equal(
    refusal(() => negotiate(client({ kex: echo }), server({ kex: echo }))).message,
    'no matching key exchange',
  )
})

test('V-A11 CTR with disjoint MAC lists is "no matching mac", never a cipher without one', () => {
  const ctr = { cipherClientToServer: ['aes256-ctr'], cipherServerToClient: ['aes256-ctr'] }
  for (const [ours, theirs] of [
    [['hmac-sha2-256'], ['hmac-sha2-512']],
    [[], ['hmac-sha2-512']],
    [['hmac-sha2-256'], []],
    [[], []],
    [['none'], ['none', 'hmac-sha2-256']],
  ] as const) {
    const run = () =>
      negotiate(client({ ...ctr, macClientToServer: ours }), server({ ...ctr, macClientToServer: theirs }))
    if (ours[0] === 'none') {
      // A peer's `none` cannot meet one of ours: our lists hold known names only.
      assert.deepEqual(knownAlgorithms({ ...modern, macClientToServer: ['none'] }).macClientToServer, [])
    } else {
      assert.deepEqual(refusal(run), { message: 'no matching mac client to server', kind: 'mac client to server' })
    }
  }
})

test('V-A11 an AEAD cipher with empty MAC lists works', () => {
  const none = { macClientToServer: [], macServerToClient: [] }
  const pair = new SessionPair({
    client: { algorithms: { ...modern, ...none } },
    server: { algorithms: { ...modern, ...none } },
  }).authenticated()
  assert.equal(pair.client.transport.algorithms?.clientToServer.mac, undefined)
})

test('V-A10 only the compression none is offered, and zlib before authentication never', () => {
  for (const profile of Object.values(algorithmProfiles)) {
    const known = knownAlgorithms({ ...profile, compressionClientToServer: ['zlib', 'zlib@openssh.com', 'none'] })
    assert.deepEqual(known.compressionClientToServer, ['none'])
    assert.deepEqual(known.compressionServerToClient, ['none'])
  }
})

for (const role of ['client', 'server'] as const) {
  test(`V-A10 ${role}: a peer that has nothing but zlib is refused`, () => {
    const pair = new RawPair({ role })
    pair.peer.automatic = false
    pair.identified()
    pair.pump()
    pair.peer.sendBytes(new Uint8Array(0))
    const zlib = ['zlib', 'zlib@openssh.com']
    assert.throws(() => pair.peer.sendKexInit({ compressionClientToServer: zlib, compressionServerToClient: zlib }))
    pair.deliver()
    assert.equal(pair.side.error?.code, 'no-common-algorithm')
  })

  test(`${role}: no common host key algorithm ends the connection, both lists kept for the operator`, () => {
    const pair = new SessionPair({ client: { algorithms: { ...modern, serverHostKey: ['rsa-sha2-512'] } } }).handshake()
    assert.equal(pair[role].error?.code, 'no-common-algorithm')
    const facts = pair[role].error?.facts
    assert.deepEqual(facts, { kind: 'host key', client: ['rsa-sha2-512'], server: ['ssh-ed25519'] })
  })
}

test('a guess is right when both sides begin their lists alike', () => {
  assert.ok(guessIsRight(client(), server()))
  assert.ok(!guessIsRight(client(), server({ kex: ['ecdh-sha2-nistp256'] })))
  assert.ok(!guessIsRight(client(), server({ serverHostKey: ['rsa-sha2-512'] })))
})
