import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ChannelHandler, ConnectionHandler } from '../connection/index.ts'
import { connectSsh, type SshClientConnection } from './client.ts'
import type { SshServerConnection } from './server.ts'
import { aliceKey, startEchoServer } from './testing/echo-server.ts'

const nothing: ChannelHandler = { data: () => {}, eof: () => {}, writable: () => {}, closed: () => {} }

async function logIn(port: number): Promise<SshClientConnection> {
  return await connectSsh({
    host: '127.0.0.1',
    port,
    username: 'alice',
    signers: [aliceKey],
    hostKeyVerifier: () => true,
  })
}

suite('a command whose channel ends before the answer rejects with what ended it, not with a refusal', () => {
  test('the server closes what it has just opened', async () => {
    const session = (): ConnectionHandler => ({ channelOpen: (open) => open.accept(nothing).close() })
    await using server = await startEchoServer({ session })
    await using client = await logIn(server.address.port)
    await assert.rejects(client.exec('true'), { code: 'channel-closed' })
    await assert.rejects(client.exec('true', { env: { LANG: 'C' } }), { code: 'channel-closed' })
    const terminal = { term: 'xterm', columns: 80, rows: 24, widthPixels: 0, heightPixels: 0, modes: new Uint8Array(1) }
    await assert.rejects(client.shell({ pty: terminal }), { code: 'channel-closed' })
  })

  test('the server closes the channel in place of an answer', async () => {
    const session = (): ConnectionHandler => ({
      channelOpen(open) {
        const channel = open.accept({
          ...nothing,
          request(incoming) {
            incoming.defer()
            channel.close()
          },
        })
      },
    })
    await using server = await startEchoServer({ session })
    await using client = await logIn(server.address.port)
    await assert.rejects(client.subsystem('sftp'), { code: 'channel-closed' })
  })

  test('the server says goodbye', async () => {
    const session = (connection: SshServerConnection<string>): ConnectionHandler => ({
      channelOpen: (open) =>
        open.accept({
          ...nothing,
          request(incoming) {
            incoming.defer()
            connection.disconnect(11, 'going down')
          },
        }),
    })
    await using server = await startEchoServer({ session })
    await using client = await logIn(server.address.port)
    await assert.rejects(client.exec('true'), { code: 'disconnected', message: 'going down' })
  })

  test('a refusal with the end right behind it stays a refusal', async () => {
    const session = (): ConnectionHandler => ({
      channelOpen(open) {
        const channel = open.accept({
          ...nothing,
          request(incoming) {
            incoming.fail()
            channel.close()
          },
        })
      },
    })
    await using server = await startEchoServer({ session })
    await using client = await logIn(server.address.port)
    await assert.rejects(client.exec('true'), { code: 'request-refused', facts: { request: 'exec' } })
  })
})
