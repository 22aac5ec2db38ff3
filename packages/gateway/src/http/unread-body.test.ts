import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { boundUnread } from './unread-body.ts'

const KIB = 1024
const LIMITS = { bytes: 256 * KIB, ms: 1000 }
/** Head, the stream's own buffer, and the pieces that had been read when it was full. */
const BUFFERED_BYTES = 256 * KIB

/** A server that answers 413 to whatever has a body, before it has come, and 200 to the rest. */
async function given() {
  const server = createServer((request, response) => {
    boundUnread(request, response, LIMITS)
    response.writeHead(request.headers['content-length'] || request.headers['transfer-encoding'] ? 413 : 200).end('x')
  })
  const taken: Socket[] = []
  server.on('connection', (socket: Socket) => taken.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')
  return {
    socket,
    closed,
    read: () => taken[0]?.bytesRead ?? 0,
    statuses: () => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => Number(code)),
    async [Symbol.asyncDispose]() {
      socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Sends pieces for as long as they are taken; how many bytes that were. */
async function pour(socket: Socket, closed: Promise<void>, piece: string): Promise<number> {
  let sent = 0
  for (const most = 64 * KIB * KIB; sent < most && !socket.destroyed && !socket.writableEnded; sent += piece.length)
    if (!socket.write(piece))
      await Promise.race([new Promise<void>((resolve) => socket.once('drain', () => resolve())), closed])
  return sent
}

const body = 'x'.repeat(64 * KIB)
for (const [name, head, piece] of [
  ['a long body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n', body],
  ['a body in chunks', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', `10000\r\n${body}\r\n`],
  ['a GET with a body', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n', body],
] as const) {
  test(`V-E07 ${name} that is sent on after the answer: some of it is read, then nothing, and then it is cut off`, async () => {
    await using client = await given()
    const { socket, closed } = client
    socket.write(head)
    await pour(socket, closed, piece)
    await closed
    assert.deepEqual(client.statuses(), [413], 'the answer arrives')
    const most = LIMITS.bytes + BUFFERED_BYTES
    assert.ok(client.read() >= LIMITS.bytes && client.read() <= most, `${client.read()} bytes read of ${most}`)
  })
}

test('V-E07 a body that never comes is cut off after its time, with the answer sent', async () => {
  await using client = await given()
  client.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx')
  await client.closed
  assert.deepEqual(client.statuses(), [413])
})

test('a body that comes after all is thrown away, and the connection serves the next request', async () => {
  await using client = await given()
  const { socket } = client
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${200 * KIB}\r\n\r\n`)
  await once(socket, 'data')
  socket.write('x'.repeat(200 * KIB))
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  while (client.statuses().length < 2) await once(socket, 'data')
  assert.deepEqual(client.statuses(), [413, 200])
})

test('requests with small bodies, one behind the other, are answered one behind the other', async () => {
  await using client = await given()
  const { socket } = client
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc'.repeat(20))
  while (client.statuses().length < 20) await once(socket, 'data')
  assert.deepEqual(new Set(client.statuses()), new Set([413]))
})
