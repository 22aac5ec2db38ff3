import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SshError } from '../errors.ts'
import { channelOpenFailure, globalRequest } from '../messages/connection.ts'
import { forwardedPort } from '../messages/global-requests.ts'
import { ChannelRecorder, ConnectionPair } from '../testing/connection-pair.ts'
import { ChannelStream, type ChannelStreamOptions } from './channel-stream.ts'
import { forwardFromPeer, sendGlobalRequest } from './send-global-request.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const code = (expected: string) => (error: unknown) => error instanceof SshError && error.code === expected

/** Two streams, and messages that travel by themselves. */
async function streams(t: { after(fn: () => void): void }, options: ChannelStreamOptions = {}, windowBytes = 1000) {
  const pair = new ConnectionPair({ windowBytes })
  const timer = setInterval(() => pair.pump(), 0)
  t.after(() => clearInterval(timer))
  const accepted = Promise.withResolvers<ChannelStream>()
  pair.server.onOpen = (open) => accepted.resolve(ChannelStream.accept(open))
  const near = await ChannelStream.open(pair.client.connection, { kind: 'session' }, options)
  return { pair, near, far: await accepted.promise }
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(chunks)))
}

describe('channel stream', () => {
  test('writes far more than a window while the other side reads', async (t) => {
    const { near, far } = await streams(t)
    const data = Uint8Array.from({ length: 50_000 }, (_, i) => i & 0xff)
    const reading = readAll(far)
    await near.writeAll(data)
    near.end()
    assert.deepEqual(await reading, data)
  })

  test('a writer waits for the reader', async (t) => {
    const { near, far } = await streams(t)
    let written = false
    const writing = near.writeAll(new Uint8Array(3000)).then(() => {
      written = true
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(written, false)
    assert.equal(far.channel.bytesHeld, 1000)
    let read = 0
    for await (const chunk of far) {
      read += chunk.length
      if (read === 3000) break
    }
    await writing
  })

  test('writes keep their order, and reading goes on after an early break', async (t) => {
    const { near, far } = await streams(t)
    await Promise.all([near.writeAll(text('one ')), near.writeAll(text('two ')), near.writeAll(text('three'))])
    near.end()
    let first = ''
    for await (const chunk of far) {
      first = new TextDecoder().decode(chunk)
      break
    }
    assert.equal(first + new TextDecoder().decode(await readAll(far)), 'one two three')
  })

  test('exit status, both streams and the end', async (t) => {
    const { near, far } = await streams(t, { stderr: 'read' })
    await far.writeAll(text('out'))
    await far.writeAll(text('err'), { extendedType: 1 })
    far.channel.request({ kind: 'exit-status', status: 3 })
    far.end()
    await far[Symbol.asyncDispose]()
    assert.equal(await near.closed, undefined)
    assert.deepEqual(near.exit, { kind: 'status', status: 3 })
    assert.deepEqual(await readAll(near), text('out'))
    assert.deepEqual(await readAll(near.stderr), text('err'))
  })

  test('an exit by signal has its name and message', async (t) => {
    const { near, far } = await streams(t)
    far.channel.request({
      kind: 'exit-signal',
      name: 'KILL',
      coreDumped: true,
      message: text('oom ✗'),
      languageTag: '',
    })
    far.channel.close()
    await near.closed
    assert.deepEqual(near.exit, { kind: 'signal', name: 'KILL', coreDumped: true, message: 'oom ✗' })
  })

  test('an error stream nobody reads does not stop the other', async (t) => {
    const { near, far } = await streams(t)
    const reading = readAll(near)
    await far.writeAll(new Uint8Array(5000), { extendedType: 1 })
    await far.writeAll(text('done'))
    far.end()
    assert.deepEqual(await reading, text('done'))
  })

  test('requests resolve with the answer of the peer', async (t) => {
    const pair = new ConnectionPair()
    const timer = setInterval(() => pair.pump(), 0)
    t.after(() => clearInterval(timer))
    pair.server.onOpen = (open) =>
      void ChannelStream.accept(open, {
        request: ({ request, succeed }) => {
          if (request.kind === 'shell') succeed()
        },
      })
    await using near = await ChannelStream.open(pair.client.connection, { kind: 'session' })
    assert.equal(await near.request({ kind: 'shell' }), true)
    assert.equal(await near.request({ kind: 'subsystem', name: 'sftp' }), false)
  })

  test('a refusal rejects open with reason and text', async (t) => {
    const pair = new ConnectionPair()
    const timer = setInterval(() => pair.pump(), 0)
    t.after(() => clearInterval(timer))
    pair.server.onOpen = (open) => open.reject(1, 'not allowed')
    await assert.rejects(ChannelStream.open(pair.client.connection, { kind: 'session' }), (error) => {
      assert.ok(error instanceof SshError)
      assert.equal(error.code, 'channel-refused')
      assert.deepEqual(error.facts, { reason: 1, description: 'not allowed' })
      return true
    })
  })

  test('aborting an open gives the channel up: what the peer still confirms is closed', async () => {
    const pair = new ConnectionPair()
    const controller = new AbortController()
    const opening = ChannelStream.open(pair.client.connection, { kind: 'session' }, { signal: controller.signal })
    controller.abort(new Error('changed my mind'))
    await assert.rejects(opening, /changed my mind/)
    const far = new ChannelRecorder()
    pair.server.onOpen = (open) => {
      far.channel = open.accept(far)
    }
    pair.pump()
    assert.deepEqual(far.events, ['closed'])
    await assert.rejects(
      ChannelStream.open(pair.client.connection, { kind: 'session' }, { signal: AbortSignal.abort(new Error('no')) }),
      /no/,
    )
  })

  test('aborting a write leaves the channel usable', async (t) => {
    const { near, far } = await streams(t)
    const controller = new AbortController()
    const writing = near.writeAll(new Uint8Array(5000), { signal: controller.signal })
    controller.abort(new Error('enough'))
    await assert.rejects(writing, /enough/)
    const reading = readAll(far)
    await near.writeAll(text('next'))
    near.end()
    assert.deepEqual((await reading).slice(-4), text('next'))
  })

  test('closing and losing the connection end what waits', async (t) => {
    const { near, far, pair } = await streams(t)
    const blocked = near.writeAll(new Uint8Array(5000))
    const reading = readAll(near)
    far.channel.close()
    await assert.rejects(blocked, code('channel-closed'))
    assert.deepEqual(await reading, new Uint8Array(0))
    await assert.rejects(near.writeAll(text('x')), code('channel-closed'))

    const { near: second, pair: other } = await streams(t)
    const waiting = readAll(second)
    const answer = second.request({ kind: 'shell' })
    const cause = new SshError('connection-lost', 'gone')
    other.client.connection.lost(cause)
    await assert.rejects(waiting, code('connection-lost'))
    assert.equal(await answer, false)
    assert.equal(await second.closed, cause)
    await assert.rejects(ChannelStream.open(other.client.connection, { kind: 'session' }), code('connection-lost'))
    assert.equal(pair.client.connection.channelCount, 0)
  })
})

describe('global requests with await', () => {
  test('a refusal rejects, an answer resolves with its data', async () => {
    const pair = new ConnectionPair()
    const refused = sendGlobalRequest(pair.client.connection, { kind: 'keepalive@openssh.com' })
    pair.pump()
    await assert.rejects(refused, code('request-refused'))
    pair.server.onRequest = (request) => request.succeed(text('yes'))
    const agreed = sendGlobalRequest(pair.client.connection, { kind: 'unknown', name: 'x@y', data: text('') })
    pair.pump()
    assert.deepEqual(await agreed, text('yes'))
    const aborted = sendGlobalRequest(
      pair.client.connection,
      { kind: 'keepalive@openssh.com' },
      { signal: AbortSignal.abort(new Error('stop')) },
    )
    await assert.rejects(aborted, /stop/)
  })

  test('a remote forward learns its port, takes its channels only, and stops', async () => {
    const pair = new ConnectionPair()
    pair.server.onRequest = ({ request, succeed }) =>
      succeed(request.kind === 'tcpip-forward' ? forwardedPort.encode(4022) : undefined)
    const asking = forwardFromPeer(pair.client.connection, 'localhost', 0)
    pair.pump()
    const forward = await asking
    assert.equal(forward.port, 4022)
    const openFrom = (port: number): ChannelRecorder => {
      const recorder = new ChannelRecorder()
      pair.server.connection.open(
        { kind: 'forwarded-tcpip', host: 'localhost', port, originHost: '::1', originPort: 9 },
        recorder,
      )
      pair.pump()
      return recorder
    }
    assert.deepEqual(openFrom(4023).events, ['refused 1 not asked for'])
    openFrom(4022)
    assert.equal(pair.client.opens.length, 1)
    const cancelling = forward.cancel()
    pair.pump()
    await cancelling
    assert.deepEqual(openFrom(4022).events, ['refused 1 not asked for'])
    assert.equal(pair.client.opens.length, 1)
  })

  test('a refused remote forward leaves nothing permitted', async () => {
    const pair = new ConnectionPair()
    const asking = forwardFromPeer(pair.client.connection, '', 8080)
    assert.equal(pair.client.take(globalRequest).wantReply, true)
    pair.client.connection.receive(Uint8Array.of(82))
    await assert.rejects(asking, code('request-refused'))
    pair.server.connection.open(
      { kind: 'forwarded-tcpip', host: '', port: 8080, originHost: '::1', originPort: 9 },
      new ChannelRecorder(),
    )
    pair.deliver('server')
    assert.equal(pair.client.take(channelOpenFailure).reason, 1)
  })
})
