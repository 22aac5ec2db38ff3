/** Our server with clients other than OpenSSH's: each logs in and runs a command. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { runCommand, TemporaryDirectory } from '@sallyport/testkit'
import { aliceAuthenticator, aliceKey, startEchoServer, testHostKey } from '../../src/io/testing/echo-server.ts'
import { encodePrivateKey, fingerprint, generatePrivateKey, samePublicKey } from '../../src/keys/index.ts'

const rsaKey = generatePrivateKey('ssh-rsa')
const PYTHON_PACKAGES = '/usr/lib/python3/dist-packages'

interface Login {
  readonly port: number
  /** Of alice's Ed25519 key and of an RSA key, in OpenSSH's format. */
  readonly keyFile: string
  readonly rsaFile: string
  readonly directory: TemporaryDirectory
}

interface ClientKind {
  readonly name: string
  readonly needs: string
  readonly identity: string
  /** The server has keyboard-interactive switched off. */
  readonly noPrompts?: true
  command(login: Login): Promise<readonly [string, ...string[]]> | readonly [string, ...string[]]
}

const python = (script: string, ...args: readonly string[]): readonly [string, ...string[]] => [
  '/usr/bin/python3',
  '-W',
  'ignore',
  '-c',
  script,
  ...args,
]

const PARAMIKO = `
import sys, paramiko
transport = paramiko.Transport(('127.0.0.1', int(sys.argv[1])))
transport.start_client()
`
const PARAMIKO_WHOAMI = `
channel = transport.open_session()
channel.exec_command('whoami')
sys.stdout.write(channel.makefile().read().decode())
transport.close()
`

const clients: readonly ClientKind[] = [
  {
    name: 'plink with a key',
    needs: '/usr/bin/plink',
    identity: 'alice by key',
    async command({ port, keyFile, directory }) {
      const ppk = directory.file('key.ppk')
      const { status, stderr } = await runCommand('puttygen', [keyFile, '-O', 'private', '-o', ppk])
      assert.equal(status, 0, stderr)
      return ['plink', ...plinkArguments(port), '-i', ppk, 'alice@127.0.0.1', 'whoami']
    },
  },
  {
    // plink would answer prompts before it sends a password, and -pw answers only the first
    name: 'plink with a password',
    noPrompts: true,
    needs: '/usr/bin/plink',
    identity: 'alice by password',
    command: ({ port }) => ['plink', ...plinkArguments(port), '-pw', 'secret', 'alice@127.0.0.1', 'whoami'],
  },
  {
    name: 'dbclient',
    needs: '/usr/bin/dbclient',
    identity: 'alice by key',
    async command({ port, keyFile, directory }) {
      const converted = directory.file('dropbear')
      const { status, stderr } = await runCommand('dropbearconvert', ['openssh', 'dropbear', keyFile, converted])
      assert.equal(status, 0, stderr)
      return ['dbclient', '-y', '-y', '-p', String(port), '-i', converted, 'alice@127.0.0.1', 'whoami']
    },
  },
  {
    name: 'paramiko with an Ed25519 key',
    needs: `${PYTHON_PACKAGES}/paramiko`,
    identity: 'alice by key',
    command: ({ port, keyFile }) =>
      python(
        `${PARAMIKO}transport.auth_publickey('alice', paramiko.Ed25519Key.from_private_key_file(sys.argv[2]))${PARAMIKO_WHOAMI}`,
        String(port),
        keyFile,
      ),
  },
  {
    name: 'paramiko with an RSA key',
    needs: `${PYTHON_PACKAGES}/paramiko`,
    identity: 'alice by rsa-sha2-512',
    command: ({ port, rsaFile }) =>
      python(
        `${PARAMIKO}transport.auth_publickey('alice', paramiko.RSAKey.from_private_key_file(sys.argv[2]))${PARAMIKO_WHOAMI}`,
        String(port),
        rsaFile,
      ),
  },
  {
    name: 'paramiko, which asks for the service before every try',
    needs: `${PYTHON_PACKAGES}/paramiko`,
    identity: 'alice by answers',
    command: ({ port }) =>
      python(
        `${PARAMIKO}
try:
    transport.auth_none('alice')
except paramiko.BadAuthenticationType:
    pass
try:
    transport.auth_password('alice', 'wrong', fallback=False)
except paramiko.AuthenticationException:
    pass
transport.auth_interactive('alice', lambda title, text, prompts: ['123' if echo else 'xyzzy' for _, echo in prompts])
${PARAMIKO_WHOAMI}`,
        String(port),
      ),
  },
  {
    name: 'asyncssh',
    needs: `${PYTHON_PACKAGES}/asyncssh`,
    identity: 'alice by key',
    command: ({ port, keyFile }) =>
      python(
        `
import asyncio, asyncssh, sys
async def main():
    async with asyncssh.connect('127.0.0.1', int(sys.argv[1]), username='alice', client_keys=[sys.argv[2]],
                                known_hosts=None, agent_path=None, config=None) as connection:
        print((await connection.run('whoami', check=True)).stdout, end='')
asyncio.run(main())
`,
        String(port),
        keyFile,
      ),
  },
]

function plinkArguments(port: number): readonly string[] {
  return ['-batch', '-noagent', '-P', String(port), '-hostkey', fingerprint(testHostKey.publicKey)]
}

suite('clients', () => {
  for (const kind of clients) {
    const { name, needs, identity } = kind
    test(name, { skip: existsSync(needs) ? false : `needs ${needs}` }, async () => {
      const alice = aliceAuthenticator()
      if (kind.noPrompts === true) delete alice.converse
      await using server = await startEchoServer({
        authenticator: {
          ...alice,
          acceptsKey: (applicant, options) =>
            samePublicKey(applicant.key, rsaKey.publicKey) || (alice.acceptsKey?.(applicant, options) ?? false),
          decideKey: (applicant, options) =>
            samePublicKey(applicant.key.key, rsaKey.publicKey)
              ? { outcome: 'success', identity: `alice by ${applicant.key.algorithm}` }
              : (alice.decideKey?.(applicant, options) ?? { outcome: 'failure' }),
        },
      })
      using directory = new TemporaryDirectory('clients')
      const keyFile = directory.file('ed25519')
      const rsaFile = directory.file('rsa')
      writeFileSync(keyFile, encodePrivateKey(aliceKey), { mode: 0o600 })
      writeFileSync(rsaFile, encodePrivateKey(rsaKey), { mode: 0o600 })
      const [program, ...args] = await kind.command({ port: server.address.port, keyFile, rsaFile, directory })
      const env = { ...process.env, HOME: directory.path }
      const { status, stdout, stderr } = await runCommand(program, args, { env })
      assert.equal(stdout.toString(), `${identity}\n`, stderr)
      assert.equal(status, 0, stderr)
    })
  }
})
