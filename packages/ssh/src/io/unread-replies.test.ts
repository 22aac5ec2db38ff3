import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { ByteWriter } from '@sallyport/wire'
import { encodeMessage } from '../messages/codec.ts'
import { globalRequest } from '../messages/connection.ts'
import { SSH_MSG } from '../messages/numbers.ts'
import { Transport } from '../transport/transport.ts'
import { SshServer } from './server.ts'
import { testHostKey } from './testing/echo-server.ts'

/** As many requests as a megabyte holds, thirty times over: far more than may be buffered for a peer. */
const REQUESTS = 400_000

test('a client that asks without reading the answers is not read any more, and gets them all when it reads', async () => {
  const server = new SshServer<string>({
    hostKeys: [testHostKey],
    authenticator: { decideNone: () => ({ outcome: 'success', identity: 'anybody' }) },
    session: () => ({ channelOpen: (open) => open.reject(1, 'nothing here') }),
  })
  const [near, far] = duplexPair()
  const connection = server.accept(near)
  const open = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  let replies = 0
  const client = new Transport(
    { role: 'client', now: 0 },
    {
      output: (pieces) => {
        for (const piece of pieces) far.write(piece)
      },
      packet: (payload) => {
        if (payload[0] === SSH_MSG['userauth-success']) open.resolve()
        else if (payload[0] === SSH_MSG['request-failure'] && ++replies === REQUESTS) answered.resolve()
      },
      kex: ({ type }) => {
        if (type === 'started') return
        const none = new ByteWriter()
          .u8(SSH_MSG['userauth-request'])
          .string('x')
          .string('ssh-connection')
          .string('none')
        client.send(none.finish())
      },
      verifyHostKey: () => client.hostKeyAccepted(),
      disconnected: (error) => open.reject(error),
    },
  )
  far.on('data', (chunk: Uint8Array) => client.receive(chunk))
  client.start()
  await open.promise
  client.authenticated()

  far.pause()
  const probe = encodeMessage(globalRequest, {
    type: 'global-request',
    wantReply: true,
    request: { kind: 'keepalive@openssh.com' },
  })
  for (let i = 0; i < REQUESTS; i++) client.send(probe)
  const sentBytes = far.writableLength
  let readBefore = -1
  while (readBefore !== connection.bytesRead) {
    readBefore = connection.bytesRead
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(connection.bytesRead < sentBytes / 2, `${connection.bytesRead} of ${sentBytes} bytes were read`)
  assert.equal(connection.signal.aborted, false)

  far.resume()
  await answered.promise
  client.disconnect(11, 'done')
  far.end()
  await connection.closed
})
