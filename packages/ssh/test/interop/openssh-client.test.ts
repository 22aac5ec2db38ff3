import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { type CommandOptions, debian13Command, hasDebian13, runCommand } from '@sallyport/testkit'
import { ByteReader, ByteWriter } from '@sallyport/wire'
import { algorithmProfiles } from '../../src/crypto/algorithm-profiles.ts'
import { ciphers } from '../../src/crypto/ciphers.ts'
import { kexMethods } from '../../src/crypto/kex-methods.ts'
import { generatePrivateKey } from '../../src/keys/index.ts'
import { SSH_MSG } from '../../src/messages/numbers.ts'
import { EXTENSION } from '../../src/transport/extensions.ts'
import type { TransportOptions } from '../../src/transport/transport-options.ts'
import { type SocketTransport, TransportListener } from './socket-transport.ts'

const { legacy } = algorithmProfiles
const signers = (['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp521'] as const).map((type) =>
  generatePrivateKey(type),
)

const authFailure = new ByteWriter().u8(SSH_MSG['userauth-failure']).nameList(['publickey']).boolean(false).finish()

/** The words that start an ssh, itself first. */
type Program = readonly [command: string, ...args: string[]]

function sshArguments(port: number, options: readonly string[]): string[] {
  const fixed = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes', 'IdentityFile=none']
  return [
    '-F',
    'none',
    '-p',
    `${port}`,
    ...[...fixed, ...options].flatMap((o) => ['-o', o]),
    'someone@127.0.0.1',
    'true',
  ]
}

// A server of raw packets: lets everyone in and echoes what the one channel brings.

interface Echo {
  bytes: number
}

function echo(connection: SocketTransport, counts: Echo): void {
  const { transport } = connection
  const queue: Uint8Array[] = []
  let ending = false
  const header = new ByteWriter().u8(SSH_MSG['channel-data']).u32(0).finish()
  const reply = (number: number, ...words: readonly number[]): void => {
    const writer = new ByteWriter().u8(number)
    for (const word of words) writer.u32(word)
    transport.send(writer.finish())
  }
  const flush = (): void => {
    while (queue.length > 0 && transport.canSendData && !connection.congested) {
      const data = queue.shift() as Uint8Array
      transport.sendParts(header, data)
      counts.bytes += data.length - 4
    }
    if (!ending || queue.length > 0) return
    ending = false
    const status = new ByteWriter().u8(SSH_MSG['channel-request']).u32(0).string('exit-status').boolean(false).u32(0)
    transport.send(status.finish())
    reply(SSH_MSG['channel-close'], 0)
  }
  connection.onWritable = flush
  connection.onKex = flush
  connection.onPacket = (payload) => {
    const reader = new ByteReader(payload)
    switch (reader.u8()) {
      case SSH_MSG['userauth-request']:
        transport.send(Uint8Array.of(SSH_MSG['userauth-success']))
        return transport.authenticated()
      case SSH_MSG['channel-open']:
        return reply(SSH_MSG['channel-open-confirmation'], 0, 0, 0x7fff_ffff, 32_768)
      case SSH_MSG['channel-request']:
        reader.u32()
        reader.string()
        return reader.boolean() ? reply(SSH_MSG['channel-success'], 0) : undefined
      case SSH_MSG['channel-data']:
        queue.push(payload.slice(5))
        return flush()
      case SSH_MSG['channel-eof']:
        ending = true
        return flush()
      default:
    }
  }
}

/** The tests of one ssh. */
function testsOf(program: Program): void {
  const [command, ...words] = program
  const run = (args: readonly string[], options: CommandOptions = {}) =>
    runCommand(command, [...words, ...args], options)
  const ask = (...args: readonly string[]) => spawnSync(command, [...words, ...args], { encoding: 'utf8' })
  const query = (what: string): string[] => ask('-Q', what).stdout?.split('\n').filter(Boolean) ?? []
  const skip = ask('-V').status === 0 ? false : 'needs ssh'

  /** Runs ssh against a server transport that refuses all authentication. */
  async function refuseLogin(options: readonly string[], transport: Partial<TransportOptions> = {}) {
    await using listener = new TransportListener({ signers, algorithms: legacy, ...transport }, (connection) => {
      connection.onPacket = () => connection.transport.send(authFailure)
    })
    const port = await listener.listen()
    const { stderr } = await run(['-v', ...sshArguments(port, options)])
    const [connection] = listener.connections
    assert.ok(connection !== undefined, stderr)
    assert.match(stderr, /Permission denied \(publickey\)/)
    return { connection, stderr }
  }

  for (const name of legacy.kex.filter((method) => kexMethods.has(method) && query('kex').includes(method))) {
    test(`key exchange ${name} up to the refusal of authentication`, { skip }, async () => {
      const { connection } = await refuseLogin([`KexAlgorithms=${name}`])
      assert.equal(connection.transport.algorithms?.kex, name)
    })
  }

  for (const name of legacy.cipherClientToServer.filter((cipher) => query('cipher').includes(cipher))) {
    const aead = !name.includes('ctr')
    for (const mac of aead ? ['(its own)'] : legacy.macClientToServer) {
      test(`cipher ${name} with mac ${mac}`, { skip }, async () => {
        const { connection } = await refuseLogin([`Ciphers=${name}`, ...(aead ? [] : [`MACs=${mac}`])])
        assert.equal(connection.transport.algorithms?.serverToClient.cipher, name)
      })
    }
  }

  for (const name of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp521']) {
    test(`verifies our host key ${name}`, { skip }, async () => {
      const { connection } = await refuseLogin([`HostKeyAlgorithms=${name}`])
      assert.equal(connection.transport.algorithms?.serverHostKey, name)
    })
  }

  test('knows our extensions, and we know it is strict', { skip }, async () => {
    const { connection, stderr } = await refuseLogin([])
    assert.match(stderr, /server-sig-algs=<ssh-ed25519,/)
    assert.match(stderr, /publickey-hostbound@openssh.com=<0>/)
    assert.equal(connection.transport.strict, true)
    assert.match(connection.transport.peerIdentification ?? '', /^SSH-2\.0-OpenSSH_/)
  })

  test('our list of ciphers is made when its list is known', { skip }, async () => {
    const seen: (readonly string[])[] = []
    const { connection } = await refuseLogin([], {
      cipherOffer: (_ours, client) => {
        seen.push(client)
        return ['aes128-ctr']
      },
    })
    assert.ok(seen[0]?.includes('aes256-gcm@openssh.com'))
    assert.equal(connection.transport.algorithms?.clientToServer.cipher, 'aes128-ctr')
  })

  test('takes a second EXT_INFO during authentication where it announced that', { skip }, async (t) => {
    let sent = false
    await using listener = new TransportListener({ signers, algorithms: legacy }, (connection) => {
      connection.onPacket = () => {
        sent ||= connection.transport.sendExtensions(
          new Map([[EXTENSION.serverSigAlgs, new TextEncoder().encode('rsa-sha2-512')]]),
        )
        connection.transport.send(authFailure)
      }
    })
    const port = await listener.listen()
    const { stderr } = await run(['-v', ...sshArguments(port, [])])
    assert.match(stderr, /Permission denied/)
    if (!sent) return t.skip('this ssh does not announce ext-info-in-auth@openssh.com')
    assert.match(stderr, /server-sig-algs=<rsa-sha2-512>/)
  })

  for (const cipher of ['aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes128-ctr']) {
    test(`V-A06 data both ways through hundreds of rekeys under ${cipher}`, { skip }, async (t) => {
      if (!ciphers.has(cipher)) return t.skip(`no ${cipher}`)
      const counts: Echo = { bytes: 0 }
      await using listener = new TransportListener({ signers, algorithms: legacy }, (connection) =>
        echo(connection, counts),
      )
      const port = await listener.listen()
      const input = randomBytes(6 * 1024 * 1024)
      const options = ['RekeyLimit=16K', 'KexAlgorithms=curve25519-sha256', `Ciphers=${cipher}`]
      const { status, stdout, stderr } = await run(sshArguments(port, options), {
        input,
        timeoutMs: 180_000,
      })
      assert.equal(status, 0, stderr)
      assert.ok(stdout.equals(input))
      const rekeys = listener.connections[0]?.kexEvents.filter((event) => event.type === 'finished').length ?? 0
      assert.ok(rekeys > 50, `${rekeys} rekeys`)
      t.diagnostic(`${rekeys} key exchanges`)
    })
  }

  test('our own rekeys by bytes while data flows both ways', { skip }, async (t) => {
    const counts: Echo = { bytes: 0 }
    await using listener = new TransportListener(
      { signers, algorithms: legacy, limits: { rekeyBytes: 64 * 1024 } },
      (connection) => echo(connection, counts),
    )
    const port = await listener.listen()
    const input = randomBytes(8 * 1024 * 1024)
    const options = ['KexAlgorithms=curve25519-sha256']
    const { status, stdout, stderr } = await run(sshArguments(port, options), { input, timeoutMs: 180_000 })
    assert.equal(status, 0, stderr)
    assert.ok(stdout.equals(input))
    const rekeys = listener.connections[0]?.kexEvents.filter((event) => event.type === 'finished').length ?? 0
    assert.ok(rekeys >= 20, `${rekeys} rekeys`)
    t.diagnostic(`${rekeys} key exchanges`)
  })
}

suite('ssh of this machine', () => testsOf(['ssh']))
suite('ssh of Debian 13', { skip: hasDebian13() ? false : 'needs Debian 13' }, () =>
  testsOf(debian13Command('/usr/bin/ssh')),
)
