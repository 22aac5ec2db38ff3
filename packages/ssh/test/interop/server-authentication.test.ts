/** Our server with OpenSSH's client: every authentication method, partial success, certificates and host key rotation. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { type CommandResult, runCommand, TemporaryDirectory } from '@sallyport/testkit'
import type { Authenticator } from '../../src/io/server-login.ts'
import { startEchoServer, testHostKey } from '../../src/io/testing/echo-server.ts'
import {
  checkCertificate,
  encodePrivateKey,
  formatPublicKey,
  generatePrivateKey,
  isCertificate,
  parsePublicKey,
  samePublicKey,
} from '../../src/keys/index.ts'

const skip = existsSync('/usr/bin/ssh') ? false : 'needs the ssh client'

/** A directory with what `ssh` needs, and a way to run it. */
class OpenSsh implements Disposable {
  readonly directory = new TemporaryDirectory('ssh')

  constructor(port: number) {
    const line = `[127.0.0.1]:${port} ${formatPublicKey(testHostKey.publicKey)}\n`
    writeFileSync(this.directory.file('known_hosts'), line)
  }

  /** Makes a key as `ssh-keygen` does; the text of its public half. */
  async makeKey(name: string, ...type: readonly string[]): Promise<string> {
    const file = this.directory.file(name)
    const { status, stderr } = await runCommand('ssh-keygen', ['-q', '-N', '', '-C', '', '-f', file, ...type])
    assert.equal(status, 0, stderr)
    return readFileSync(`${file}.pub`, 'utf8')
  }

  /** Answers for whatever ssh asks: shell patterns of prompts, and what to say. */
  answer(answers: Readonly<Record<string, string>>): void {
    const cases = Object.entries(answers).map(([prompt, reply]) => `  *${prompt}*) echo '${reply}';;`)
    const script = ['#!/bin/sh', `echo "$1" >> '${this.directory.file('asked')}'`, 'case "$1" in', ...cases, 'esac', '']
    writeFileSync(this.directory.file('askpass'), script.join('\n'))
    chmodSync(this.directory.file('askpass'), 0o700)
  }

  get asked(): string {
    return readFileSync(this.directory.file('asked'), 'utf8')
  }

  async run(port: number, args: readonly string[], command = 'whoami'): Promise<CommandResult> {
    const options = {
      UserKnownHostsFile: this.directory.file('known_hosts'),
      GlobalKnownHostsFile: '/dev/null',
      StrictHostKeyChecking: 'yes',
      IdentitiesOnly: 'yes',
      IdentityAgent: 'none',
    }
    const all = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    return await runCommand(
      'ssh',
      ['-F', 'none', '-v', '-p', String(port), ...all, ...args, 'alice@127.0.0.1', command],
      {
        env: {
          ...process.env,
          SSH_ASKPASS: this.directory.file('askpass'),
          SSH_ASKPASS_REQUIRE: 'force',
          DISPLAY: ':0',
        },
      },
    )
  }

  [Symbol.dispose](): void {
    this.directory[Symbol.dispose]()
  }
}

/** Lets in whoever holds this key, saying how it was proved. */
function keyHolder(publicText: string): Authenticator<string> {
  const { key: wanted } = parsePublicKey(publicText)
  return {
    acceptsKey: ({ key }) => samePublicKey(key, wanted),
    decideKey: ({ key }) =>
      samePublicKey(key.key, wanted)
        ? { outcome: 'success', identity: `${key.algorithm} ${key.hostBound ? 'host-bound' : 'plain'}` }
        : { outcome: 'failure' },
  }
}

suite('publickey', { skip }, () => {
  const kinds: readonly { args: readonly string[]; algorithm: string }[] = [
    { args: ['-t', 'ed25519'], algorithm: 'ssh-ed25519' },
    { args: ['-t', 'ecdsa', '-b', '256'], algorithm: 'ecdsa-sha2-nistp256' },
    { args: ['-t', 'ecdsa', '-b', '384'], algorithm: 'ecdsa-sha2-nistp384' },
    { args: ['-t', 'ecdsa', '-b', '521'], algorithm: 'ecdsa-sha2-nistp521' },
    { args: ['-t', 'rsa', '-b', '2048'], algorithm: 'rsa-sha2-512' },
  ]
  for (const { args, algorithm } of kinds) {
    test(`${algorithm}: the client signs for our host key`, async () => {
      const authenticator: { current: Authenticator<string> } = { current: {} }
      await using server = await startEchoServer({
        authenticator: {
          acceptsKey: (...given) => authenticator.current.acceptsKey?.(...given) ?? false,
          decideKey: (...given) => authenticator.current.decideKey?.(...given) ?? { outcome: 'failure' },
        },
      })
      const { port } = server.address
      using ssh = new OpenSsh(port)
      authenticator.current = keyHolder(await ssh.makeKey('key', ...args))
      const { status, stdout, stderr } = await ssh.run(port, ['-i', ssh.directory.file('key')])
      assert.equal(status, 0, stderr)
      assert.equal(stdout.toString(), `${algorithm} host-bound\n`)
    })
  }

  test('of several keys the right one is found by asking', async () => {
    let decided = 0
    let right = ''
    await using server = await startEchoServer({
      authenticator: {
        acceptsKey: ({ key }) => samePublicKey(key, parsePublicKey(right).key),
        decideKey: () => {
          decided++
          return { outcome: 'success', identity: 'alice' }
        },
      },
    })
    const { port } = server.address
    using ssh = new OpenSsh(port)
    for (const name of ['one', 'two', 'three']) await ssh.makeKey(name, '-t', 'ed25519')
    right = await ssh.makeKey('four', '-t', 'ed25519')
    const identities = ['one', 'two', 'three', 'four'].flatMap((name) => ['-i', ssh.directory.file(name)])
    const { status, stderr } = await ssh.run(port, identities)
    assert.equal(status, 0, stderr)
    assert.equal(decided, 1)
    assert.equal(server.facts.length, 0)
  })

  test('a certificate is proved and judged', async () => {
    const authority = generatePrivateKey('ssh-ed25519')
    await using server = await startEchoServer({
      authenticator: {
        decideKey: ({ key: { key, algorithm } }) => {
          if (!isCertificate(key)) return { outcome: 'failure' }
          const authorities = [authority.publicKey]
          const verdict = checkCertificate(key, { kind: 'user', authorities, principal: 'alice', now: Date.now() })
          return verdict.valid ? { outcome: 'success', identity: `${key.keyId} ${algorithm}` } : { outcome: 'failure' }
        },
      },
    })
    const { port } = server.address
    using ssh = new OpenSsh(port)
    await ssh.makeKey('key', '-t', 'ed25519')
    writeFileSync(ssh.directory.file('ca'), encodePrivateKey(authority), { mode: 0o600 })
    const sign = ['-q', '-s', ssh.directory.file('ca'), '-I', 'id', '-n', 'alice', ssh.directory.file('key.pub')]
    assert.equal((await runCommand('ssh-keygen', sign)).status, 0)
    const { status, stdout, stderr } = await ssh.run(port, ['-i', ssh.directory.file('key')])
    assert.equal(status, 0, stderr)
    assert.equal(stdout.toString(), 'id ssh-ed25519-cert-v01@openssh.com\n')
  })
})

suite('answers', { skip }, () => {
  test('keyboard-interactive in two rounds, with its instruction', async () => {
    await using server = await startEchoServer()
    const { port } = server.address
    using ssh = new OpenSsh(port)
    ssh.answer({ Code: '123', Word: 'xyzzy' })
    const { status, stdout, stderr } = await ssh.run(port, ['-o', 'PreferredAuthentications=keyboard-interactive'])
    assert.equal(status, 0, stderr)
    assert.equal(stdout.toString(), 'alice by answers\n')
    assert.match(ssh.asked, /Code: [\s\S]*Word: /)
  })

  test('password, after two wrong ones', async () => {
    let tries = 0
    await using server = await startEchoServer({
      authenticator: {
        decidePassword: ({ password }) =>
          ++tries === 3 && Buffer.from(password).toString() === 'secret'
            ? { outcome: 'success', identity: 'alice' }
            : { outcome: 'failure' },
      },
    })
    const { port } = server.address
    using ssh = new OpenSsh(port)
    ssh.answer({ assword: 'secret' })
    const { status, stdout, stderr } = await ssh.run(port, [])
    assert.equal(status, 0, stderr)
    assert.equal(stdout.toString(), 'alice\n')
    assert.equal(tries, 3)
  })

  test('key, then password, then code: each partial success leads on', async () => {
    await using server = await startEchoServer({
      authenticator: {
        decideKey: () => ({ outcome: 'partial', continueWith: ['password'] }),
        decidePassword: ({ factors }) =>
          factors.length === 1
            ? { outcome: 'partial', continueWith: ['keyboard-interactive'] }
            : { outcome: 'failure' },
        async converse({ factors, ask }) {
          const [code] = await ask({ prompts: [{ text: 'Code: ', echo: true }] })
          return code === '123'
            ? { outcome: 'success', identity: factors.map((factor) => factor.method).join(' ') }
            : { outcome: 'failure' }
        },
      },
    })
    const { port } = server.address
    using ssh = new OpenSsh(port)
    await ssh.makeKey('key', '-t', 'ed25519')
    ssh.answer({ assword: 'secret', Code: '123' })
    const { status, stdout, stderr } = await ssh.run(port, ['-i', ssh.directory.file('key')])
    assert.equal(status, 0, stderr)
    assert.equal(stdout.toString(), 'publickey password\n')
  })

  test('a user that is not let in sees a plain refusal and the banner', async () => {
    await using server = await startEchoServer({ login: { banner: 'authorised use only\n' } })
    const { port } = server.address
    using ssh = new OpenSsh(port)
    await ssh.makeKey('key', '-t', 'ed25519')
    const { status, stderr } = await ssh.run(port, ['-o', 'BatchMode=yes', '-i', ssh.directory.file('key')])
    assert.equal(status, 255)
    assert.match(stderr, /authorised use only/)
    assert.match(stderr, /Permission denied \(publickey,password,keyboard-interactive\)/)
  })
})

suite('host keys', { skip }, () => {
  test('the client learns our second host key by proof', async () => {
    const second = generatePrivateKey('ecdsa-sha2-nistp256')
    const rsa = generatePrivateKey('ssh-rsa')
    await using server = await startEchoServer({ hostKeys: [testHostKey, second, rsa] })
    const { port } = server.address
    using ssh = new OpenSsh(port)
    ssh.answer({ Code: '123', Word: 'xyzzy' })
    const { status, stderr } = await ssh.run(port, ['-o', 'UpdateHostKeys=yes'], 'whoami; sleep 1')
    assert.equal(status, 0, stderr)
    const learnt = readFileSync(ssh.directory.file('known_hosts'), 'utf8')
    for (const key of [testHostKey, second, rsa]) assert.ok(learnt.includes(key.publicKey.blob.toBase64()), stderr)
  })
})
