/** Our client against servers of others: commands, 100 MB each way, and the sftp subsystem. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { ByteReader, ByteWriter } from '@sallyport/wire'
import type { ChannelStream } from '../../src/connection/index.ts'
import { connectSsh, type SshClientConnection } from '../../src/io/client.ts'
import { generatePrivateKey } from '../../src/keys/index.ts'
import { type ForeignServer, foreignServers } from './foreign-servers.ts'

const userKey = generatePrivateKey('ssh-ed25519')
const TRANSFER_BYTES = 100_000_000
const BLOCK = Buffer.from('sallyport\n'.repeat(100_000))

/** `rekeyBytes`: several key exchanges within each transfer. */
async function logIn(server: ForeignServer, rekeyBytes?: number): Promise<SshClientConnection> {
  return await connectSsh({
    host: '127.0.0.1',
    port: server.port,
    username: server.username,
    signers: [userKey],
    hostKeyVerifier: () => true,
    ...(rekeyBytes === undefined ? {} : { limits: { rekeyBytes } }),
  })
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

for (const kind of foreignServers) {
  const { name, skip, silentWhileRekeying } = kind
  const rekeyBytes = silentWhileRekeying ? 30_000_000 : undefined
  suite(name, { skip }, () => {
    test('a command runs, with its output, its errors and its exit status', async () => {
      await using server = await kind.start(userKey.publicKey)
      await using client = await logIn(server)
      assert.equal(client.login?.method, 'publickey')
      await using stream = await client.exec('echo out; echo err >&2; exit 7', { stderr: 'read' })
      const [out, err] = await Promise.all([collect(stream), collect(stream.stderr)])
      assert.equal(out.toString(), 'out\n')
      // sshd with -e says there what it does, too
      assert.match(err.toString(), /(^|\n)err\n$/)
      assert.equal(await stream.closed, undefined)
      assert.deepEqual(stream.exit, { kind: 'status', status: 7 })
    })

    test('100 MB arrive there as they were sent', async () => {
      await using server = await kind.start(userKey.publicKey)
      await using client = await logIn(server, rekeyBytes)
      await using stream = await client.exec('sha256sum')
      const hash = createHash('sha256')
      for (let sent = 0; sent < TRANSFER_BYTES; sent += BLOCK.length) {
        BLOCK.writeUInt32BE(sent)
        hash.update(BLOCK)
        await stream.writeAll(BLOCK)
      }
      stream.end()
      assert.equal((await collect(stream)).toString().slice(0, 64), hash.digest('hex'))
    })

    test('100 MB arrive here as they were sent', async () => {
      await using server = await kind.start(userKey.publicKey)
      await using client = await logIn(server, rekeyBytes)
      await using stream = await client.exec(`yes sallyport | head -c ${TRANSFER_BYTES}`)
      const received = createHash('sha256')
      let bytes = 0
      for await (const chunk of stream) {
        bytes += chunk.length
        received.update(chunk)
      }
      assert.equal(bytes, TRANSFER_BYTES)
      const expected = createHash('sha256')
      const lines = Buffer.from('sallyport\n'.repeat(100_000))
      for (let sent = 0; sent < TRANSFER_BYTES; sent += lines.length) expected.update(lines)
      assert.equal(received.digest('hex'), expected.digest('hex'))
    })

    test('the sftp subsystem answers', async () => {
      await using server = await kind.start(userKey.publicKey)
      await using client = await logIn(server)
      await using stream = await client.subsystem('sftp')
      assert.equal(await sftpVersion(stream), 3)
    })
  })
}

/** SSH_FXP_INIT with version 3, and the version in the answer. */
async function sftpVersion(stream: ChannelStream): Promise<number> {
  await stream.writeAll(new ByteWriter().u32(5).u8(1).u32(3).finish())
  for await (const chunk of stream) {
    const reader = new ByteReader(chunk)
    reader.u32('length')
    assert.equal(reader.u8('type'), 2)
    return reader.u32('version')
  }
  throw new Error('no answer')
}
