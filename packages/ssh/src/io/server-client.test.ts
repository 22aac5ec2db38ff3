import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChannelHandler } from '../connection/channel.ts'
import { SshError } from '../errors.ts'
import { generatePrivateKey, samePublicKey } from '../keys/index.ts'
import { addKnownHost, parseKnownHosts } from '../keys/known-hosts.ts'
import { type ConnectOptions, connectSsh } from './client.ts'
import { knownHostsVerifier } from './known-hosts-verifier.ts'
import { SshServer } from './server.ts'
import { listenOptions } from './socket-pump.ts'
import { aliceAuthenticator, aliceKey, type EchoServer, startEchoServer, testHostKey } from './testing/echo-server.ts'

/** Long enough for the machines themselves, however busy they are. */
const GRACE_MS = 5000

function options({ address }: EchoServer, more: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    host: '127.0.0.1',
    port: address.port,
    username: 'alice',
    hostKeyVerifier: ({ key }) => samePublicKey(key, testHostKey.publicKey),
    ...more,
  }
}

async function refusal(promise: Promise<unknown>): Promise<SshError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof SshError) return error
    throw error
  }
  throw new Error('was not refused')
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let all = ''
  for await (const chunk of chunks) all += Buffer.from(chunk).toString()
  return all
}

suite('login', () => {
  const ways: readonly { name: string; credentials: Partial<ConnectOptions>; identity: string }[] = [
    { name: 'a key', credentials: { signers: [aliceKey] }, identity: 'alice by key' },
    {
      name: 'the second key of two',
      credentials: { signers: [generatePrivateKey('ecdsa-sha2-nistp256'), aliceKey] },
      identity: 'alice by key',
    },
    {
      name: 'a signer that takes its time',
      credentials: {
        signers: [
          {
            publicKey: aliceKey.publicKey,
            algorithms: aliceKey.algorithms,
            async sign(algorithm, data) {
              await delay(20)
              return aliceKey.sign(algorithm, data)
            },
          },
        ],
      },
      identity: 'alice by key',
    },
    { name: 'a password', credentials: { password: 'secret' }, identity: 'alice by password' },
    {
      name: 'the third password a person types',
      credentials: { password: ({ attempt }) => ['', 'x', 'y', 'secret'][attempt] },
      identity: 'alice by password',
    },
    {
      name: 'answers in two rounds',
      credentials: { keyboardInteractive: ({ prompts }) => prompts.map(({ echo }) => (echo ? '123' : 'xyzzy')) },
      identity: 'alice by answers',
    },
  ]
  for (const { name, credentials, identity } of ways) {
    test(`by ${name}`, async () => {
      await using server = await startEchoServer()
      await using client = await connectSsh(options(server, credentials))
      const stream = await client.exec('whoami')
      assert.equal(await text(stream), `${identity}\n`)
      assert.equal(await stream.closed, undefined)
      assert.deepEqual(stream.exit, { kind: 'status', status: 0 })
    })
  }

  test('two factors: the key, then the password', async () => {
    const alice = aliceAuthenticator()
    await using server = await startEchoServer({
      authenticator: {
        ...alice,
        decideKey: () => ({ outcome: 'partial', continueWith: ['password'] }),
      },
    })
    await using client = await connectSsh(options(server, { signers: [aliceKey], password: 'secret' }))
    assert.equal(client.login?.method, 'password')
    const [connection] = server.server.connections
    assert.deepEqual(
      connection?.login?.factors.map((factor) => factor.method),
      ['publickey', 'password'],
    )
  })

  test('a partial success with more time outlives the grace time of strangers', async () => {
    const alice = aliceAuthenticator()
    await using server = await startEchoServer({
      timing: { loginGraceMs: GRACE_MS },
      authenticator: {
        ...alice,
        decideKey: () => ({ outcome: 'partial', continueWith: ['password'], graceMs: 60_000 }),
        async decidePassword(applicant, decideOptions) {
          await delay(GRACE_MS + 500)
          return (await alice.decidePassword?.(applicant, decideOptions)) ?? { outcome: 'failure' }
        },
      },
    })
    await using client = await connectSsh(options(server, { signers: [aliceKey], password: 'secret' }))
    assert.equal(client.login?.method, 'password')
  })

  test('nothing right is a failure that says what the server offers', async () => {
    await using server = await startEchoServer()
    const error = await refusal(connectSsh(options(server, { password: 'wrong' })))
    assert.equal(error.code, 'auth-failed')
    assert.deepEqual(error.facts?.offered, ['publickey', 'password', 'keyboard-interactive'])
    await until(() => server.ended.length === 1)
    assert.equal(server.ended[0]?.connection.stage, 'authentication')
    assert.equal(server.ended[0]?.connection.failedAttempts, 2)
  })

  test('a banner is shown before and during the login', async () => {
    const alice = aliceAuthenticator()
    const banners: string[] = []
    await using server = await startEchoServer({
      login: { banner: 'first' },
      authenticator: {
        ...alice,
        async decideKey(applicant, decideOptions) {
          for (const connection of server.server.connections) connection.banner('second')
          await delay(5)
          return (await alice.decideKey?.(applicant, decideOptions)) ?? { outcome: 'failure' }
        },
      },
    })
    await using client = await connectSsh(
      options(server, { signers: [aliceKey], onBanner: (message) => banners.push(message) }),
    )
    assert.equal(client.login?.method, 'publickey')
    assert.deepEqual(banners, ['first', 'second'])
  })

  test('V-B05 a decider that throws, rejects or answers nonsense lets nobody in', async () => {
    const answers: readonly (() => unknown)[] = [
      () => {
        throw new Error('broken')
      },
      () => Promise.reject(new Error('broken')),
      () => Promise.resolve(true),
      () => undefined,
    ]
    for (const answer of answers) {
      await using server = await startEchoServer({
        authenticator: { decideKey: answer as () => { outcome: 'failure' } },
      })
      assert.equal((await refusal(connectSsh(options(server, { signers: [aliceKey] })))).code, 'auth-failed')
    }
  })

  test('V-B20 the grace time cuts a decider off, tells it, and leaves nothing behind', async () => {
    let aborted = false
    await using server = await startEchoServer({
      timing: { loginGraceMs: GRACE_MS },
      authenticator: {
        decideKey: (_, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              aborted = true
              setTimeout(() => resolve({ outcome: 'success', identity: 'late' }), 20)
            })
          }),
      },
    })
    const error = await refusal(connectSsh(options(server, { signers: [aliceKey] })))
    assert.equal(error.code, 'disconnected')
    assert.equal(aborted, true)
    await until(() => server.ended.length === 1)
    await delay(50)
    assert.equal(server.ended[0]?.code, 'timeout')
    assert.equal(server.ended[0]?.connection.login, undefined)
    assert.equal(server.server.connections.size, 0)
  })

  test('a client that hangs up while it is being decided on cancels the question', async () => {
    const asked = Promise.withResolvers<void>()
    const cancelled = Promise.withResolvers<void>()
    await using server = await startEchoServer({
      authenticator: {
        decideKey: (_, { signal }) =>
          new Promise((resolve) => {
            asked.resolve()
            signal.addEventListener('abort', () => {
              cancelled.resolve()
              resolve({ outcome: 'success', identity: 'late' })
            })
          }),
      },
    })
    const abort = new AbortController()
    const connecting = connectSsh(options(server, { signers: [aliceKey], signal: abort.signal }))
    await asked.promise
    abort.abort(new Error('no more patience'))
    await assert.rejects(connecting, /no more patience/)
    await cancelled.promise
    await until(() => server.ended.length === 1)
    assert.equal(server.ended[0]?.connection.login, undefined)
  })
})

suite('host keys', () => {
  test('V-A21 a verifier that refuses, throws or says anything but true ends it before any credential is sent', async () => {
    for (const verifier of [
      () => false,
      () => Promise.resolve(1),
      () => 'true',
      () => undefined,
      () => Promise.reject(new Error('database down')),
      () => {
        throw new Error('broken')
      },
    ]) {
      await using server = await startEchoServer()
      const hostKeyVerifier = verifier as ConnectOptions['hostKeyVerifier']
      const error = await refusal(connectSsh(options(server, { password: 'secret', hostKeyVerifier })))
      assert.equal(error.code, 'host-key-rejected')
      await until(() => server.ended.length === 1)
      assert.equal(server.ended[0]?.connection.stage, 'key-exchange')
      assert.deepEqual(server.facts, [])
    }
  })

  test('V-A21 known_hosts accepts the listed key, refuses a changed one, and asks about unknown hosts', async () => {
    await using server = await startEchoServer()
    const address = { host: '127.0.0.1', port: server.address.port }
    const empty = parseKnownHosts('')
    const known = addKnownHost(empty, address, testHostKey.publicKey)
    const changed = addKnownHost(empty, address, generatePrivateKey('ssh-ed25519').publicKey)
    const otherType = addKnownHost(empty, address, generatePrivateKey('ecdsa-sha2-nistp256').publicKey)
    const signers = [aliceKey]
    const attempt = (hostKeyVerifier: ConnectOptions['hostKeyVerifier']) =>
      connectSsh(options(server, { signers, hostKeyVerifier }))

    await using client = await attempt(knownHostsVerifier({ knownHosts: () => known }))
    assert.equal(client.login?.method, 'publickey')
    await using trusted = await attempt(knownHostsVerifier({ knownHosts: () => empty, unknownHost: () => true }))
    assert.equal(trusted.login?.method, 'publickey')
    for (const knownHosts of [changed, otherType]) {
      const verifier = knownHostsVerifier({ knownHosts: () => knownHosts, unknownHost: () => true })
      assert.equal((await refusal(attempt(verifier))).code, 'host-key-rejected')
    }
    assert.equal((await refusal(attempt(knownHostsVerifier({ knownHosts: () => empty })))).code, 'host-key-rejected')
  })
})

suite('sessions', () => {
  test('32 MB go through and come back whole, with new keys on the way', async () => {
    await using server = await startEchoServer()
    await using client = await connectSsh(options(server, { signers: [aliceKey], limits: { rekeyBytes: 8_000_000 } }))
    const stream = await client.exec('cat')
    const block = Buffer.alloc(1_000_000, 'sallyport')
    const sent = createHash('sha256')
    const received = createHash('sha256')
    const reading = (async () => {
      let bytes = 0
      for await (const chunk of stream) {
        received.update(chunk)
        bytes += chunk.length
      }
      return bytes
    })()
    for (let index = 0; index < 32; index++) {
      block.writeUInt32BE(index)
      sent.update(block)
      await stream.writeAll(block)
    }
    stream.end()
    assert.equal(await reading, 32_000_000)
    assert.equal(received.digest('hex'), sent.digest('hex'))
  })

  test('a refused channel and a refused request say so', async () => {
    await using server = await startEchoServer()
    await using client = await connectSsh(options(server, { signers: [aliceKey] }))
    const direct = await refusal(client.openDirectTcpip({ host: 'db1', port: 22 }))
    assert.equal(direct.code, 'channel-refused')
    assert.equal(direct.facts?.description, 'only sessions')
    assert.equal((await refusal(client.subsystem('sftp'))).code, 'request-refused')
    assert.equal((await refusal(client.forward('', 0))).code, 'request-refused')
  })

  test('the end of the server ends everything that waits at the client', async () => {
    const server = await startEchoServer()
    const client = await connectSsh(options(server, { signers: [aliceKey] }))
    const stream = await client.exec('cat')
    await server[Symbol.asyncDispose]()
    assert.equal((await client.closed).code, 'disconnected')
    await assert.rejects(text(stream), { code: 'disconnected' })
    assert.equal(client.signal.aborted, true)
  })
})

suite('time limits', () => {
  test('keepalives keep a quiet connection, and end one whose peer is gone', async () => {
    await using server = await startEchoServer({ timing: { keepalive: { intervalMs: 200, countMax: 3 } } })
    await using client = await connectSsh(options(server, { signers: [aliceKey] }))
    await delay(1000)
    assert.equal(client.signal.aborted, false)

    // a client that goes on acknowledging TCP and says nothing more
    const dead = await connectSsh(options(server, { signers: [aliceKey] }))
    const [, connection] = [...server.server.connections]
    const quiet = connection?.closed
    Object.defineProperty(dead.connection, 'receive', { value: () => true })
    assert.equal((await quiet)?.code, 'timeout')
    await dead.closed
  })

  test('a keepalive that finds the queue of questions full ends the connection, not the process', async () => {
    await using server = await startEchoServer({ timing: { keepalive: { intervalMs: 20, countMax: 100 } } })
    // a client that is there, and leaves every question open
    await using client = await connectSsh(
      options(server, { signers: [aliceKey], globalRequest: (incoming) => incoming.defer() }),
    )
    const [connection] = server.server.connections
    const question = { kind: 'unknown', name: 'question@example.com', data: new Uint8Array(0) } as const
    for (let i = 0; i < 1024; i++) connection?.connection?.globalRequest(question, () => undefined)
    assert.equal((await connection?.closed)?.code, 'queue-full')
    await client.closed
  })

  test('a consumer that throws when its connection times out does not keep it, or end the process', async () => {
    const consumer: ChannelHandler = {
      data: () => undefined,
      eof: () => undefined,
      writable: () => undefined,
      closed: () => {
        throw new Error('bug of the consumer')
      },
    }
    await using server = await startEchoServer({
      timing: { maxSessionMs: GRACE_MS },
      session: () => ({ channelOpen: (open) => void open.accept(consumer) }),
    })
    await using client = await connectSsh(options(server, { signers: [aliceKey] }))
    const [connection] = server.server.connections
    await client.open({ kind: 'session' })
    assert.equal((await connection?.closed)?.code, 'timeout')
    await client.closed
  })

  test('an idle session ends, a busy one does not; the longest time ends both', async () => {
    await using server = await startEchoServer({ timing: { idleTimeoutMs: 3000, maxSessionMs: 9000 } })
    await using idle = await connectSsh(options(server, { signers: [aliceKey] }))
    await using busy = await connectSsh(options(server, { signers: [aliceKey] }))
    const stream = await busy.exec('cat')
    while (!idle.signal.aborted) {
      await stream.writeAll(new Uint8Array(1))
      await delay(25)
    }
    assert.equal(busy.signal.aborted, false)
    const writing = (async () => {
      for (;;) {
        await stream.writeAll(new Uint8Array(1))
        await delay(25)
      }
    })()
    await assert.rejects(writing)
  })

  test('a connection that cannot be served for wrong options is not left open', async () => {
    const server = new SshServer<string>({
      hostKeys: [testHostKey],
      authenticator: {},
      session: () => assert.fail('nobody logs in'),
      identification: 'not an identification',
    })
    const refused = Promise.withResolvers<unknown>()
    const listener = createServer(listenOptions, (accepted) => {
      try {
        server.accept(accepted)
      } catch (error) {
        refused.resolve(error)
      }
    })
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1').resume()
    await once(socket, 'close')
    assert.ok((await refused.promise) instanceof RangeError)
    listener.close()
    await once(listener, 'close')
  })

  test('probes leave a stage that tells them from failed logins', async () => {
    await using server = await startEchoServer()
    const socket = connect(server.address.port, '127.0.0.1')
    socket.resume()
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.end()
    await until(() => server.ended.length === 1)
    assert.equal(server.ended[0]?.connection.stage, 'identification')
    assert.equal(server.ended[0]?.connection.failedAttempts, 0)
  })
})

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 6000 && !condition(); round++) await delay(10)
  assert.ok(condition(), 'did not come true within a minute')
}
