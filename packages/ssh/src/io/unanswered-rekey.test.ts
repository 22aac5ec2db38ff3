import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ConnectOptions, connectSsh } from './client.ts'
import { aliceKey, startEchoServer } from './testing/echo-server.ts'
import { freezingProxy } from './testing/freezing-proxy.ts'

/** Renewing keys must be over by then; nothing else in these tests ends a connection. */
const REKEY_TIMEOUT_MS = 200
/** Enough that a login does not use it up. */
const REKEY_BYTES = 100_000

function options(port: number, more: Partial<ConnectOptions> = {}): ConnectOptions {
  return { host: '127.0.0.1', port, username: 'alice', signers: [aliceKey], hostKeyVerifier: () => true, ...more }
}

suite('new keys that the other side never answers end the connection in time', { timeout: 60_000 }, () => {
  test('asked for by a client', async () => {
    await using server = await startEchoServer()
    await using proxy = await freezingProxy(server.address.port)
    const client = await connectSsh(options(proxy.port, { limits: { rekeyTimeoutMs: REKEY_TIMEOUT_MS } }))
    await (await client.exec('whoami')).closed
    proxy.freeze()
    client.rekey()
    assert.equal((await client.closed).code, 'timeout')
  })

  test('asked for by a server', async () => {
    await using server = await startEchoServer({ limits: { rekeyTimeoutMs: REKEY_TIMEOUT_MS } })
    await using proxy = await freezingProxy(server.address.port)
    const client = await connectSsh(options(proxy.port))
    await (await client.exec('whoami')).closed
    const [connection] = server.server.connections
    proxy.freeze()
    connection?.rekey()
    assert.equal((await connection?.closed)?.code, 'timeout')
    await client.closed
  })

  test('due for what was sent', async () => {
    await using server = await startEchoServer()
    await using proxy = await freezingProxy(server.address.port)
    const limits = { rekeyTimeoutMs: REKEY_TIMEOUT_MS, rekeyBytes: REKEY_BYTES }
    const client = await connectSsh(options(proxy.port, { limits }))
    const stream = await client.exec('cat')
    proxy.freeze()
    await stream.writeAll(new Uint8Array(REKEY_BYTES))
    assert.equal((await client.closed).code, 'timeout')
  })
})
