/** However a way ends, the audit log says so once: what began has one end, with its reason, its bytes and no negative time. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import { type ChannelStream, connectSsh, type SshClientConnection } from '@sallyport/ssh'
import { decodePrivateKey } from '@sallyport/ssh/keys'
import { NOTHING_POLICY, TestGateway, until } from './test-gateway.ts'

const UP = new Uint8Array(1000)
const DOWN = new Uint8Array(30_000)

/** A target that says `DOWN`, and ends its side when the other has, unless it `holds`. */
async function listening(holds: boolean) {
  const sockets: Socket[] = []
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => {}).resume())
    if (!holds) socket.on('end', () => socket.end())
    socket.write(DOWN)
  })
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  assert.ok(address !== null && typeof address === 'object')
  return {
    port: address.port,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

interface Way {
  readonly gate: TestGateway
  readonly client: SshClientConnection
  readonly stream: ChannelStream
  readonly target: Socket
  readonly cut: () => void
}

const ends: readonly {
  readonly name: string
  readonly flags?: Record<string, unknown>
  readonly holds?: boolean
  readonly end: (way: Way) => unknown
  readonly passage: string
  readonly session?: string
}[] = [
  { name: 'the client closes the channel', end: ({ stream }) => stream.channel.close(), passage: 'client-closed' },
  {
    name: 'the client ends its side, and the target answers with its own',
    end: ({ stream }) => stream.end(),
    passage: 'client-closed',
  },
  {
    name: 'the target ends its side, and the client answers with its own',
    async end({ stream, target }) {
      target.end()
      for await (const _ of stream);
      stream.end()
    },
    passage: 'target-closed',
  },
  { name: 'the target breaks', end: ({ target }) => target.resetAndDestroy(), passage: 'target-error' },
  { name: 'the client says goodbye', end: ({ client }) => client.disconnect(), passage: 'connection-lost' },
  { name: 'the client is cut off', end: ({ cut }) => cut(), passage: 'connection-lost' },
  {
    name: 'the session is killed',
    async end({ gate }) {
      const [session] = (await gate.api.call('session.list', {})).sessions
      await gate.api.call('session.kill', { session: session?.id ?? '' })
    },
    passage: 'session.killed',
    session: 'session.killed',
  },
  {
    name: 'the policy no longer allows it',
    end: ({ gate }) => gate.api.call('policy.apply', { text: NOTHING_POLICY, allow_lockout: true }),
    passage: 'session.policy-changed',
  },
  {
    name: 'the source is banned',
    end: ({ gate }) => gate.api.call('ban.add', { source: '127.0.0.1' }),
    passage: 'session.banned',
    session: 'session.banned',
  },
  {
    name: 'nothing moves for too long, with one side ended',
    flags: { 'ssh.idle_timeout': '6s' },
    holds: true,
    end: ({ stream }) => stream.end(),
    passage: 'client-closed',
    session: 'session.idle',
  },
  {
    name: 'the session reaches its longest time',
    flags: { 'ssh.session_limit': '8s' },
    end: () => {},
    passage: 'connection-lost',
    session: 'session.expired',
  },
  {
    name: 'the gateway stops',
    end: ({ gate }) => gate.restart(),
    passage: 'session.draining',
    session: 'session.draining',
  },
]

suite('an end in the audit log for each way that was opened', () => {
  for (const { name, flags, holds = false, end, passage, session } of ends) {
    test(name, { timeout: 120_000 }, async () => {
      await using gate = await TestGateway.start(flags === undefined ? {} : { flags })
      await using target = await listening(holds)
      const socket = connect(gate.port, '127.0.0.1')
      const client = await connectSsh({
        host: '127.0.0.1',
        stream: socket,
        username: 'anybody',
        signers: [decodePrivateKey(readFileSync(gate.ownerKey.file, 'utf8'))],
        hostKeyVerifier: () => true,
      })
      const stream = await client.openDirectTcpip({ host: '127.0.0.1', port: target.port })
      await stream.writeAll(UP)
      const moved = () => target.sockets[0]?.bytesRead === UP.length && stream.channel.bytesReceived === DOWN.length
      await until(moved)
      const [accepted] = target.sockets
      assert.ok(accepted !== undefined)
      await end({ gate, client, stream, target: accepted, cut: () => socket.resetAndDestroy() })
      const closed = await gate.event('passage-closed')
      client.disconnect()
      await client.closed
      await gate.event('connection-closed')
      await gate.restart()
      const events = await gate.events()
      const count = (type: string) => events.filter((event) => event.type === type).length
      assert.deepEqual(
        ['access-granted', 'passage-opened', 'passage-closed', 'passage-failed', 'connection-closed'].map(count),
        [1, 1, 1, 0, 1],
      )
      assert.equal(count('session-ended'), session === undefined ? 0 : 1)
      const { reason, bytes_up: up, bytes_down: down, duration_ms: duration } = closed.data
      assert.deepEqual([reason, up, down], [passage, UP.length, DOWN.length])
      assert.ok(Number(duration) >= 0)
      if (session !== undefined) assert.equal((await gate.event('session-ended')).data['reason'], session)
    })
  }
})
