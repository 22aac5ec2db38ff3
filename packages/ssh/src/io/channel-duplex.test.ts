import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { ChannelStream } from '../connection/index.ts'
import { generatePrivateKey, samePublicKey } from '../keys/index.ts'
import { addKnownHost, knownHostsName, parseKnownHosts } from '../keys/known-hosts.ts'
import { OPEN_FAILURE } from '../messages/connection.ts'
import { channelDuplex } from './channel-duplex.ts'
import { type ConnectOptions, connectSsh } from './client.ts'
import { knownHostsVerifier } from './known-hosts-verifier.ts'
import { aliceKey, type EchoServer, startEchoServer, testHostKey } from './testing/echo-server.ts'

const jumpHostKey = generatePrivateKey('ecdsa-sha2-nistp256')

/** A server that connects where it is asked to. */
function startJumpServer(): Promise<EchoServer> {
  return startEchoServer({
    hostKeys: [jumpHostKey],
    session: () => ({
      channelOpen(open) {
        if (open.channelType.kind !== 'direct-tcpip') return open.reject(OPEN_FAILURE.administrativelyProhibited, 'no')
        const socket = connect(open.channelType.port, '127.0.0.1')
        socket.once('connect', () => {
          const channel = channelDuplex(ChannelStream.accept(open))
          socket.pipe(channel).pipe(socket)
          channel.once('error', () => socket.destroy())
          channel.once('close', () => socket.destroy())
          socket.once('close', () => channel.destroy())
        })
        socket.once('error', () => open.reject(OPEN_FAILURE.connectFailed, 'no connection'))
      },
    }),
  })
}

function options(host: string, port: number, hostKeyVerifier: ConnectOptions['hostKeyVerifier']): ConnectOptions {
  return { host, port, username: 'alice', signers: [aliceKey], hostKeyVerifier }
}

test('V-A22 behind a jump host each key is checked under the host that presented it', async () => {
  await using jump = await startJumpServer()
  await using target = await startEchoServer()
  const { port } = target.address
  const seen: string[] = []
  const known = addKnownHost(parseKnownHosts(''), { host: 'target', port }, testHostKey.publicKey)
  const verifier = knownHostsVerifier({ knownHosts: () => known })
  const outer = options('127.0.0.1', jump.address.port, ({ key, address }) => {
    seen.push(knownHostsName(address))
    return samePublicKey(key, jumpHostKey.publicKey)
  })
  await using first = await connectSsh(outer)
  const stream = channelDuplex(await first.openDirectTcpip({ host: 'target', port }))
  await using second = await connectSsh({
    ...options('target', port, async (question, verifyOptions) => {
      seen.push(knownHostsName(question.address))
      return await verifier(question, verifyOptions)
    }),
    stream,
  })
  assert.deepEqual(seen, [`[127.0.0.1]:${jump.address.port}`, `[target]:${port}`])
  const session = await second.exec('whoami')
  let text = ''
  for await (const chunk of session) text += Buffer.from(chunk).toString()
  assert.equal(text, 'alice by key\n')
})

test("V-A22 the jump host's own key is not the target's", async () => {
  await using jump = await startJumpServer()
  const { port } = jump.address
  const known = addKnownHost(parseKnownHosts(''), { host: 'target', port }, testHostKey.publicKey)
  await using first = await connectSsh(options('127.0.0.1', port, () => true))
  // a jump host that connects to itself instead of the target
  const stream = channelDuplex(await first.openDirectTcpip({ host: 'target', port }))
  const attempt = connectSsh({ ...options('target', port, knownHostsVerifier({ knownHosts: () => known })), stream })
  await assert.rejects(attempt, { code: 'host-key-rejected' })
})

test('a stream that is destroyed closes its channel, and the end of the channel ends the stream', async () => {
  await using server = await startEchoServer()
  await using client = await connectSsh(options('127.0.0.1', server.address.port, () => true))
  const first = await client.exec('cat')
  const destroyed = channelDuplex(first)
  destroyed.destroy()
  assert.equal(await first.closed, undefined)

  const echoed = channelDuplex(await client.exec('cat'))
  echoed.end('over')
  let text = ''
  for await (const chunk of echoed) text += String(chunk)
  assert.equal(text, 'over')

  const cut = channelDuplex(await client.exec('cat'))
  cut.resume()
  client.disconnect()
  await assert.rejects(once(cut, 'close'), { code: 'disconnected-by-us' })
})
