/** The HTTPS door of a gateway process against whoever sends too much, too slowly, or nothing at all. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { freePort, GatewayProcess, hasSshd } from '@sallyport/testkit'
import { bestOfFive, eventually, metric, percentile, residentBytes, withinReason } from './support/gateway-facts.ts'

const skip = hasSshd() ? false : 'needs ssh-keygen'
const MIB = 1024 * 1024
/** What a process may grow by that reads a megabyte and throws it away: buffers that nobody has collected yet. */
const NOISE_BYTES = 32 * MIB
/** What can be sent to somebody who reads one megabyte and then nothing: the buffers of two kernels, and one piece. */
const STUCK_BYTES = 32 * MIB
const SILENT = 500

suite('the HTTPS door under abuse', { skip }, () => {
  let gateway: GatewayProcess
  let port: number

  before(async () => {
    port = await freePort()
    gateway = await GatewayProcess.start({ httpsPort: port })
    for (let n = 0; n < 30; n++) await status(['GET /v1/auth/state HTTP/1.1', host()])
  })
  after(async () => gateway[Symbol.asyncDispose]())

  const host = () => `Host: localhost:${port}`

  async function open(): Promise<TLSSocket> {
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    socket.on('error', () => {})
    return socket
  }

  /** The status of the first answer; undefined where the connection ended without one. */
  function answer(socket: Socket): Promise<number | undefined> {
    return new Promise((resolve) => {
      let text = ''
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
        const found = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
        if (found !== undefined) resolve(Number(found))
      })
      socket.once('close', () => resolve(undefined))
    })
  }

  async function status(lines: readonly string[]): Promise<number | undefined> {
    const socket = await open()
    const got = answer(socket)
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    const code = await got
    socket.destroy()
    return code
  }

  /** Milliseconds from connecting to an answer, one browser after the other. */
  async function answerTimes(count: number): Promise<number[]> {
    const times: number[] = []
    for (let n = 0; n < count; n++) {
      const started = performance.now()
      assert.equal(await status(['GET /v1/auth/state HTTP/1.1', host()]), 200)
      times.push(performance.now() - started)
      await sleep(2)
    }
    return times
  }

  /** Sends until it is cut off or the bytes are out; the status, the bytes that were taken, and what the gateway grew by. */
  async function pour(head: readonly string[], piece: Uint8Array, total: number) {
    const before = residentBytes(gateway.pid)
    let most = before
    let sent = 0
    const socket = await open()
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    const got = answer(socket)
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    while (sent < total && !socket.destroyed && !socket.writableEnded) {
      sent += piece.length
      // Not `once` of node:events: in a race it leaves its listeners behind.
      if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
      most = Math.max(most, residentBytes(gateway.pid))
    }
    const code = await got
    await closed
    return { code, sent, grown: most - before }
  }

  const POST = 'POST /v1/auth/passkey/finish HTTP/1.1'
  const JSON_TYPE = 'Content-Type: application/json'

  test('V-E07 a body that is said to be 1 GB is refused before any of it is read', async () => {
    assert.equal(await status([POST, host(), JSON_TYPE, 'Content-Length: 1073741824']), 413)
  })

  test('V-E07 1 GB that is really sent, and chunks without end: 413, soon cut off, memory flat', async () => {
    const piece = new Uint8Array(MIB).fill(0x20)
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')])
    const plain = () => pour([POST, host(), JSON_TYPE, 'Content-Length: 1073741824'], piece, 1024 * MIB)
    const chunked = () => pour([POST, host(), JSON_TYPE, 'Transfer-Encoding: chunked'], chunk, 1024 * MIB)
    const withGet = () => pour(['GET /v1/auth/state HTTP/1.1', host(), 'Content-Length: 1073741824'], piece, 1024 * MIB)
    // The first of a kind compiles code and makes buffers.
    await Promise.all([plain(), chunked(), withGet()])
    for (const [name, send, expected] of [
      ['plain', plain, 413],
      ['chunked', chunked, 413],
      ['GET', withGet, 200],
    ] as const) {
      const { code, sent, grown } = await send()
      assert.equal(code, expected, name)
      assert.ok(grown < NOISE_BYTES, `${name}: ${grown} bytes more`)
      assert.ok(sent < STUCK_BYTES, `${name}: cut off after ${sent} bytes`)
    }
    assert.doesNotMatch(gateway.output, /Warning/)
  })

  test('V-E07 strangers may not even send what those who are signed in may', async () => {
    for (const [length, expected] of [
      [64 * 1024 + 1, 413],
      [1024, 400],
    ] as const) {
      const body = ' '.repeat(length)
      assert.equal(await status([POST, host(), JSON_TYPE, `Content-Length: ${length}`, '', body]), expected)
    }
    const protectedRoute = ['POST /v1/users HTTP/1.1', host(), JSON_TYPE, 'Content-Length: 1073741824']
    assert.equal(await status(protectedRoute), 401, 'nobody reads what strangers send to others’ routes')
  })

  test('V-E07 64 KB of headers: 431', async () => {
    assert.equal(await status(['GET / HTTP/1.1', host(), `X-Long: ${'a'.repeat(64 * 1024)}`]), 431)
    const many = Array.from({ length: 4000 }, (_, n) => `X-${n}: ${'b'.repeat(16)}`)
    assert.equal(await status(['GET / HTTP/1.1', host(), ...many]), 431)
  })

  test('V-E07 a request at one byte a second: 408 at the deadline, not a byte later', async () => {
    const socket = await open()
    const got = answer(socket)
    const started = performance.now()
    const text = `GET / HTTP/1.1\r\n${host()}\r\nX-Slow: `
    let at = 0
    const drip = setInterval(() => socket.write(text[at++] ?? 'a'), 1000)
    const code = await got
    clearInterval(drip)
    socket.destroy()
    assert.equal(code, 408)
    // Well before the 30 s that a whole request has.
    assert.ok(performance.now() - started < 25_000)
  })

  test('V-E08 500 sockets that send nothing or half a ClientHello: a new browser is answered with p99 under 200 ms', async () => {
    const { p99, most } = await bestOfFive(async () => {
      const calm = await answerTimes(100)
      const silent = await Promise.all(
        Array.from({ length: SILENT }, async (_, n) => {
          const socket = connectTcp(port, '127.0.0.1')
          socket.on('error', () => {})
          await once(socket, 'connect')
          // A record header that promises 512 bytes of a ClientHello, and the beginning of it.
          if (n % 2 === 0) socket.write(Buffer.from('16030102000100', 'hex'))
          return socket
        }),
      )
      // Their source has a few places left below its limit, which a connection at a time stays within.
      const times = await answerTimes(100)
      for (const socket of silent) socket.destroy()
      return { p99: percentile(times, 0.99), most: withinReason(200, calm) }
    })
    assert.ok(p99 < most, `p99 ${p99} ms of ${most} ms`)
    assert.ok(await eventually(async () => (await metric(gateway, 'sallyport_https_connections')) === 0))
  })

  test('V-E05 paths that climb, hide or break are nothing but paths', async () => {
    for (const path of [
      '/../../etc/passwd',
      '/assets/../../../package.json',
      '/assets/..%2f..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/etc/passwd.txt',
      '/assets/%2e%2e%2fx.js',
      '//etc/passwd.txt',
      '/assets/x%00.js',
      '/assets\\..\\x.js',
      '/%c0%ae%c0%ae/x.js',
    ]) {
      const code = await status([`GET ${path} HTTP/1.1`, host()])
      assert.ok(code === 404 || code === 400 || code === 503 || code === 200, `${path}: ${code}`)
      const socket = await open()
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      socket.write(`GET ${path} HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`)
      await once(socket, 'close')
      assert.doesNotMatch(text, /root:|"dependencies"/, path)
    }
    for (const id of ['..%2f..', '%2e%2e', '%2fetc%2fpasswd', 'a%00b', '..%5c..']) {
      const code = await status([`GET /v1/links/${id} HTTP/1.1`, host()])
      assert.ok(code === 404 || code === 400, `${id}: ${code}`)
    }
  })

  test('V-E07 who asks without end and never signs in is told to wait, and the gateway goes on', async () => {
    const [socket, other] = [await open(), await open()]
    const ask = async (on: TLSSocket): Promise<string> => {
      const answered = once(on, 'data') as Promise<[Buffer]>
      on.write(`GET /v1/links/spl_x HTTP/1.1\r\n${host()}\r\n\r\n`)
      return (await answered)[0].toString('latin1')
    }
    let text = ''
    let shared = false
    // A place is free again every 50 ms: another connection of the source is asked at once, and again if that was too late.
    for (let n = 0; n < 20_000 && !shared; n++) {
      text = await ask(socket)
      if (text.includes('SP1011')) shared = (await ask(other)).startsWith('HTTP/1.1 429')
    }
    assert.ok(shared, 'by source, not by connection')
    assert.match(text, /^HTTP\/1\.1 429/)
    assert.match(text, /retry-after: \d+/i)
    socket.destroy()
    other.destroy()
    await sleep(1500)
    assert.equal(await status(['GET /v1/auth/state HTTP/1.1', host()]), 200)
    assert.ok((await metric(gateway, 'sallyport_api_request_seconds_count')) > 600)
  })
})
