import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Duplex, duplexPair } from 'node:stream'
import { afterEach, describe, test } from 'node:test'
import { freePort } from '@sallyport/testkit'
import { PacketBuffers } from '../crypto/packet-buffers.ts'
import { READ_BUFFER_BYTES } from './native-socket.ts'
import { listenOptions, SocketPump, type SocketPumpHandler } from './socket-pump.ts'

/** Keeps what a pump says. */
class Recorder implements SocketPumpHandler {
  readonly chunks: Uint8Array[] = []
  readonly buffers = new Set<ArrayBufferLike>()
  readonly events: string[] = []
  readonly over = Promise.withResolvers<Error | undefined>()
  readonly ended = Promise.withResolvers<void>()
  drained = Promise.withResolvers<void>()
  largestRead = 0
  written_ = 0
  onData: ((bytes: Uint8Array) => void) | undefined
  whenWritten: (() => void) | undefined

  data(bytes: Uint8Array): void {
    this.buffers.add(bytes.buffer)
    this.largestRead = Math.max(this.largestRead, bytes.length)
    this.chunks.push(bytes.slice())
    this.onData?.(bytes)
  }
  end(): void {
    this.events.push('end')
    this.ended.resolve()
  }
  drain(): void {
    this.events.push('drain')
    this.drained.resolve()
  }
  written(bytes: number): void {
    this.written_ += bytes
    this.whenWritten?.()
  }
  closed(error: Error | undefined): void {
    this.events.push('closed')
    this.over.resolve(error)
  }
  get received(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A server whose connections are adopted, and what it accepted. */
async function listen(): Promise<{ port: number; server: net.Server; accepted: () => Promise<SocketPump> }> {
  const server = net.createServer(listenOptions)
  const waiting: SocketPump[] = []
  const takers: ((pump: SocketPump) => void)[] = []
  server.on('connection', (socket) => {
    const pump = SocketPump.adopt(socket)
    closers.push(() => pump.abort())
    const taker = takers.shift()
    if (taker === undefined) waiting.push(pump)
    else taker(pump)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return {
    port: (server.address() as net.AddressInfo).port,
    server,
    accepted: () => {
      const pump = waiting.shift()
      return pump === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(pump)
    },
  }
}

interface Ends {
  readonly near: SocketPump
  readonly far: SocketPump
}

/** A dialled pump and the accepted one it is connected to. */
async function tcpPair(): Promise<Ends> {
  const { port, accepted } = await listen()
  const near = await SocketPump.dial({ host: '127.0.0.1', port })
  closers.push(() => near.abort())
  return { near, far: await accepted() }
}

function streamPair(): Promise<Ends> {
  const [a, b] = duplexPair()
  return Promise.resolve({ near: SocketPump.fromStream(a), far: SocketPump.fromStream(b) })
}

/** Every byte tells its place, so that a lost or overwritten one shows. */
function pattern(bytes: number): Uint8Array {
  const data = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++) data[i] = (i * 31 + (i >> 8)) & 0xff
  return data
}

for (const [name, makePair] of [
  ['sockets', tcpPair],
  ['plain streams', streamPair],
] as const) {
  describe(`socket pump over ${name}`, () => {
    test('carries bytes both ways and counts them', async () => {
      const { near, far } = await makePair()
      const [a, b] = [new Recorder(), new Recorder()]
      near.start(a)
      far.start(b)
      const data = pattern(5_000_000)
      for (let i = 0; i < data.length; i += 70_000) near.write(data.subarray(i, i + 70_000))
      far.write(pattern(1000))
      near.end()
      far.end()
      assert.equal(await a.over.promise, undefined)
      assert.equal(await b.over.promise, undefined)
      assert.ok(b.received.equals(data))
      assert.ok(a.received.equals(pattern(1000)))
      assert.equal(far.bytesRead, data.length)
      assert.equal(near.bytesWritten, data.length)
      assert.equal(a.written_, data.length)
      assert.equal(near.queuedBytes, 0)
      assert.deepEqual(
        a.events.filter((event) => event !== 'drain'),
        ['end', 'closed'],
      )
    })

    test('keeps its own direction open after the peer has ended', async () => {
      const { near, far } = await makePair()
      const [a, b] = [new Recorder(), new Recorder()]
      near.start(a)
      far.start(b)
      near.end()
      await b.ended.promise
      far.write(pattern(100_000))
      far.end()
      await a.over.promise
      assert.equal(a.received.length, 100_000)
    })

    test('gives no data while paused, also when paused within data', async () => {
      const { near, far } = await makePair()
      const [a, b] = [new Recorder(), new Recorder()]
      b.onData = () => far.pause()
      near.start(a)
      far.start(b)
      near.write(pattern(10))
      while (b.chunks.length === 0) await new Promise(setImmediate)
      near.write(pattern(10))
      await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(b.received.length, 10)
      far.resume()
      while (b.chunks.length < 2) await new Promise(setImmediate)
      assert.equal(b.received.length, 20)
      near.abort()
      far.abort()
    })

    test('reads nothing before start and gives everything after', async () => {
      const { near, far } = await makePair()
      near.start(new Recorder())
      near.write(pattern(1000))
      await new Promise((resolve) => setTimeout(resolve, 20))
      const b = new Recorder()
      far.start(b)
      while (b.chunks.length === 0) await new Promise(setImmediate)
      assert.equal(b.received.length, 1000)
      near.abort()
      far.abort()
    })

    test('is congested above the high-water mark and drains when the peer reads', async () => {
      const { near, far } = await makePair()
      const [a, b] = [new Recorder(), new Recorder()]
      near.start(a)
      let written = 0
      while (!near.congested || written < 32_000_000) {
        near.write(pattern(500_000))
        written += 500_000
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(near.congested, true)
      assert.deepEqual(a.events, [])
      far.start(b)
      await a.drained.promise
      assert.equal(near.congested, false)
      near.end()
      far.end()
      await b.over.promise
      assert.equal(far.bytesRead, written)
    })

    test('says closed once, with the error of abort, and takes no more bytes', async () => {
      const { near, far } = await makePair()
      const a = new Recorder()
      near.start(a)
      far.start(new Recorder())
      near.abort(new Error('enough'))
      assert.match(String(await a.over.promise), /enough/)
      near.write(pattern(10))
      near.end()
      near.abort()
      assert.equal(near.queuedBytes, 0)
      assert.deepEqual(a.events, ['closed'])
      far.abort()
    })

    test('a consumer that throws loses its connection, not the process', async () => {
      const { near, far } = await makePair()
      const b = new Recorder()
      b.onData = () => {
        throw new Error('bug')
      }
      near.start(new Recorder())
      far.start(b)
      near.write(pattern(10))
      assert.match(String(await b.over.promise), /bug/)
      near.abort()
    })

    test('writes made while one read is handled leave together', async () => {
      const { near, far } = await makePair()
      const [a, b] = [new Recorder(), new Recorder()]
      b.onData = () => {
        for (let i = 0; i < 100; i++) far.write(pattern(50))
      }
      near.start(a)
      far.start(b)
      near.write(pattern(1))
      while (a.received.length < 5000) await new Promise(setImmediate)
      if (name === 'sockets') assert.equal(a.chunks.length, 1)
      near.abort()
      far.abort()
    })
  })
}

describe('socket pump', () => {
  test('dialled and accepted sockets read into the same one buffer', async () => {
    const { near, far } = await tcpPair()
    const [a, b] = [new Recorder(), new Recorder()]
    near.start(a)
    far.start(b)
    near.write(pattern(3_000_000))
    far.write(pattern(3_000_000))
    while (a.received.length < 3_000_000 || b.received.length < 3_000_000) await new Promise(setImmediate)
    const buffers = new Set([...a.buffers, ...b.buffers])
    assert.equal(buffers.size, 1)
    assert.equal([...buffers][0]?.byteLength, READ_BUFFER_BYTES)
    assert.ok(b.received.equals(pattern(3_000_000)))
    assert.ok(a.received.equals(pattern(3_000_000)))
  })

  test('an accepted socket whose handle cannot be taken over is read as a plain stream', async () => {
    const server = net.createServer(listenOptions)
    const recorder = new Recorder()
    server.on('connection', (socket) => {
      const handle = (socket as unknown as { _handle: { useUserBuffer: unknown } })._handle
      Object.defineProperty(handle, 'useUserBuffer', { value: undefined })
      const pump = SocketPump.adopt(socket)
      pump.start(recorder)
      closers.push(() => pump.abort())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = net.connect((server.address() as net.AddressInfo).port)
    client.end(pattern(200_000))
    await recorder.ended.promise
    assert.ok(recorder.received.equals(pattern(200_000)))
    assert.equal(recorder.largestRead <= 65_536, true)
    assert.ok(![...recorder.buffers].some((buffer) => buffer.byteLength === READ_BUFFER_BYTES))
    client.destroy()
    server.close()
  })

  test('a server closes when its adopted connections have gone', async () => {
    const { port, server, accepted } = await listen()
    const near = await SocketPump.dial({ host: '127.0.0.1', port })
    const far = await accepted()
    near.start(new Recorder())
    far.start(new Recorder())
    const [count] = await new Promise<[number]>((resolve) => server.getConnections((_, n) => resolve([n])))
    assert.equal(count, 1)
    server.close()
    far.end()
    near.end()
    await once(server, 'close')
  })

  test('memory that was given is used again only when it was written itself, whatever was written before it', async () => {
    const { near, far } = await tcpPair()
    const [a, b] = [new Recorder(), new Recorder()]
    near.start(a)
    // Nobody reads yet: this write stays with the system for a while, and has nothing to give back.
    near.write(pattern(16_000_000))
    near.flush()
    const buffers = new PacketBuffers()
    const given = buffers.take(30_000)
    given.fill(7)
    near.give(given)
    let lentTooEarly = false
    a.whenWritten = () => {
      if (a.written_ === 16_000_000) lentTooEarly = buffers.take(30_000).buffer === given.buffer
    }
    far.start(b)
    while (a.written_ < 16_030_000) await new Promise(setImmediate)
    assert.equal(lentTooEarly, false)
    assert.equal(buffers.take(30_000).buffer, given.buffer)
    near.end()
    await b.ended.promise
    assert.ok(b.received.subarray(16_000_000).every((byte) => byte === 7))
    far.end()
    await a.over.promise
  })

  test('knows both addresses on either side', async () => {
    const { near, far } = await tcpPair()
    assert.equal(far.remoteAddress, '127.0.0.1')
    assert.equal(far.remotePort, near.localPort)
    assert.equal(near.remotePort, far.localPort)
  })

  test('dialling a closed port rejects with the system error', async () => {
    await assert.rejects(SocketPump.dial({ host: '127.0.0.1', port: await freePort() }), { code: 'ECONNREFUSED' })
  })

  test('dialling stops when the signal fires', async () => {
    const { port } = await listen()
    const gone = AbortSignal.abort(new Error('gone'))
    await assert.rejects(SocketPump.dial({ host: '127.0.0.1', port }, { signal: gone }), /gone/)
    const controller = new AbortController()
    const dialling = SocketPump.dial({ host: '127.0.0.1', port }, { signal: controller.signal })
    controller.abort(new Error('too late'))
    await assert.rejects(dialling, /too late/)
  })

  test('dials unix sockets', async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pump-'))
    t.after(() => rm(folder, { recursive: true }))
    const server = net.createServer((socket) => socket.end('hello'))
    server.listen(path.join(folder, 's'))
    await once(server, 'listening')
    const pump = await SocketPump.dial({ path: path.join(folder, 's') })
    const recorder = new Recorder()
    pump.start(recorder)
    await recorder.ended.promise
    assert.equal(recorder.received.toString(), 'hello')
    pump.end()
    await recorder.over.promise
    server.close()
  })

  test('a reset by the peer is one error', async () => {
    const { near, far } = await tcpPair()
    const recorder = new Recorder()
    far.start(recorder)
    near.start(new Recorder())
    near.write(pattern(10))
    while (recorder.chunks.length === 0) await new Promise(setImmediate)
    near.reset()
    const error = await recorder.over.promise
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET')
    assert.deepEqual(recorder.events, ['closed'])
  })

  test('a pump over a stream that was closed before says so', async () => {
    const [a] = duplexPair()
    a.destroy()
    await once(a, 'close')
    const recorder = new Recorder()
    SocketPump.fromStream(a).start(recorder)
    assert.equal(await recorder.over.promise, undefined)
    assert.deepEqual(recorder.events, ['closed'])
  })

  test('memory given to a plain stream is not used again: whoever it passed the bytes on to sees no other packet', async () => {
    const kept: Uint8Array[] = []
    const stream = new Duplex({
      read() {},
      write(chunk: Uint8Array, _encoding, callback) {
        kept.push(chunk)
        callback()
      },
    })
    const pump = SocketPump.fromStream(stream)
    closers.push(() => pump.abort())
    const recorder = new Recorder()
    pump.start(recorder)
    const buffers = new PacketBuffers()
    pump.give(buffers.take(32_768).fill(7))
    await new Promise(setImmediate)
    assert.equal(recorder.written_, 32_768)
    for (let i = 0; i < 4; i++) buffers.take(32_768).fill(9)
    assert.ok(kept.every((chunk) => chunk.every((byte) => byte === 7)))
  })

  test('a stream that throws at a write ends its own pump, and others go on', async () => {
    const recorder = new Recorder()
    const bad = SocketPump.fromStream(
      new Duplex({
        read() {},
        write() {
          throw new Error('write failed')
        },
      }),
    )
    bad.start(recorder)
    bad.write(new Uint8Array(10))
    assert.match(String(await recorder.over.promise), /write failed/)
    const { near, far } = await streamPair()
    const other = new Recorder()
    far.start(other)
    near.write(new Uint8Array(10))
    await new Promise(setImmediate)
    assert.equal(other.received.length, 10)
  })

  test('a pump that closed before start still says so', async () => {
    const [a, b] = duplexPair()
    const pump = SocketPump.fromStream(a)
    a.destroy(new Error('early'))
    b.destroy()
    await new Promise((resolve) => a.once('close', resolve))
    const recorder = new Recorder()
    pump.start(recorder)
    assert.match(String(await recorder.over.promise), /early/)
    assert.throws(() => pump.start(recorder), /started/)
    assert.ok(a instanceof Duplex)
  })
})
