/** Sides that stop reading, or stop half way: what waits for them stays bounded, and the rest goes on. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PrivateKey } from '@sallyport/ssh/keys'
import { GatewayProcess, hasSshd } from '@sallyport/testkit'
import { ByteReader, ByteWriter } from '@sallyport/wire'
import {
  eventually,
  LOOPBACK_POLICY,
  metric,
  ownerKey,
  residentBytes,
  sshArguments,
  Target,
} from './support/gateway-facts.ts'
import { channelRequest, directTcpip, MSG, RawClient } from './support/raw-client.ts'

const skip = hasSshd() ? false : 'needs OpenSSH'
const MIB = 1024 * 1024
/** Two windows of 2 MiB, kernel buffers of our own sockets left out, and what any process of this size moves about. */
const HELD_BYTES = 32 * MIB

suite('pressure', { skip }, () => {
  let gateway: GatewayProcess
  let key: PrivateKey

  before(async () => {
    gateway = await GatewayProcess.start({ config: ['[penalties]', 'enabled = false'] })
    await gateway.applyPolicy(LOOPBACK_POLICY)
    key = ownerKey(gateway)
    await using target = await Target.start((socket) => spew(socket, 64 * MIB))
    // Read buffers are made and code is compiled by a first transfer.
    const stdout = await jump(target.port)
    assert.equal(stdout.length, 64 * MIB)
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
  })

  const jump = async (port: number): Promise<Buffer> => {
    const child = spawn('ssh', [...sshArguments(gateway), '-W', `127.0.0.1:${port}`, '127.0.0.1'])
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(child, 'close')
    return Buffer.concat(chunks)
  }

  test('R05 a stock ssh that is stopped while the target sends: the target is paused, memory stays, the rest arrives whole', async () => {
    const total = 100 * MIB
    let written = 0
    const sent = createHash('sha256')
    await using target = await Target.start((socket) =>
      spew(socket, total, (chunk) => {
        written += chunk.length
        sent.update(chunk)
      }),
    )
    const before = residentBytes(gateway.pid)
    const child = spawn('ssh', [...sshArguments(gateway), '-W', `127.0.0.1:${target.port}`, '127.0.0.1'])
    const received = createHash('sha256')
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      received.update(chunk)
      bytes += chunk.length
      if (bytes > 10 * MIB && child.signalCode === null && !stopped) {
        stopped = true
        child.kill('SIGSTOP')
      }
    })
    let stopped = false
    assert.ok(await eventually(() => stopped))
    await still(() => written)
    assert.ok(written < total, 'the target is not read any further')
    assert.ok(residentBytes(gateway.pid) - before < HELD_BYTES, `${residentBytes(gateway.pid) - before} bytes more`)
    const ended = once(child, 'close')
    child.kill('SIGCONT')
    await ended
    assert.equal(bytes, total)
    assert.equal(received.digest('hex'), sent.digest('hex'))
  })

  test('R06 a target that stops reading an upload: memory stays, another channel of the connection goes on', async () => {
    let stalled: Socket | undefined
    await using target = await Target.start((socket) => {
      stalled = socket
      socket.pause()
    })
    await using echo = await Target.start()
    await using client = await RawClient.signedIn(gateway.port, key)
    const upload = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', target.port), { id: 0 })
    const other = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', echo.port), { id: 1 })
    assert.ok('remote' in upload && 'remote' in other)
    const before = residentBytes(gateway.pid)
    // As much as it gives credit for, and not a byte more.
    let window = 2 * MIB
    const chunk = new ByteWriter().u8(MSG.data).u32(upload.remote).string(new Uint8Array(16_000)).finish()
    for (let idle = 0; idle < 10; ) {
      while (window >= 16_000) {
        client.send(chunk)
        window -= 16_000
        idle = 0
      }
      const answer = await Promise.race([client.next(), sleep(100).then(() => undefined)])
      if (answer === undefined) idle++
      else if (answer[0] === MSG.windowAdjust) {
        const reader = new ByteReader(answer.subarray(1))
        reader.u32()
        window += reader.u32()
      }
    }
    assert.ok(residentBytes(gateway.pid) - before < HELD_BYTES)
    for (let i = 0; i < 20; i++) {
      client.send(new ByteWriter().u8(MSG.data).u32(other.remote).string(`ping ${i}`).finish())
      for (let number = 0; number !== MSG.data; ) [number = 0] = await client.next()
    }
    stalled?.resume()
    for (let number = 0; number !== MSG.windowAdjust; ) [number = 0] = await client.next()
  })

  test('V-A07 a client that begins a key exchange and stalls while the target sends: the target is paused, memory stays', async () => {
    let written = 0
    await using target = await Target.start((socket) =>
      spew(socket, 500 * MIB, (chunk) => void (written += chunk.length)),
    )
    await using client = await RawClient.signedIn(gateway.port, key)
    const channel = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', target.port), {
      windowBytes: 0xffff_ffff,
      maxPacketBytes: 32_768,
    })
    assert.ok('remote' in channel)
    await client.until(() => client.bytesReceived > MIB)
    const before = residentBytes(gateway.pid)
    client.peer.automatic = false
    client.peer.sendKexInit()
    client.flush()
    await still(() => written)
    assert.ok(written < 500 * MIB, 'the target is not read any further')
    assert.ok(residentBytes(gateway.pid) - before < HELD_BYTES, `${residentBytes(gateway.pid) - before} bytes more`)
    assert.equal(await metric(gateway, 'sallyport_sessions'), 1)
  })

  test('V-A06 channel data between KEXINIT and NEWKEYS ends the connection on that packet', async () => {
    await using client = await RawClient.signedIn(gateway.port, key)
    await client.openChannel('session')
    client.peer.automatic = false
    client.peer.sendKexInit()
    client.send(new ByteWriter().u8(MSG.data).u32(0).string('x').finish())
    await client.closed()
  })

  test('V-D01 V-D02 V-D04 V-D08 wrong windows, packet sizes and channel numbers end one connection, and the gateway goes on', async () => {
    await using echo = await Target.start()
    const open = directTcpip('127.0.0.1', echo.port)
    const wrong: readonly ((remote: number) => Uint8Array)[] = [
      (remote) => new ByteWriter().u8(MSG.windowAdjust).u32(remote).u32(0xffff_ffff).finish(),
      (remote) =>
        new ByteWriter()
          .u8(MSG.data)
          .u32(remote + 1)
          .string('x')
          .finish(),
      (remote) => new ByteWriter().u8(MSG.data).u32(remote).string(new Uint8Array(250_000)).finish(),
      (remote) => new ByteWriter().u8(MSG.data).u32(remote).u32(0xffff_ffff).finish(),
      () => new ByteWriter().u8(MSG.openConfirmation).u32(77).u32(0).u32(0).u32(0).finish(),
      (remote) => channelRequest(remote, 'exit-status', new Uint8Array(3)),
    ]
    for (const make of wrong) {
      await using client = await RawClient.signedIn(gateway.port, key)
      const channel = await client.openChannel('direct-tcpip', open)
      assert.ok('remote' in channel)
      client.send(make(channel.remote))
      await client.closed().catch(() => assert.fail(String(make)))
    }
    for (const maxPacketBytes of [0, 1]) {
      await using client = await RawClient.signedIn(gateway.port, key)
      assert.ok('reason' in (await client.openChannel('direct-tcpip', open, { maxPacketBytes })))
    }
    assert.ok(await eventually(async () => (await metric(gateway, 'sallyport_passages')) === 0))
    assert.equal(await metric(gateway, 'sallyport_failures_total'), 0)
  })

  test('V-D05 V-D07 100,000 unsolicited replies and 20 MB of unknown extended data are dropped, and the channel still works', async () => {
    await using echo = await Target.start()
    await using client = await RawClient.signedIn(gateway.port, key)
    const channel = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', echo.port))
    assert.ok('remote' in channel)
    const { remote } = channel
    const credit = { bytes: 2 * MIB }
    /** The number of the next message; credit is taken note of. */
    const next = async (): Promise<number> => {
      const answer = await client.next()
      if (answer[0] === MSG.windowAdjust) credit.bytes += new ByteReader(answer.subarray(5)).u32()
      return answer[0] ?? 0
    }
    const answered = async (): Promise<void> => {
      const text = new TextEncoder().encode('still here')
      client.send(new ByteWriter().u8(MSG.data).u32(remote).string(text).finish())
      credit.bytes -= text.length
      while ((await next()) !== MSG.data);
    }
    const replies = [
      Uint8Array.of(MSG.requestSuccess),
      Uint8Array.of(MSG.requestFailure),
      new ByteWriter().u8(MSG.channelSuccess).u32(remote).finish(),
    ]
    const unsolicited = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) client.peer.send(replies[i % 3] ?? replies[0]!)
      client.flush()
      await answered()
    }
    const extended = new ByteWriter().u8(MSG.extendedData).u32(remote).u32(2).string(new Uint8Array(16_000)).finish()
    const unknown = async (total: number): Promise<void> => {
      for (let sent = 0; sent < total; sent += 16_000) {
        while (credit.bytes < 16_000) assert.equal(await next(), MSG.windowAdjust)
        client.send(extended)
        credit.bytes -= 16_000
      }
      await answered()
    }
    // A heap grows to what a busy connection needs; what is kept of the messages would come on top, every time.
    for (let warm = 0; warm < 2; warm++) {
      await unsolicited(100_000)
      await unknown(4 * MIB)
    }
    const before = residentBytes(gateway.pid)
    await unsolicited(100_000)
    await unknown(20 * MIB)
    const grown = residentBytes(gateway.pid) - before
    assert.ok(grown < HELD_BYTES, `${grown} bytes more`)
    client.send(new ByteWriter().u8(MSG.close).u32(remote).finish())
    for (let number = 0; number !== MSG.close; ) [number = 0] = await client.next()
  })

  test('V-E12 V-B16 the loopback listener answers to its own names alone, whatever addresses a request claims', async () => {
    const ask = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { host: '127.0.0.1', port: gateway.metricsPort, path: '/metrics', headers }
        request(options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end()
      })
    for (const host of [
      'evil.example',
      `evil.example:${gateway.metricsPort}`,
      '127.0.0.1.evil.example',
      '169.254.169.254',
    ])
      assert.equal(await ask({ host }), 421, host)
    for (let i = 0; i < 1000; i++) {
      const claimed = `10.1.${i >> 8}.${i & 255}`
      assert.equal(await ask({ host: 'evil.example', 'x-real-ip': claimed, 'x-forwarded-for': claimed }), 421)
    }
    assert.equal(await ask({ host: 'localhost' }), 200)
    assert.equal(await metric(gateway, 'sallyport_penalised_sources'), 0)
  })
})

/** Resolves once a number has not changed for a second. */
async function still(read: () => number): Promise<void> {
  for (let before = -1; before !== read(); ) {
    before = read()
    await sleep(1000)
  }
}

/** Sends so many bytes as fast as they are taken. */
function spew(socket: Socket, total: number, tell: (chunk: Uint8Array) => void = () => {}): void {
  const chunk = new Uint8Array(64 * 1024)
  let left = total
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length
      chunk[0] = left & 0xff
      const piece = chunk.slice()
      tell(piece)
      if (!socket.write(piece)) return void socket.once('drain', more)
    }
    socket.end()
  }
  more()
}
