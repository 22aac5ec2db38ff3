import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { connectSsh } from './client.ts'

test('a client with options that cannot work leaves no socket open', { timeout: 30_000 }, async () => {
  const listener = createServer()
  const accepted = once(listener, 'connection') as Promise<[Socket]>
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const connecting = connectSsh({
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    username: 'alice',
    hostKeyVerifier: () => true,
    identification: 'not an identification',
  })
  await assert.rejects(connecting, RangeError)
  const [socket] = await accepted
  await once(socket.resume(), 'close')
  listener.close()
  await once(listener, 'close')
})
