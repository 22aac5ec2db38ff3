import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, test } from 'node:test'
import { SocketPump, SshError } from '@sallyport/ssh'
import { ChannelRecorder, ConnectionPair } from '@sallyport/ssh/testing'
import { type Relay, startRelay } from './relay.ts'

const WINDOW = 100_000

interface Bench {
  readonly pair: ConnectionPair
  readonly client: ChannelRecorder
  readonly relay: Relay
  /** The target's own end of its connection. */
  readonly target: Duplex
  readonly controller: AbortController
  /** Messages travel by themselves from now on. */
  readonly run: () => void
}

/** A client's channel, relayed to a target that is the other end of a stream. */
function bench(t: { after(fn: () => void): void }): Bench {
  const pair = new ConnectionPair({ windowBytes: WINDOW, maxPacketBytes: 10_000 })
  const client = new ChannelRecorder()
  const [near, target] = duplexPair()
  const controller = new AbortController()
  let relay: Relay | undefined
  pair.server.onOpen = (open) => {
    relay = startRelay(open, SocketPump.fromStream(near), { signal: controller.signal })
  }
  client.channel = pair.client.connection.open(
    { kind: 'direct-tcpip', host: 'db1', port: 22, originHost: '127.0.0.1', originPort: 65535 },
    client,
  )
  pair.pump()
  assert.ok(relay !== undefined)
  let timer: NodeJS.Timeout | undefined
  t.after(() => {
    clearInterval(timer)
    target.destroy()
    near.destroy()
  })
  return {
    pair,
    client,
    relay,
    target,
    controller,
    run: () => {
      timer = setInterval(() => pair.pump(), 0)
    },
  }
}

function pattern(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (i * 13 + (i >> 9)) & 0xff)
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 60_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.ok(condition())
}

/** Sends all of it from the client's end as the window allows. */
function sendAll(client: ChannelRecorder, data: Uint8Array): void {
  let sent = 0
  const go = (): void => {
    sent += client.channel?.write(data.subarray(sent)) ?? 0
  }
  client.onWritable = go
  go()
}

/** Reads to the end without destroying the stream, as `for await` would. */
async function readAll(stream: Duplex): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  stream.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  await new Promise((resolve) => stream.once('end', resolve))
  return new Uint8Array(Buffer.concat(chunks))
}

describe('relay', () => {
  test('carries both directions whole, and sums up', async (t) => {
    const { client, relay, target, run } = bench(t)
    run()
    const [up, down] = [pattern(1_000_000), pattern(700_000)]
    const reading = readAll(target)
    sendAll(client, up)
    target.end(down)
    await until(() => client.bytesReceived === down.length && (client.channel?.bytesSent ?? 0) === up.length)
    client.channel?.sendEof()
    assert.deepEqual(await reading, up)
    assert.deepEqual(client.received, down)
    const summary = await relay.done
    assert.deepEqual(
      [summary.bytesToTarget, summary.bytesToClient, summary.end],
      [up.length, down.length, 'target-closed'],
    )
    await until(() => client.events.includes('closed'))
    assert.deepEqual(
      client.events.filter((event) => event !== 'writable'),
      ['opened', 'eof', 'closed'],
    )
  })

  test('the client may end first and still receive', async (t) => {
    const { client, relay, target, run } = bench(t)
    run()
    sendAll(client, pattern(10))
    client.channel?.sendEof()
    assert.deepEqual(await readAll(target), pattern(10))
    target.write(pattern(50_000))
    await until(() => client.bytesReceived === 50_000)
    target.end()
    assert.equal((await relay.done).end, 'client-closed')
    await until(() => client.events.includes('closed'))
  })

  test('a client that closes the channel: what it sent arrives, what the target sends goes nowhere', async (t) => {
    const { client, relay, target, run } = bench(t)
    run()
    sendAll(client, pattern(50_000))
    client.channel?.close()
    await until(() => client.events.includes('closed'))
    target.write(pattern(1000))
    const reading = readAll(target)
    target.end()
    assert.deepEqual(await reading, pattern(50_000))
    const summary = await relay.done
    assert.deepEqual([summary.end, summary.bytesToTarget], ['client-closed', 50_000])
  })

  test('R05 a client that stops reading: the target is paused, at most a window and one read are held, all arrives later', async (t) => {
    const { pair, client, relay, target, run } = bench(t)
    client.consumes = false
    run()
    let written = 0
    let stalledAt = -1
    const data = pattern(65_536)
    // The target writes as much as it can until nothing moves any more.
    for (let quiet = 0; quiet < 50; ) {
      if (target.writableNeedDrain || target.writableLength > 0) quiet++
      else {
        target.write(data)
        written += data.length
        quiet = 0
      }
      stalledAt = client.bytesReceived
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    assert.equal(stalledAt, WINDOW)
    assert.ok(relay.bytesHeld <= 65_536, `${relay.bytesHeld} bytes held`)
    assert.ok(written <= WINDOW + 8 * 65_536, `the target could write ${written}`)
    assert.equal(pair.server.outbox.length, 0)
    client.consumes = true
    client.channel?.consumed(client.channel.bytesHeld)
    target.end()
    await until(() => client.events.includes('eof'))
    assert.equal(client.bytesReceived, written)
  })

  test('R06 a target that stops reading: at most one window is held, other channels go on, all arrives later', async (t) => {
    const { pair, client, relay, target, run } = bench(t)
    run()
    const data = pattern(1_000_000)
    sendAll(client, data)
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.ok((client.channel?.bytesSent ?? 0) <= WINDOW + 2 * 65_536)
    assert.ok(relay.bytesHeld <= WINDOW)
    // Another channel of the same connection.
    const other = new ChannelRecorder()
    pair.server.onOpen = (open) => {
      const recorder = new ChannelRecorder()
      recorder.channel = open.accept(recorder)
      recorder.channel.write(pattern(5000))
    }
    other.channel = pair.client.connection.open({ kind: 'session' }, other)
    await until(() => other.bytesReceived === 5000)
    const reading = readAll(target)
    await until(() => client.channel?.bytesSent === data.length)
    client.channel?.sendEof()
    target.end()
    assert.deepEqual(await reading, data)
    assert.equal((await relay.done).bytesToTarget, data.length)
  })

  test('a target that breaks closes the channel and is the reason', async (t) => {
    const server = createServer((socket) => {
      socket.write('hello')
      socket.once('data', () => socket.resetAndDestroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const pump = await SocketPump.dial({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
    const pair = new ConnectionPair()
    const client = new ChannelRecorder()
    let relay: Relay | undefined
    pair.server.onOpen = (open) => {
      relay = startRelay(open, pump)
    }
    client.channel = pair.client.connection.open({ kind: 'session' }, client)
    pair.pump()
    await until(() => pair.pump() === pair && client.bytesReceived === 5)
    client.channel.write(pattern(1))
    pair.pump()
    const summary = await relay?.done
    assert.equal(summary?.end, 'target-error')
    assert.equal((summary.error as NodeJS.ErrnoException).code, 'ECONNRESET')
    pair.pump()
    assert.ok(client.events.includes('closed'))
  })

  test('the end of the client’s connection closes the target', async (t) => {
    const { pair, relay, target, run } = bench(t)
    run()
    const cause = new SshError('connection-lost', 'gone')
    pair.server.connection.lost(cause)
    assert.deepEqual(await readAll(target), new Uint8Array(0))
    target.end()
    const summary = await relay.done
    assert.deepEqual([summary.end, summary.error], ['connection-lost', cause])
  })

  test('aborting ends both sides at once, even when neither reads or answers', async (t) => {
    const { pair, client, relay, controller } = bench(t)
    sendAll(client, pattern(WINDOW))
    pair.pump()
    controller.abort(new Error('revoked'))
    const summary = await relay.done
    assert.equal(summary.end, 'aborted')
    assert.match(String(summary.error), /revoked/)
    assert.deepEqual(pair.server.sent, ['channel-close'])
    pair.pump()
    assert.ok(client.events.includes('closed'))
  })

  test('a signal that has fired before the start ends it at once', async () => {
    const pair = new ConnectionPair()
    const [near] = duplexPair()
    let relay: Relay | undefined
    pair.server.onOpen = (open) => {
      relay = startRelay(open, SocketPump.fromStream(near), { signal: AbortSignal.abort('early') })
    }
    pair.client.connection.open({ kind: 'session' }, new ChannelRecorder())
    pair.pump()
    assert.equal((await relay?.done)?.end, 'aborted')
  })

  test('an open whose connection has ended closes the dialled target', async () => {
    const pair = new ConnectionPair()
    const [near] = duplexPair()
    pair.client.connection.open({ kind: 'session' }, new ChannelRecorder())
    pair.pump()
    pair.server.connection.lost(new SshError('connection-lost', 'gone'))
    const open = pair.server.opens[0]
    assert.ok(open !== undefined)
    const pump = SocketPump.fromStream(near)
    assert.throws(() => startRelay(open, pump), { code: 'connection-lost' })
    await until(() => near.destroyed)
  })

  test('the target’s SSH identification is noted, whatever the pieces it comes in', async (t) => {
    const { client, relay, target, run } = bench(t)
    run()
    for (const piece of ['SS', 'H-2.0-Open', 'SSH_9.2\u001b[2J', '\r', '\nSSH-2.0-second\r\n']) target.write(piece)
    await until(() => client.bytesReceived === 41)
    assert.equal(Buffer.from(relay.targetIdentification ?? []).toString(), 'SSH-2.0-OpenSSH_9.2\u001b[2J')
  })

  test('extended data of the client is dropped and does not stall it', async (t) => {
    const { client, target, run } = bench(t)
    run()
    let sent = 0
    client.onWritable = () => {
      sent += client.channel?.write(pattern(1_000_000 - sent), 1) ?? 0
    }
    client.onWritable()
    await until(() => sent === 1_000_000)
    sendAll(client, pattern(5))
    client.channel?.sendEof()
    assert.deepEqual(await readAll(target), pattern(5))
  })
})
