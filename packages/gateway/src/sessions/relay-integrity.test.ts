/** Nothing lost, nothing mixed up: the whole path over real sockets, where packets' memory is used again and reads share one buffer. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { algorithmProfiles, ChannelStream, connectSsh, defaultLimits, SocketPump, SshServer } from '@sallyport/ssh'
import { generatePrivateKey } from '@sallyport/ssh/keys'
import { type RelaySummary, startRelay } from './relay.ts'

const CHANNELS = 6
const BYTES_PER_CHANNEL = 12_000_000
/** Keys are renewed some twenty times on the way. */
const REKEY_BYTES = 8 * 1024 * 1024

/** Echoes, stops reading now and then, and writes in pieces of odd sizes. */
function moodyEcho(socket: Socket): void {
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    const cut = (bytes * 31) % chunk.length
    socket.write(chunk.subarray(0, cut))
    const more = socket.write(chunk.subarray(cut))
    if (!more || bytes % 7 === 0) {
      socket.pause()
      setTimeout(() => socket.resume(), bytes % 5)
    }
  })
  socket.on('end', () => socket.end())
  socket.on('error', () => socket.destroy())
}

async function upload(stream: ChannelStream, hash: ReturnType<typeof createHash>, seed: number): Promise<void> {
  let left = BYTES_PER_CHANNEL
  for (let i = 0; left > 0; i++) {
    const size = Math.min(left, 1 + ((i * 7919 + seed * 104_729) % (i % 5 === 0 ? 400_000 : 20_000)))
    const data = new Uint8Array(randomBytes(size))
    hash.update(data)
    await stream.writeAll(data)
    left -= size
  }
  stream.end()
}

async function download(stream: ChannelStream, hash: ReturnType<typeof createHash>, seed: number): Promise<number> {
  let total = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    total += chunk.length
    if ((total + seed) % 11 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return total
}

for (const cipher of ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com']) {
  test(`many relays of one connection keep every byte in its place, both ways, through rekeys (${cipher})`, async (t) => {
    const target = createServer({ allowHalfOpen: true }, moodyEcho).listen(0, '127.0.0.1')
    t.after(() => target.close())
    await once(target, 'listening')
    const { port } = target.address() as AddressInfo
    const hostKey = generatePrivateKey('ssh-ed25519')
    const summaries: Promise<RelaySummary>[] = []
    await using server = new SshServer<string>({
      hostKeys: [hostKey],
      authenticator: { decideNone: () => ({ outcome: 'success', identity: 'anybody' }) },
      limits: { ...defaultLimits, rekeyBytes: REKEY_BYTES },
      session: () => ({
        channelOpen(open) {
          void SocketPump.dial({ host: '127.0.0.1', port }).then((pump) => summaries.push(startRelay(open, pump).done))
        },
      }),
    })
    const address = await server.listen(0)
    await using client = await connectSsh({
      host: '127.0.0.1',
      port: address.port,
      username: 'x',
      hostKeyVerifier: () => true,
      algorithms: { ...algorithmProfiles.modern, cipherClientToServer: [cipher], cipherServerToClient: [cipher] },
    })
    await Promise.all(
      Array.from({ length: CHANNELS }, async (_, seed) => {
        const stream = await ChannelStream.open(client.connection, {
          kind: 'direct-tcpip',
          host: 'target',
          port: 22,
          originHost: '127.0.0.1',
          originPort: 65535,
        })
        const [sent, received] = [createHash('sha256'), createHash('sha256')]
        const [, total] = await Promise.all([upload(stream, sent, seed), download(stream, received, seed)])
        assert.equal(total, BYTES_PER_CHANNEL)
        assert.equal(received.digest('hex'), sent.digest('hex'))
        await stream.closed
      }),
    )
    for (const { bytesToTarget, bytesToClient, end } of await Promise.all(summaries)) {
      assert.deepEqual([bytesToTarget, bytesToClient, end], [BYTES_PER_CHANNEL, BYTES_PER_CHANNEL, 'client-closed'])
    }
  })
}
