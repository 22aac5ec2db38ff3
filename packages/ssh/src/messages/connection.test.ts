import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ChannelRequestBody, channelRequests } from './channel-requests.ts'
import { type ChannelType, channelTypes } from './channel-types.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { channelOpen, channelRequest, globalRequest } from './connection.ts'
import { forwardedPort, type GlobalRequestBody, globalRequests, hostkeysProof } from './global-requests.ts'
import { decodeTerminalModes, encodeTerminalModes } from './terminal-modes.ts'

const hex = (value: string): Uint8Array => Uint8Array.fromHex(value.replaceAll(/\s/g, ''))
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

const types: ChannelType[] = [
  { kind: 'session' },
  { kind: 'direct-tcpip', host: 'db1', port: 22, originHost: '127.0.0.1', originPort: 65535 },
  { kind: 'forwarded-tcpip', host: '', port: 8080, originHost: '::1', originPort: 4 },
  { kind: 'direct-streamlocal@openssh.com', path: '/run/docker.sock' },
  { kind: 'forwarded-streamlocal@openssh.com', path: '/tmp/x' },
  { kind: 'x11', originHost: '::1', originPort: 1 },
  { kind: 'auth-agent@openssh.com' },
  { kind: 'tun@openssh.com', mode: 1, unit: 0x7fffffff },
  { kind: 'unknown', name: 'x@example.org', data: bytes('abc') },
]

const requests: ChannelRequestBody[] = [
  { kind: 'pty-req', term: 'xterm', columns: 80, rows: 24, widthPixels: 0, heightPixels: 0, modes: hex('00') },
  { kind: 'x11-req', singleConnection: true, authenticationProtocol: 'MIT-MAGIC-COOKIE-1', cookie: '00ff', screen: 0 },
  { kind: 'env', name: 'LANG', value: hex('c3 28') },
  { kind: 'shell' },
  { kind: 'exec', command: hex('00 ff') },
  { kind: 'subsystem', name: 'sftp' },
  { kind: 'window-change', columns: 1, rows: 2, widthPixels: 3, heightPixels: 4 },
  { kind: 'xon-xoff', clientCanDo: true },
  { kind: 'signal', name: 'INT' },
  { kind: 'exit-status', status: 0xffffffff },
  { kind: 'exit-signal', name: 'SEGV', coreDumped: true, message: bytes('✗'), languageTag: 'en' },
  { kind: 'break', lengthMs: 500 },
  { kind: 'eow@openssh.com' },
  { kind: 'auth-agent-req@openssh.com' },
  { kind: 'keepalive@openssh.com' },
  { kind: 'winadj@putty.projects.tartarus.org' },
  { kind: 'simple@putty.projects.tartarus.org' },
  { kind: 'unknown', name: 'x@example.org', data: bytes('abc') },
]

const globals: GlobalRequestBody[] = [
  { kind: 'tcpip-forward', address: '', port: 0 },
  { kind: 'cancel-tcpip-forward', address: 'localhost', port: 8080 },
  { kind: 'streamlocal-forward@openssh.com', path: '/x' },
  { kind: 'cancel-streamlocal-forward@openssh.com', path: '/x' },
  { kind: 'keepalive@openssh.com' },
  { kind: 'hostkeys-00@openssh.com', keys: [bytes('a'), bytes('b')] },
  { kind: 'hostkeys-prove-00@openssh.com', keys: [] },
  { kind: 'no-more-sessions@openssh.com' },
  { kind: 'unknown', name: 'x@example.org', data: bytes('abc') },
]

describe('connection messages', () => {
  test('every known name has an example here', () => {
    const kinds = (bodies: readonly { kind: string }[]) =>
      bodies
        .map(({ kind }) => kind)
        .filter((kind) => kind !== 'unknown')
        .sort()
    assert.deepEqual(kinds(types), Object.keys(channelTypes).sort())
    assert.deepEqual(kinds(requests), Object.keys(channelRequests).sort())
    assert.deepEqual(kinds(globals), Object.keys(globalRequests).sort())
  })

  for (const channel of types) {
    test(`channel-open ${channel.kind} comes back as it went`, () => {
      const message = {
        type: 'channel-open',
        channel,
        senderChannel: 1,
        initialWindowBytes: 2,
        maxPacketBytes: 3,
      } as const
      assert.deepEqual(decodeMessage(channelOpen, encodeMessage(channelOpen, message)), message)
    })
  }
  for (const request of requests) {
    test(`channel-request ${request.kind} comes back as it went`, () => {
      const message = { type: 'channel-request', recipientChannel: 5, wantReply: true, request } as const
      assert.deepEqual(decodeMessage(channelRequest, encodeMessage(channelRequest, message)), message)
    })
  }
  for (const request of globals) {
    test(`global-request ${request.kind} comes back as it went`, () => {
      const message = { type: 'global-request', wantReply: false, request } as const
      assert.deepEqual(decodeMessage(globalRequest, encodeMessage(globalRequest, message)), message)
    })
  }

  test('the layout of a direct-tcpip open is that of RFC 4254 §7.2', () => {
    const message = {
      type: 'channel-open',
      channel: { kind: 'direct-tcpip', host: 'db1', port: 22, originHost: '::1', originPort: 65535 },
      senderChannel: 2,
      initialWindowBytes: 0x200000,
      maxPacketBytes: 0x8000,
    } as const
    assert.deepEqual(
      encodeMessage(channelOpen, message),
      hex(`5a 0000000c 6469726563742d7463706970 00000002 00200000 00008000
           00000003 646231 00000016 00000003 3a3a31 0000ffff`),
    )
  })

  test('the layout of an exec request is that of RFC 4254 §6.5', () => {
    const message = {
      type: 'channel-request',
      recipientChannel: 3,
      wantReply: true,
      request: { kind: 'exec', command: bytes('id') },
    } as const
    assert.deepEqual(encodeMessage(channelRequest, message), hex('62 00000003 00000004 65786563 01 00000002 6964'))
  })

  test('V-A16 one byte behind a message is an error, except where the format is open', () => {
    for (const channel of types) {
      if (channel.kind === 'unknown') continue
      const message = {
        type: 'channel-open',
        channel,
        senderChannel: 1,
        initialWindowBytes: 2,
        maxPacketBytes: 3,
      } as const
      assert.throws(() => decodeMessage(channelOpen, Uint8Array.of(...encodeMessage(channelOpen, message), 0)), {
        name: 'DecodeError',
      })
    }
    for (const request of requests) {
      if (request.kind === 'unknown') continue
      const message = { type: 'channel-request', recipientChannel: 5, wantReply: true, request } as const
      assert.throws(() => decodeMessage(channelRequest, Uint8Array.of(...encodeMessage(channelRequest, message), 0)), {
        name: 'DecodeError',
      })
    }
    const probe = { type: 'global-request', wantReply: true, request: { kind: 'keepalive@openssh.com' } } as const
    assert.deepEqual(decodeMessage(globalRequest, Uint8Array.of(...encodeMessage(globalRequest, probe), 0)), probe)
  })

  test('names are printable, not empty of meaning, and at most 64 bytes', () => {
    for (const name of ['a b', 'a\n', 'é', 'x'.repeat(65)]) {
      const message = {
        type: 'global-request',
        wantReply: true,
        request: { kind: 'unknown', name, data: bytes('') },
      } as const
      assert.throws(() => decodeMessage(globalRequest, encodeMessage(globalRequest, message)), { name: 'DecodeError' })
    }
    const proto = {
      type: 'global-request',
      wantReply: true,
      request: { kind: 'unknown', name: 'constructor', data: bytes('') },
    } as const
    assert.deepEqual(decodeMessage(globalRequest, encodeMessage(globalRequest, proto)), proto)
  })

  test('more than 64 host keys are an error', () => {
    const keys = Array.from({ length: 65 }, () => bytes('k'))
    const message = {
      type: 'global-request',
      wantReply: false,
      request: { kind: 'hostkeys-00@openssh.com', keys },
    } as const
    assert.throws(() => decodeMessage(globalRequest, encodeMessage(globalRequest, message)), { name: 'DecodeError' })
  })

  test('replies with data: the chosen port and the proofs', () => {
    assert.equal(forwardedPort.decode(forwardedPort.encode(4022)), 4022)
    for (const wrong of ['', '00000000', '00010000', '0000001600']) {
      assert.throws(() => forwardedPort.decode(hex(wrong)), { name: 'DecodeError' })
    }
    assert.deepEqual(hostkeysProof.decode(hostkeysProof.encode([bytes('a'), bytes('bc')])), [bytes('a'), bytes('bc')])
    assert.throws(() => hostkeysProof.decode(hex('00000005 61')), { name: 'DecodeError' })
  })

  test('terminal modes end at 0, at an undefined opcode or at the end', () => {
    const modes = [
      { opcode: 1, value: 3 },
      { opcode: 128, value: 38400 },
    ]
    assert.deepEqual(encodeTerminalModes(modes), hex('01 00000003 80 00009600 00'))
    assert.deepEqual(decodeTerminalModes(hex('01 00000003 80 00009600')), modes)
    assert.deepEqual(decodeTerminalModes(hex('01 00000003 80 00009600 a0 ff')), modes)
    assert.throws(() => decodeTerminalModes(hex('01 0000')), { name: 'DecodeError' })
    assert.throws(() => decodeTerminalModes(new Uint8Array(5 * 321).fill(1)), { name: 'DecodeError' })
  })
})
