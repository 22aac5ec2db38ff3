import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connectSsh } from './client.ts'
import { knownHostsVerifier } from './known-hosts-verifier.ts'
import { aliceKey, startEchoServer } from './testing/echo-server.ts'

/** Long enough for the machines themselves, however busy they are. */
const HANDSHAKE_MS = 5000

test('somebody who is asked about an unknown host may take longer than two machines for their keys', async () => {
  await using server = await startEchoServer()
  await using client = await connectSsh({
    host: '127.0.0.1',
    port: server.address.port,
    username: 'alice',
    signers: [aliceKey],
    limits: { handshakeTimeoutMs: HANDSHAKE_MS },
    hostKeyVerifier: knownHostsVerifier({
      knownHosts: () => ({ lines: [] }),
      async unknownHost() {
        await delay(HANDSHAKE_MS + 500)
        return true
      },
    }),
  })
  assert.equal(client.login?.method, 'publickey')
})

test('somebody who never answers is cut off by the limit of the login', async () => {
  await using server = await startEchoServer()
  const cut = Promise.withResolvers<void>()
  const connecting = connectSsh({
    host: '127.0.0.1',
    port: server.address.port,
    username: 'alice',
    signers: [aliceKey],
    timing: { loginGraceMs: HANDSHAKE_MS },
    hostKeyVerifier: (_, { signal }) => {
      signal.addEventListener('abort', () => cut.resolve())
      return new Promise(() => undefined)
    },
  })
  await assert.rejects(connecting, { code: 'timeout' })
  await cut.promise
})
