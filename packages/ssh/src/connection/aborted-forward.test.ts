import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forwardedPort } from '../messages/global-requests.ts'
import { ConnectionPair } from '../testing/connection-pair.ts'
import { forwardFromPeer } from './send-global-request.ts'

const ADDRESS = '127.0.0.1'

/** What the server is asked to take back when it gives its answer to somebody who has gone. */
async function takenBack(port: number, answer: (pair: ConnectionPair) => void) {
  const pair = new ConnectionPair()
  pair.server.onRequest = (incoming) => incoming.defer()
  const abort = new AbortController()
  const forwarding = forwardFromPeer(pair.client.connection, ADDRESS, port, { signal: abort.signal })
  pair.pump()
  abort.abort(new Error('no more patience'))
  await assert.rejects(forwarding, /no more patience/)
  answer(pair)
  pair.pump()
  await new Promise(setImmediate)
  pair.pump()
  return pair.server.requests.slice(1).map(({ request }) => request)
}

test('a server that agrees to a forward that nobody waits for any more is told to stop listening', async () => {
  const cancel = { kind: 'cancel-tcpip-forward', address: ADDRESS, port: 2022 }
  assert.deepEqual(await takenBack(2022, ({ server }) => server.requests[0]?.succeed()), [cancel])
  const chosen = forwardedPort.encode(2022)
  assert.deepEqual(await takenBack(0, ({ server }) => server.requests[0]?.succeed(chosen)), [cancel])
})

test('a server that refuses it, answers nonsense or has gone is told nothing', async () => {
  assert.deepEqual(await takenBack(2022, ({ server }) => server.requests[0]?.fail()), [])
  assert.deepEqual(await takenBack(0, ({ server }) => server.requests[0]?.succeed(new Uint8Array(3))), [])
  assert.deepEqual(await takenBack(0, () => {}), [])
})
