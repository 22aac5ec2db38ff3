import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SshError } from '../errors.ts'
import type { ChannelType } from '../messages/channel-types.ts'
import { encodeMessage } from '../messages/codec.ts'
import {
  channelClose,
  channelData,
  channelEof,
  channelExtendedData,
  channelFailure,
  channelOpen,
  channelOpenConfirmation,
  channelOpenFailure,
  channelRequest,
  channelSuccess,
  channelWindowAdjust,
  globalRequest,
  OPEN_FAILURE,
  requestFailure,
  requestSuccess,
} from '../messages/connection.ts'
import { ChannelRecorder, ConnectionPair, ConnectionSide } from '../testing/connection-pair.ts'

const bytes = (count: number, fill = 7): Uint8Array => new Uint8Array(count).fill(fill)
const code = (expected: string) => (error: unknown) => error instanceof SshError && error.code === expected

function sessionOpen(
  over: Partial<{
    channel: ChannelType
    senderChannel: number
    initialWindowBytes: number
    maxPacketBytes: number
  }> = {},
): Uint8Array {
  return encodeMessage(channelOpen, {
    type: 'channel-open',
    channel: { kind: 'session' },
    senderChannel: 40,
    initialWindowBytes: 1000,
    maxPacketBytes: 32768,
    ...over,
  })
}

/** A server with one accepted channel, number 0 here and 40 at the peer. */
function serverWithChannel(over: Parameters<typeof sessionOpen>[0] = {}) {
  const side = new ConnectionSide({ role: 'server', windowBytes: 1000, maxPacketBytes: 500 })
  const recorder = new ChannelRecorder()
  side.onOpen = (open) => {
    recorder.channel = open.accept(recorder)
  }
  side.connection.receive(sessionOpen(over))
  side.outbox = []
  const channel = recorder.channel
  assert.ok(channel !== undefined)
  return { side, recorder, channel }
}

function data(count: number, recipientChannel = 0): Uint8Array {
  return encodeMessage(channelData, { type: 'channel-data', recipientChannel, data: bytes(count) })
}

describe('opening channels', () => {
  test('an open that is accepted later carries bytes both ways', () => {
    const pair = new ConnectionPair()
    const near = new ChannelRecorder()
    near.channel = pair.client.connection.open({ kind: 'session' }, near)
    assert.equal(near.channel.phase, 'opening')
    assert.equal(near.channel.write(bytes(10)), 0)
    pair.pump()
    assert.equal(pair.server.opens.length, 1)
    const far = new ChannelRecorder()
    far.channel = pair.server.opens[0]?.accept(far)
    pair.pump()
    assert.deepEqual(near.events, ['opened'])
    assert.equal(near.channel.write(bytes(10)), 10)
    assert.equal(far.channel?.write(bytes(20, 1)), 20)
    pair.pump()
    assert.deepEqual(far.received, bytes(10))
    assert.deepEqual(near.received, bytes(20, 1))
  })

  test('an open that is rejected tells reason and text, and its number is free again', () => {
    const pair = new ConnectionPair()
    const near = new ChannelRecorder()
    pair.server.onOpen = (open) => open.reject(OPEN_FAILURE.administrativelyProhibited, 'denied: no grant for db1 ✗')
    pair.client.connection.open({ kind: 'direct-tcpip', host: 'db1', port: 22, originHost: '::1', originPort: 1 }, near)
    pair.pump()
    assert.deepEqual(near.events, ['refused 1 denied: no grant for db1 ✗'])
    assert.equal(pair.client.connection.channelCount, 0)
    assert.equal(pair.server.connection.channelCount, 0)
  })

  test('a decision is made once', () => {
    const pair = new ConnectionPair()
    pair.client.connection.open({ kind: 'session' }, new ChannelRecorder())
    pair.pump()
    const open = pair.server.opens[0]
    open?.accept(new ChannelRecorder())
    assert.throws(() => open?.accept(new ChannelRecorder()), /decided/)
    assert.throws(() => open?.reject(1, ''), /decided/)
  })

  test('an open whose connection ends meanwhile is aborted: reject does nothing, accept throws', () => {
    const pair = new ConnectionPair()
    pair.client.connection.open({ kind: 'session' }, new ChannelRecorder())
    pair.pump()
    const open = pair.server.opens[0]
    assert.equal(open?.signal.aborted, false)
    pair.server.connection.lost(new SshError('connection-lost', 'gone'))
    assert.equal(open?.signal.aborted, true)
    open?.reject(1, 'late')
    assert.deepEqual(pair.server.outbox, [])
    assert.throws(() => open?.accept(new ChannelRecorder()), code('connection-lost'))
  })

  test('a channel closed before the answer is closed as soon as it is confirmed', () => {
    const pair = new ConnectionPair()
    const near = new ChannelRecorder()
    pair.client.connection.open({ kind: 'session' }, near).close()
    const far = new ChannelRecorder()
    pair.server.onOpen = (open) => {
      far.channel = open.accept(far)
    }
    pair.pump()
    assert.deepEqual(near.events, ['closed'])
    assert.deepEqual(far.events, ['closed'])
    assert.equal(pair.client.connection.channelCount, 0)
  })

  test('a channel closed before a refusal just ends', () => {
    const pair = new ConnectionPair()
    const near = new ChannelRecorder()
    pair.client.connection.open({ kind: 'session' }, near).close()
    pair.server.onOpen = (open) => open.reject(2, 'no')
    pair.pump()
    assert.deepEqual(near.events, ['closed'])
    assert.equal(pair.client.connection.channelCount, 0)
  })

  test('unknown channel types are refused with reason 3', () => {
    const side = new ConnectionSide({ role: 'server' })
    side.connection.receive(sessionOpen({ channel: { kind: 'unknown', name: 'vpn@example.org', data: bytes(3) } }))
    assert.equal(side.take(channelOpenFailure).reason, OPEN_FAILURE.unknownChannelType)
    assert.equal(side.opens.length, 0)
    assert.equal(side.refusedOpens.length, 1)
  })

  test('after no-more-sessions a session is refused and a forwarding is not', () => {
    const pair = new ConnectionPair()
    const replies: unknown[] = []
    pair.client.connection.globalRequest({ kind: 'no-more-sessions@openssh.com' }, (reply) => replies.push(reply))
    const near = new ChannelRecorder()
    pair.client.connection.open({ kind: 'session' }, near)
    pair.client.connection.open(
      { kind: 'direct-tcpip', host: 'h', port: 1, originHost: '', originPort: 0 },
      new ChannelRecorder(),
    )
    pair.pump()
    assert.deepEqual(replies, [new Uint8Array(0)])
    assert.deepEqual(near.events, ['refused 1 no more sessions'])
    assert.equal(pair.server.opens.length, 1)
  })

  test('one byte behind a known channel type is an error', () => {
    const side = new ConnectionSide({ role: 'server' })
    assert.throws(() => side.connection.receive(Uint8Array.of(...sessionOpen(), 0)), { name: 'DecodeError' })
  })

  test('our own channels are limited too', () => {
    const { connection } = new ConnectionSide({ role: 'client', maxChannels: 2 })
    connection.open({ kind: 'session' }, new ChannelRecorder())
    connection.open({ kind: 'session' }, new ChannelRecorder())
    assert.throws(() => connection.open({ kind: 'session' }, new ChannelRecorder()), code('too-many-channels'))
  })
})

describe('data and windows', () => {
  test('write takes what window and packet size allow and goes on when the window grows', () => {
    const { side, recorder, channel } = serverWithChannel({ initialWindowBytes: 700, maxPacketBytes: 300 })
    assert.equal(channel.write(bytes(1000)), 700)
    assert.deepEqual(
      side.outbox.map((payload) => payload.length - 9),
      [300, 300, 100],
    )
    assert.deepEqual(recorder.events, [])
    side.connection.receive(
      encodeMessage(channelWindowAdjust, { type: 'channel-window-adjust', recipientChannel: 0, bytesToAdd: 50 }),
    )
    assert.deepEqual(recorder.events, ['writable'])
    assert.equal(channel.write(bytes(300)), 50)
    assert.equal(channel.bytesSent, 750)
  })

  test('a write that was taken whole is not followed by writable', () => {
    const { side, recorder, channel } = serverWithChannel()
    channel.write(bytes(100))
    side.connection.receive(
      encodeMessage(channelWindowAdjust, { type: 'channel-window-adjust', recipientChannel: 0, bytesToAdd: 50 }),
    )
    assert.deepEqual(recorder.events, [])
  })

  test('nothing is written while output is held back, and resume lets the oldest go on first', () => {
    const pair = new ConnectionPair()
    const [a, b] = [pair.open(), pair.open()]
    pair.client.canSendData = false
    assert.equal(a.nearChannel.write(bytes(10)), 0)
    assert.equal(b.nearChannel.write(bytes(10)), 0)
    const order: string[] = []
    a.near.onWritable = () => {
      order.push('a')
      // The first one fills the output: the second must wait for the next resume, and is first then.
      pair.client.canSendData = false
      a.nearChannel.write(bytes(10))
    }
    b.near.onWritable = () => order.push('b')
    pair.client.canSendData = true
    pair.client.connection.resume()
    assert.deepEqual(order, ['a'])
    pair.client.canSendData = true
    pair.client.connection.resume()
    assert.deepEqual(order, ['a', 'b', 'a'])
  })

  test('extended data arrives with its type and counts against the same window', () => {
    const pair = new ConnectionPair()
    const { near, farChannel, nearChannel } = pair.open()
    assert.equal(farChannel.write(bytes(5, 1), 1), 5)
    pair.pump()
    assert.deepEqual(near.errorChunks, [bytes(5, 1)])
    assert.equal(nearChannel.bytesReceived, 5)
  })

  test('credit returns in steps of half a window, and only for what was consumed', () => {
    const { side, recorder, channel } = serverWithChannel()
    recorder.consumes = false
    side.connection.receive(data(500))
    side.connection.receive(data(500))
    channel.consumed(499)
    assert.deepEqual(side.outbox, [])
    channel.consumed(1)
    assert.equal(side.take(channelWindowAdjust).bytesToAdd, 500)
    assert.equal(channel.bytesHeld, 500)
    assert.throws(() => channel.consumed(501), RangeError)
  })

  test('no credit is sent after the peer has ended its data', () => {
    const { side, recorder, channel } = serverWithChannel()
    recorder.consumes = false
    side.connection.receive(data(500))
    side.connection.receive(encodeMessage(channelEof, { type: 'channel-eof', recipientChannel: 0 }))
    channel.consumed(500)
    assert.deepEqual(side.outbox, [])
  })

  test('data with a length that is not that of the message is an error', () => {
    const { side } = serverWithChannel()
    const wrong = data(10)
    wrong[8] = 9
    assert.throws(() => side.connection.receive(wrong), code('protocol-error'))
    assert.throws(() => side.connection.receive(data(10).subarray(0, 8)), code('protocol-error'))
    assert.throws(() => side.connection.receive(Uint8Array.of(95, 0, 0, 0, 0)), code('protocol-error'))
  })

  test('the hand-made data message is what its codec makes', () => {
    const { side, channel } = serverWithChannel()
    channel.write(bytes(30))
    channel.write(bytes(40), 1)
    assert.deepEqual(side.take(channelData), { type: 'channel-data', recipientChannel: 40, data: bytes(30) })
    assert.deepEqual(side.take(channelExtendedData), {
      type: 'channel-extended-data',
      recipientChannel: 40,
      dataType: 1,
      data: bytes(40),
    })
  })
})

describe('end of a channel', () => {
  test('EOF ends one direction only', () => {
    const pair = new ConnectionPair()
    const { near, far, nearChannel, farChannel } = pair.open()
    nearChannel.sendEof()
    nearChannel.sendEof()
    assert.equal(nearChannel.write(bytes(1)), 0)
    pair.pump()
    assert.deepEqual(far.events, ['eof'])
    assert.equal(farChannel.write(bytes(9)), 9)
    pair.pump()
    assert.equal(near.bytesReceived, 9)
    farChannel.sendEof()
    farChannel.close()
    assert.deepEqual(pair.server.sent, ['channel-eof', 'channel-close'])
    pair.pump()
    assert.deepEqual(near.events, ['opened', 'eof', 'closed'])
    assert.deepEqual(far.events, ['eof', 'closed'])
    assert.equal(pair.client.connection.channelCount + pair.server.connection.channelCount, 0)
  })

  test('a CLOSE is answered at once, with one CLOSE', () => {
    const { side, recorder, channel } = serverWithChannel()
    side.connection.receive(encodeMessage(channelClose, { type: 'channel-close', recipientChannel: 0 }))
    assert.deepEqual(side.sent, ['channel-close'])
    assert.equal(channel.phase, 'closed')
    channel.close()
    channel.consumed(0)
    assert.deepEqual(side.sent, ['channel-close'])
    assert.deepEqual(recorder.events, ['closed'])
  })

  test('what arrives between our CLOSE and the answer is dropped, its number stays taken', () => {
    const { side, recorder, channel } = serverWithChannel()
    channel.close()
    assert.deepEqual(side.sent, ['channel-close'])
    side.connection.receive(data(100))
    side.connection.receive(
      encodeMessage(channelRequest, {
        type: 'channel-request',
        recipientChannel: 0,
        wantReply: true,
        request: { kind: 'shell' },
      }),
    )
    side.connection.receive(encodeMessage(channelEof, { type: 'channel-eof', recipientChannel: 0 }))
    assert.deepEqual(recorder.events, [])
    assert.equal(recorder.chunks.length, 0)
    assert.deepEqual(side.sent, ['channel-close'])
    assert.equal(side.connection.channelCount, 1)
    side.connection.receive(encodeMessage(channelClose, { type: 'channel-close', recipientChannel: 0 }))
    assert.deepEqual(side.sent, ['channel-close'])
    assert.deepEqual(recorder.events, ['closed'])
    assert.equal(side.connection.channelCount, 0)
  })

  test('both sides closing at once is one CLOSE each', () => {
    const pair = new ConnectionPair()
    const { near, far, nearChannel, farChannel } = pair.open()
    nearChannel.close()
    farChannel.close()
    pair.pump()
    assert.deepEqual([near.events, far.events], [['opened', 'closed'], ['closed']])
  })

  test('numbers are used again, lowest first', () => {
    const pair = new ConnectionPair()
    const [a, b, c] = [pair.open(), pair.open(), pair.open()]
    assert.deepEqual(
      [a, b, c].map((opened) => opened.nearChannel.localId),
      [0, 1, 2],
    )
    b.nearChannel.close()
    a.nearChannel.close()
    pair.pump()
    assert.equal(pair.open().nearChannel.localId, 0)
    assert.equal(pair.open().nearChannel.localId, 1)
  })

  test('the end of the connection is told to every channel and every waiting request, once', () => {
    const pair = new ConnectionPair()
    const { near, nearChannel } = pair.open()
    const replies: unknown[] = []
    nearChannel.request({ kind: 'shell' }, (succeeded) => replies.push(succeeded))
    pair.client.connection.globalRequest({ kind: 'keepalive@openssh.com' }, (reply) => replies.push(reply))
    const cause = new SshError('connection-lost', 'gone')
    pair.client.connection.lost(cause)
    pair.client.connection.lost(cause)
    assert.deepEqual(replies, [false, undefined])
    assert.deepEqual(near.events, ['opened', 'closed'])
    assert.equal(near.cause, cause)
    assert.equal(nearChannel.write(bytes(1)), 0)
    assert.equal(pair.client.connection.receive(data(1)), true)
    assert.throws(() => pair.client.connection.open({ kind: 'session' }, near), code('connection-lost'))
    assert.throws(
      () => pair.client.connection.globalRequest({ kind: 'keepalive@openssh.com' }),
      code('connection-lost'),
    )
  })
})

describe('requests', () => {
  test('replies leave in the order of the requests, whatever the order of the answers', () => {
    const pair = new ConnectionPair()
    const replies: unknown[] = []
    pair.server.onRequest = (request) => request.defer()
    for (let port = 1; port <= 3; port++) {
      pair.client.connection.globalRequest({ kind: 'tcpip-forward', address: '', port }, (reply) =>
        replies.push([port, reply?.[0]]),
      )
    }
    pair.pump()
    pair.server.requests[2]?.succeed(bytes(1, 3))
    pair.server.requests[0]?.succeed(bytes(1, 1))
    pair.server.requests[0]?.fail()
    pair.pump()
    assert.deepEqual(replies, [[1, 1]])
    pair.server.requests[1]?.fail()
    pair.pump()
    assert.deepEqual(replies, [
      [1, 1],
      [2, undefined],
      [3, 3],
    ])
  })

  test('every request that wants a reply gets exactly one: unknown, unhandled and unanswered ones fail', () => {
    for (const role of ['client', 'server'] as const) {
      const side = new ConnectionSide({ role })
      for (const name of ['keepalive@openssh.com', 'what@example.org', 'tcpip-forward']) {
        const request =
          name === 'tcpip-forward'
            ? ({ kind: 'tcpip-forward', address: '', port: 0 } as const)
            : ({ kind: 'unknown', name, data: bytes(2) } as const)
        side.connection.receive(encodeMessage(globalRequest, { type: 'global-request', wantReply: true, request }))
        side.connection.receive(encodeMessage(globalRequest, { type: 'global-request', wantReply: false, request }))
      }
      assert.deepEqual(side.sent, ['request-failure', 'request-failure', 'request-failure'])
    }
  })

  test('channel requests: success, failure by default, and silence when no reply is wanted', () => {
    const { side, recorder } = serverWithChannel()
    recorder.onRequest = ({ request, succeed }) => {
      if (request.kind === 'shell') succeed()
    }
    const ask = (wantReply: boolean, request: Parameters<typeof channelRequest.encode>[1]['request']) =>
      side.connection.receive(
        encodeMessage(channelRequest, { type: 'channel-request', recipientChannel: 0, wantReply, request }),
      )
    ask(true, { kind: 'shell' })
    ask(false, { kind: 'shell' })
    ask(true, { kind: 'winadj@putty.projects.tartarus.org' })
    ask(true, { kind: 'unknown', name: 'x@y', data: bytes(4) })
    assert.deepEqual(side.sent, ['channel-success', 'channel-failure', 'channel-failure'])
    assert.equal(side.take(channelSuccess).recipientChannel, 40)
    assert.equal(side.take(channelFailure).recipientChannel, 40)
  })

  test('a deferred channel request may be answered after others came, and not after the channel closed', () => {
    const { side, recorder, channel } = serverWithChannel()
    recorder.onRequest = (request) => request.defer()
    const shell = encodeMessage(channelRequest, {
      type: 'channel-request',
      recipientChannel: 0,
      wantReply: true,
      request: { kind: 'shell' },
    })
    side.connection.receive(shell)
    side.connection.receive(shell)
    recorder.requests[1]?.fail()
    assert.deepEqual(side.sent, [])
    recorder.requests[0]?.succeed()
    assert.deepEqual(side.sent, ['channel-success', 'channel-failure'])
    side.connection.receive(shell)
    channel.close()
    side.outbox = []
    recorder.requests[2]?.succeed()
    assert.deepEqual(side.sent, [])
  })

  test('too many unanswered requests end the connection, ours are refused', () => {
    const { side, recorder, channel } = serverWithChannel()
    recorder.onRequest = (request) => request.defer()
    const shell = encodeMessage(channelRequest, {
      type: 'channel-request',
      recipientChannel: 0,
      wantReply: true,
      request: { kind: 'shell' },
    })
    for (let i = 0; i < 256; i++) side.connection.receive(shell)
    assert.throws(() => side.connection.receive(shell), code('queue-full'))
    for (let i = 0; i < 256; i++) channel.request({ kind: 'shell' }, () => undefined)
    assert.throws(() => channel.request({ kind: 'shell' }, () => undefined), code('queue-full'))
    for (let i = 0; i < 1024; i++) side.connection.globalRequest({ kind: 'keepalive@openssh.com' }, () => undefined)
    assert.throws(
      () => side.connection.globalRequest({ kind: 'keepalive@openssh.com' }, () => undefined),
      code('queue-full'),
    )
  })

  test('numbers RFC 4254 does not define are not ours', () => {
    const side = new ConnectionSide({ role: 'server' })
    for (const number of [0, 79, 83, 89, 101, 127, 192]) {
      assert.equal(side.connection.receive(Uint8Array.of(number, 0, 0, 0, 0)), false)
    }
    assert.equal(side.connection.receive(new Uint8Array(0)), false)
  })
})

// The rows of docs/threats that concern channels; ids as there.
describe('past holes', () => {
  test('V-D01 window arithmetic: adjusts past 2^32-1, data beyond window or packet size', () => {
    const adjust = (bytesToAdd: number) =>
      encodeMessage(channelWindowAdjust, { type: 'channel-window-adjust', recipientChannel: 0, bytesToAdd })
    const first = serverWithChannel({ initialWindowBytes: 0xffff_ffff })
    first.side.connection.receive(adjust(0))
    assert.throws(() => first.side.connection.receive(adjust(1)), code('window-exceeded'))
    const second = serverWithChannel({ initialWindowBytes: 5 })
    second.side.connection.receive(adjust(0xffff_fff0))
    assert.equal(second.channel.windowBytes, 0xffff_fff5)
    assert.throws(() => second.side.connection.receive(adjust(0xffff_ffff)), code('window-exceeded'))

    const third = serverWithChannel()
    third.recorder.consumes = false
    assert.throws(() => third.side.connection.receive(data(501)), code('window-exceeded'))
    const fourth = serverWithChannel()
    fourth.recorder.consumes = false
    fourth.side.connection.receive(data(500))
    fourth.side.connection.receive(data(499))
    assert.throws(() => fourth.side.connection.receive(data(2)), code('window-exceeded'))
    assert.equal(fourth.recorder.bytesReceived, 999)
  })

  test('V-D02 maximum packet size 0 and 1 are refused, 2^32-1 is clamped', () => {
    for (const maxPacketBytes of [0, 1, 255]) {
      const side = new ConnectionSide({ role: 'server' })
      side.connection.receive(sessionOpen({ maxPacketBytes }))
      assert.equal(side.take(channelOpenFailure).reason, OPEN_FAILURE.resourceShortage)
      assert.equal(side.opens.length, 0)

      const client = new ConnectionSide({ role: 'client' })
      client.connection.open({ kind: 'session' }, new ChannelRecorder())
      const confirmation = encodeMessage(channelOpenConfirmation, {
        type: 'channel-open-confirmation',
        recipientChannel: 0,
        senderChannel: 3,
        initialWindowBytes: 100,
        maxPacketBytes,
      })
      assert.throws(() => client.connection.receive(confirmation), code('channel-protocol'))
    }
    const { side, channel } = serverWithChannel({ maxPacketBytes: 0xffff_ffff, initialWindowBytes: 0xffff_ffff })
    assert.equal(channel.write(bytes(1_000_000)), 1_000_000)
    assert.ok(side.outbox.every((payload) => payload.length <= 128 * 1024 + 9))
  })

  test('V-D03 rejected and undecided opens: capped at the open, nothing left behind', () => {
    const side = new ConnectionSide({ role: 'server', maxChannels: 10 })
    for (let i = 0; i < 100_000; i++) {
      side.connection.receive(sessionOpen({ senderChannel: i }))
      side.outbox.length = 0
    }
    assert.equal(side.opens.length, 10)
    assert.equal(side.connection.channelCount, 10)
    assert.equal(side.connection.counters.opensRefused, 99_990)
    for (const open of side.opens) open.reject(1, 'no')
    assert.equal(side.connection.channelCount, 0)

    const rejecting = new ConnectionSide({ role: 'server', maxChannels: 10 })
    rejecting.onOpen = (open) => open.reject(OPEN_FAILURE.administrativelyProhibited, 'no')
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 100_000; i++) {
      rejecting.connection.receive(sessionOpen({ senderChannel: i }))
      rejecting.outbox.length = 0
      rejecting.opens.length = 0
    }
    assert.equal(rejecting.connection.channelCount, 0)
    globalThis.gc?.()
    assert.ok(process.memoryUsage().heapUsed - before < 50_000_000)
  })

  test('V-D05 unsolicited replies are dropped and counted', () => {
    const { side, recorder, channel } = serverWithChannel()
    for (let i = 0; i < 100_000; i++) {
      side.connection.receive(encodeMessage(requestSuccess, { type: 'request-success', data: bytes(4) }))
      side.connection.receive(encodeMessage(requestFailure, { type: 'request-failure' }))
      side.connection.receive(encodeMessage(channelSuccess, { type: 'channel-success', recipientChannel: 0 }))
      side.connection.receive(encodeMessage(channelFailure, { type: 'channel-failure', recipientChannel: 0 }))
    }
    assert.equal(side.connection.counters.unsolicitedReplies, 400_000)
    assert.deepEqual([side.outbox.length, recorder.events.length], [0, 0])
    channel.close()
    side.connection.receive(encodeMessage(channelClose, { type: 'channel-close', recipientChannel: 0 }))
    assert.deepEqual(recorder.events, ['closed'])
  })

  test('V-D06 a client refuses what it did not ask for, and only its record learns of it', () => {
    const side = new ConnectionSide({ role: 'client' })
    const types: ChannelType[] = [
      { kind: 'auth-agent@openssh.com' },
      { kind: 'forwarded-tcpip', host: 'a', port: 1, originHost: 'b', originPort: 2 },
      { kind: 'forwarded-streamlocal@openssh.com', path: '/x' },
      { kind: 'x11', originHost: 'b', originPort: 2 },
      { kind: 'session' },
      { kind: 'direct-tcpip', host: 'a', port: 1, originHost: 'b', originPort: 2 },
    ]
    for (const channel of types) {
      side.connection.receive(sessionOpen({ channel }))
      assert.equal(side.take(channelOpenFailure).reason, OPEN_FAILURE.administrativelyProhibited)
    }
    assert.equal(side.opens.length, 0)
    assert.deepEqual(side.refusedOpens, types)

    const revoke = side.connection.permitOpens(
      'forwarded-tcpip',
      (channel) => channel.kind === 'forwarded-tcpip' && channel.port === 8080,
    )
    const forwarded = (port: number): ChannelType => ({
      kind: 'forwarded-tcpip',
      host: 'a',
      port,
      originHost: '',
      originPort: 0,
    })
    side.connection.receive(sessionOpen({ channel: forwarded(8081) }))
    side.connection.receive(sessionOpen({ channel: forwarded(8080) }))
    assert.equal(side.opens.length, 1)
    revoke()
    side.connection.receive(sessionOpen({ channel: forwarded(8080) }))
    assert.equal(side.opens.length, 1)
  })

  test('V-D06 a server refuses the types that only servers open', () => {
    const side = new ConnectionSide({ role: 'server' })
    side.connection.receive(sessionOpen({ channel: { kind: 'auth-agent@openssh.com' } }))
    side.connection.receive(sessionOpen({ channel: { kind: 'x11', originHost: '', originPort: 0 } }))
    assert.deepEqual([side.opens.length, side.sent], [0, ['channel-open-failure', 'channel-open-failure']])
  })

  test('V-D07 100 MB of an unknown extended data type do not eat the window', () => {
    const { side, recorder } = serverWithChannel()
    const message = encodeMessage(channelExtendedData, {
      type: 'channel-extended-data',
      recipientChannel: 0,
      dataType: 2,
      data: bytes(500),
    })
    let granted = 0
    for (let sent = 0; sent < 100_000_000; sent += 500) {
      side.connection.receive(message)
      while (side.outbox.length > 0) granted += side.take(channelWindowAdjust).bytesToAdd
    }
    assert.ok(granted >= 100_000_000 - 1000)
    assert.equal(recorder.errorChunks.length, 0)
    assert.equal(recorder.channel?.bytesHeld, 0)
  })

  test('V-D07 a peer that never answers an open holds one small channel and no output', () => {
    const side = new ConnectionSide({ role: 'client' })
    const channel = side.connection.open({ kind: 'session' }, new ChannelRecorder())
    side.outbox = []
    for (let i = 0; i < 1000; i++) assert.equal(channel.write(bytes(100_000)), 0)
    assert.throws(() => channel.request({ kind: 'shell' }), code('channel-protocol'))
    channel.sendEof()
    assert.deepEqual(side.outbox, [])
  })

  test('V-D08 counters hold beyond 4 GiB', () => {
    const { side, channel } = serverWithChannel({ initialWindowBytes: 0xffff_ffff, maxPacketBytes: 0xffff_ffff })
    side.sendParts = () => undefined
    const block = bytes(1_000_000)
    const grow = encodeMessage(channelWindowAdjust, {
      type: 'channel-window-adjust',
      recipientChannel: 0,
      bytesToAdd: 2_000_000_000,
    })
    let sent = 0
    while (sent < 5 * 1024 ** 3) {
      if (channel.windowBytes < 1_000_000_000) side.connection.receive(grow)
      assert.equal(channel.write(block), block.length)
      sent += block.length
    }
    assert.equal(channel.bytesSent, sent)
  })

  test('V-D08 malformed exit-status and oversized exit-signal are decode errors', () => {
    const { side } = serverWithChannel()
    const request = (name: string, body: Uint8Array) =>
      encodeMessage(channelRequest, {
        type: 'channel-request',
        recipientChannel: 0,
        wantReply: false,
        request: { kind: 'unknown', name, data: body },
      })
    for (const length of [0, 3, 5]) {
      assert.throws(() => side.connection.receive(request('exit-status', bytes(length))), { name: 'DecodeError' })
    }
    const long = encodeMessage(channelRequest, {
      type: 'channel-request',
      recipientChannel: 0,
      wantReply: false,
      request: { kind: 'exit-signal', name: 'TERM', coreDumped: false, message: bytes(1_000_000), languageTag: '' },
    })
    assert.throws(() => side.connection.receive(long), { name: 'DecodeError' })
  })

  test('V-D17 1,000 interleaved forwards and cancels: each reply matches its request', async () => {
    const pair = new ConnectionPair()
    const listening = new Set<number>()
    pair.server.onRequest = (incoming) => {
      incoming.defer()
      const { request } = incoming
      setTimeout(
        () => {
          if (request.kind === 'tcpip-forward') {
            listening.add(request.port)
            incoming.succeed(Uint8Array.of(request.port >> 8, request.port & 0xff))
          } else if (request.kind === 'cancel-tcpip-forward' && listening.delete(request.port))
            incoming.succeed(bytes(1, 9))
          else incoming.fail()
        },
        (pair.server.requests.length * 7919) % 13,
      )
    }
    const replies: string[] = []
    const expected: string[] = []
    for (let i = 0; i < 1000; i++) {
      const port = 1 + (i % 500)
      const kind = i < 500 ? 'tcpip-forward' : 'cancel-tcpip-forward'
      expected.push(`${kind} ${port}`)
      pair.client.connection.globalRequest({ kind, address: '', port }, (reply) => {
        const forwarded = reply?.length === 2 ? (reply[0]! << 8) | reply[1]! : undefined
        replies.push(`${reply?.length === 2 ? 'tcpip-forward' : 'cancel-tcpip-forward'} ${forwarded ?? port}`)
      })
    }
    while (replies.length < 1000) {
      pair.pump()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    assert.deepEqual(replies, expected)
  })
})
