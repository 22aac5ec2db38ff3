import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { after, before, suite, test } from 'node:test'
import { debian13Root, hasDebian13, hasSshd, Sshd } from '@sallyport/testkit'
import { ByteWriter, utf8Bytes } from '@sallyport/wire'
import { type AlgorithmLists, algorithmProfiles } from '../../src/crypto/algorithm-profiles.ts'
import { ciphers } from '../../src/crypto/ciphers.ts'
import { kexMethods } from '../../src/crypto/kex-methods.ts'
import { macs } from '../../src/crypto/macs.ts'
import { formatPublicKey, generatePrivateKey } from '../../src/keys/index.ts'
import { SSH_MSG } from '../../src/messages/numbers.ts'
import { EXTENSION } from '../../src/transport/extensions.ts'
import { connectTransport, type SocketTransport } from './socket-transport.ts'

const { legacy } = algorithmProfiles
const userKey = generatePrivateKey('ssh-ed25519')

/** Logs in with the one key that the server knows, RFC 4252 §7. */
async function logIn(connection: SocketTransport): Promise<void> {
  const { transport } = connection
  await connection.until(() => transport.sessionId !== undefined)
  const request = new ByteWriter()
    .u8(SSH_MSG['userauth-request'])
    .string(userInfo().username)
    .string('ssh-connection')
    .string('publickey')
    .boolean(true)
    .string('ssh-ed25519')
    .string(userKey.publicKey.blob)
    .finish()
  const signed = new ByteWriter()
    .string(transport.sessionId as Uint8Array)
    .bytes(request)
    .finish()
  const signature = userKey.sign('ssh-ed25519', signed)
  connection.onPacket = (payload) => {
    connection.packets.push(payload)
    if (payload[0] === SSH_MSG['userauth-success']) transport.authenticated()
  }
  transport.send(new ByteWriter().bytes(request).string(signature).finish())
  await connection.until(() => connection.packets.some((payload) => payload[0] === SSH_MSG['userauth-success']))
}

/** A global request that nobody knows, so that every server answers with failure. */
const question = new ByteWriter()
  .u8(SSH_MSG['global-request'])
  .string('are-you-there@example.com')
  .boolean(true)
  .finish()

async function askAgain(connection: SocketTransport): Promise<void> {
  const answers = () => connection.packets.filter((payload) => payload[0] === SSH_MSG['request-failure']).length
  const before = answers()
  connection.transport.send(question)
  await connection.until(() => answers() === before + 1)
}

/** Authentication request `none`; every server answers it with the methods it has. */
const authNone = new ByteWriter()
  .u8(SSH_MSG['userauth-request'])
  .string('nobody')
  .string('ssh-connection')
  .string('none')
  .finish()

/** The tests against one OpenSSH, which lies under `root`. */
function testsOf(root: string, skip: string | false): void {
  let sshd: Sshd

  before(async () => {
    const authorizedKeys = [formatPublicKey(userKey.publicKey)]
    // OpenSSH 10 shuts out who leaves again without logging in, as these tests do.
    const config = root === '' ? [] : ['PerSourcePenalties no']
    const hostKeyTypes = ['ed25519', 'ecdsa', 'rsa']
    if (skip === false) sshd = await Sshd.start({ hostKeyTypes, authorizedKeys, root, config })
  })
  after(async () => {
    if (skip === false) await sshd[Symbol.asyncDispose]()
  })

  async function exchangeWith(lists: Partial<AlgorithmLists>): Promise<SocketTransport> {
    const connection = await connectTransport(sshd.port, { algorithms: { ...legacy, ...lists } })
    connection.transport.send(authNone)
    await connection.until(() => connection.packets.length > 0)
    assert.equal(connection.packets[0]?.[0], SSH_MSG['userauth-failure'])
    return connection
  }

  /** Whether this sshd knows a method: from its refusal, not from its version. */
  async function offersKex(name: string): Promise<boolean> {
    const connection = await connectTransport(sshd.port, { algorithms: { ...legacy, kex: [name] } })
    connection.transport.send(authNone)
    try {
      await connection.until(() => connection.packets.length > 0)
      return true
    } catch {
      assert.equal(connection.error?.code, 'no-common-algorithm')
      return false
    } finally {
      connection.destroy()
    }
  }

  for (const name of kexMethods.keys()) {
    test(`key exchange ${name}, and again on our wish`, { skip }, async (t) => {
      if (!(await offersKex(name))) return t.skip(`this sshd does not know ${name}`)
      const connection = await connectTransport(sshd.port, { algorithms: { ...legacy, kex: [name] } })
      await logIn(connection)
      assert.equal(connection.transport.algorithms?.kex, name)
      connection.transport.rekey()
      await askAgain(connection)
      assert.equal(connection.kexEvents.filter((event) => event.type === 'finished').length, 2)
      connection.destroy()
    })
  }

  for (const name of ciphers.keys()) {
    const needsMac = ciphers.get(name)?.aead !== true
    for (const mac of needsMac ? macs.keys() : ['(its own)']) {
      test(`cipher ${name} with mac ${mac}, and again on our wish`, { skip }, async () => {
        const macList = needsMac ? [mac] : []
        const algorithms = {
          ...legacy,
          cipherClientToServer: [name],
          cipherServerToClient: [name],
          macClientToServer: macList,
          macServerToClient: macList,
        }
        const connection = await connectTransport(sshd.port, { algorithms })
        await logIn(connection)
        assert.equal(connection.transport.algorithms?.clientToServer.cipher, name)
        for (let i = 0; i < 3; i++) {
          connection.transport.rekey()
          await askAgain(connection)
        }
        connection.destroy()
      })
    }
  }

  for (const name of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256']) {
    test(`host key ${name} is verified and is the one on disk`, { skip }, async () => {
      const connection = await exchangeWith({ serverHostKey: [name] })
      const key = connection.transport.hostKey
      assert.ok(key !== undefined)
      assert.ok(sshd.hostKeys.includes(`${key.type} ${Buffer.from(key.blob).toString('base64')}`))
      connection.destroy()
    })
  }

  test('strict key exchange and EXT_INFO are agreed on', { skip }, async () => {
    const connection = await connectTransport(sshd.port)
    // OpenSSH does not answer pings before authentication.
    await logIn(connection)
    assert.equal(connection.transport.strict, true)
    const extensions = connection.transport.peerExtensions
    assert.match(new TextDecoder().decode(extensions.get(EXTENSION.serverSigAlgs)), /ssh-ed25519/)
    if (connection.transport.ping(utf8Bytes('are you there'))) {
      await connection.until(() => connection.pongs.length === 1)
      assert.deepEqual(connection.pongs[0], utf8Bytes('are you there'))
    }
    connection.destroy()
  })

  test('takes our DISCONNECT with its reason', { skip }, async () => {
    const connection = await exchangeWith({})
    connection.transport.disconnect(11, 'test is over')
    assert.equal(connection.error?.code, 'disconnected-by-us')
    await sshd.logs(/11: test is over/)
  })

  test('a cipher we do not share ends in the named error on our side', { skip }, async () => {
    const connection = await connectTransport(sshd.port, {
      algorithms: { ...legacy, serverHostKey: ['ecdsa-sha2-nistp521'] },
    })
    await assert.rejects(
      connection.until(() => connection.packets.length > 0),
      { code: 'no-common-algorithm', message: 'no matching host key' },
    )
  })
}

suite('sshd of this machine', () => testsOf('', hasSshd() ? false : 'needs sshd'))
suite('sshd of Debian 13', () => testsOf(debian13Root(), hasDebian13() ? false : 'needs Debian 13'))
