import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter, utf8Bytes } from '@sallyport/wire'
import { encodeMessage } from '../messages/codec.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { extInfo, MAX_EXTENSIONS } from '../messages/transport.ts'
import { RawPair } from '../testing/raw-pair.ts'
import { SessionPair } from '../testing/session-pair.ts'
import { EXTENSION, serverSignatureAlgorithms } from './extensions.ts'
import type { Role } from './legal-messages.ts'

const roles: readonly Role[] = ['client', 'server']

function extension(name: string, value = '0'): Uint8Array {
  return encodeMessage(extInfo, { type: 'ext-info', extensions: new Map([[name, utf8Bytes(value)]]) })
}

test('both sides announce their extensions right behind the first NEWKEYS', () => {
  const heard: Role[] = []
  const pair = new SessionPair({
    clientHandler: { extensions: () => heard.push('client') },
    serverHandler: { extensions: () => heard.push('server') },
  }).authenticated()
  assert.deepEqual(
    [...pair.client.transport.peerExtensions.keys()],
    [EXTENSION.serverSigAlgs, EXTENSION.publickeyHostbound, EXTENSION.ping],
  )
  assert.deepEqual([...pair.server.transport.peerExtensions.keys()], [EXTENSION.extInfoInAuth])
  assert.deepEqual(heard.sort(), ['client', 'server'])
  const algorithms = serverSignatureAlgorithms(pair.client.transport.peerExtensions)
  assert.ok(algorithms?.includes('rsa-sha2-512') && !algorithms.includes('ssh-rsa'))
  pair.client.transport.rekey()
  pair.pump()
  assert.equal(heard.length, 2)
})

for (const role of roles) {
  test(`${role}: EXT_INFO is the first packet behind our NEWKEYS, and only for a peer that asked`, () => {
    const asked = new RawPair({ role }).encrypted()
    const numbers = asked.peer.received.map((payload) => payload[0])
    assert.equal(numbers[numbers.indexOf(SSH_MSG.newkeys) + 1], SSH_MSG['ext-info'])
    const silent = new RawPair({ role, peer: { markers: false } }).encrypted()
    assert.equal(silent.side.error, undefined)
    assert.ok(!silent.peer.received.some((payload) => payload[0] === SSH_MSG['ext-info']))
  })

  test(`V-A17 ${role}: a third EXT_INFO ends the connection`, () => {
    const pair = new RawPair({ role }).encrypted()
    pair.peer.send(extension('a@example.com'))
    pair.peer.send(extension('a@example.com', 'again'))
    pair.deliver()
    assert.equal(pair.side.error, undefined)
    assert.deepEqual([...pair.side.transport.peerExtensions], [['a@example.com', utf8Bytes('again')]])
    pair.peer.send(extension('b@example.com'))
    pair.deliver()
    assert.notEqual(pair.side.error, undefined)
    assert.equal(pair.side.transport.peerExtensions.size, 1)
  })

  test(`V-A17 ${role}: EXT_INFO that declares 2^20 entries, or holds too many, ends the connection`, () => {
    for (const [declared, written] of [
      [2 ** 20, 0],
      [2 ** 20, 1000],
      [0xffff_ffff, 10],
      [MAX_EXTENSIONS + 1, MAX_EXTENSIONS + 1],
      [2, 1],
      [1, 2],
    ] as const) {
      const writer = new ByteWriter().u8(SSH_MSG['ext-info']).u32(declared)
      for (let i = 0; i < written; i++) writer.string(`e${i}`).string('')
      const pair = new RawPair({ role }).encrypted()
      pair.peer.send(writer.finish())
      pair.deliver()
      assert.equal(pair.side.error?.code, 'protocol-error', `${declared} declared, ${written} written`)
      assert.equal(pair.side.transport.peerExtensions.size, 0)
    }
  })

  test(`V-A17 ${role}: EXT_INFO in the middle of a session ends the connection`, () => {
    const pair = new RawPair({ role }).encrypted()
    const name = 'ssh-userauth'
    const number = SSH_MSG[role === 'server' ? 'service-request' : 'service-accept']
    pair.peer.send(new ByteWriter().u8(number).string(name).finish())
    pair.deliver()
    pair.side.transport.authenticated()
    pair.peer.send(extension('late@example.com'))
    pair.deliver()
    assert.equal(pair.side.error?.code, 'message-out-of-state')
    assert.equal(pair.side.transport.peerExtensions.size, 0)
  })
}

test('a server tells more during authentication to a client that takes it, and to no other', () => {
  const more = new Map([[EXTENSION.serverSigAlgs, utf8Bytes('rsa-sha2-512')]])
  const pair = new SessionPair().handshake()
  assert.equal(pair.server.transport.sendExtensions(more), true)
  assert.equal(pair.client.transport.sendExtensions(more), false)
  pair.pump()
  assert.deepEqual(serverSignatureAlgorithms(pair.client.transport.peerExtensions), ['rsa-sha2-512'])
  assert.ok(pair.client.transport.peerExtensions.has(EXTENSION.ping))
  pair.server.transport.authenticated()
  assert.equal(pair.server.transport.sendExtensions(more), false)

  const plain = new SessionPair({ client: { extensions: new Map() } }).handshake()
  assert.equal(plain.server.transport.sendExtensions(more), false)
})

test('a ping goes only to a peer that announced it, and its data comes back', () => {
  const pair = new SessionPair().authenticated()
  assert.equal(pair.client.transport.ping(utf8Bytes('hello')), true)
  assert.equal(pair.server.transport.ping(utf8Bytes('hello')), false)
  pair.pump()
  assert.deepEqual(pair.client.pongs, [utf8Bytes('hello')])
})
