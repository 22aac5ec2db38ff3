import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import {
  type CommandOptions,
  type CommandResult,
  debian13Command,
  freePort,
  hasDebian13,
  runCommand,
  writeDebian13Script,
} from '@sallyport/testkit'
import type { InteropCase, InteropStage } from '../interop-case.ts'

const PAYLOAD_BYTES = 8 * 1024 * 1024

interface Client {
  readonly name: string
  readonly needs: () => string | undefined
  command(program: string): readonly [string, ...string[]]
}

const CLIENTS: readonly Client[] = [
  { name: 'OpenSSH 9.2', needs: () => undefined, command: (program) => [program] },
  {
    name: 'OpenSSH 10',
    needs: () => (hasDebian13() ? undefined : 'Debian 13 unpacked'),
    command: (program) => debian13Command(`/usr/bin/${program}`),
  },
]

/** Everything people do with OpenSSH's own programs through a jump. */
export const opensshCases: readonly InteropCase[] = CLIENTS.flatMap((client) => {
  const one = (does: string, run: (stage: InteropStage, use: Use) => Promise<void>): InteropCase => ({
    client: client.name,
    does,
    needs: client.needs,
    run: (stage) => run(stage, new Use(client, stage)),
  })
  return [
    one('ssh -J runs a command', async (_stage, use) => {
      assert.equal((await use.ssh(['echo', 'through'])).stdout.toString(), 'through\n')
    }),
    one('ssh -J passes the exit status', async (_stage, use) => {
      assert.equal((await use.run('ssh', [...use.options(), ...use.jump(), use.login, 'exit 42'])).status, 42)
    }),
    one('ssh -J half-closes standard input and keeps the output', async (_stage, use) => {
      const { stdout } = await use.ssh(['cat; sleep 0.2; echo after'], { input: 'script\n' })
      assert.equal(stdout.toString(), 'script\nafter\n')
    }),
    one('ssh -J moves bytes both ways unchanged', async (_stage, use) => {
      const payload = randomBytes(PAYLOAD_BYTES)
      assert.equal(digest((await use.ssh(['cat'], { input: payload })).stdout), digest(payload))
    }),
    one('ssh -J with a terminal', async (_stage, use) => {
      const { stdout } = await use.run('ssh', ['-tt', ...use.options(), ...use.jump(), use.login, 'tty'])
      assert.match(stdout.toString(), /\/dev\/pts\//)
    }),
    one('ssh -J negotiates a post-quantum key exchange with the gateway, without a warning', async (stage, use) => {
      const { stderr } = await use.run('ssh', [
        '-v',
        ...use.options(),
        '-p',
        String(stage.gateway.port),
        '-W',
        `127.0.0.1:${stage.target.port}`,
        'me@127.0.0.1',
      ])
      assert.match(stderr, /kex: algorithm: (mlkem768x25519-sha256|sntrup761x25519-sha512)/)
      assert.doesNotMatch(stderr, /WARNING/)
    }),
    one('ssh -W is a proxy command', async (stage, use) => {
      const proxy = ['ssh', ...use.options(), '-p', String(stage.gateway.port), '-W', '%h:%p', '127.0.0.1'].join(' ')
      const { stdout, stderr } = await use.run('ssh', [
        ...use.options(),
        '-o',
        `ProxyCommand=${proxy}`,
        use.login,
        'echo w',
      ])
      assert.equal(stdout.toString(), 'w\n', stderr)
    }),
    one('ssh -J a,b goes through two gateways', async (stage, use) => {
      const jumps = `127.0.0.1:${stage.gateway.port},127.0.0.1:${stage.second.port}`
      const { stdout, stderr } = await use.run('ssh', [...use.options(), '-J', jumps, use.login, 'echo two'])
      assert.equal(stdout.toString(), 'two\n', stderr)
    }),
    one('ssh -J to a name of the inventory', async (_stage, use) => {
      const { stdout, stderr } = await use.run('ssh', [
        ...use.options(),
        '-o',
        'HostKeyAlias=127.0.0.1',
        ...use.jump(),
        'root@box',
        'echo named',
      ])
      assert.equal(stdout.toString(), 'named\n', stderr)
    }),
    one('ssh -L forwards a port', async (stage, use) => {
      const local = await freePort()
      const forward = `127.0.0.1:${local}:127.0.0.1:${stage.target.port}`
      await use.meanwhile(
        ['-N', '-L', forward, '-o', 'ExitOnForwardFailure=yes', '-p', String(stage.gateway.port), '127.0.0.1'],
        local,
        async () => {
          const { stdout, stderr } = await use.run('ssh', [
            ...use.options(),
            '-o',
            `HostKeyAlias=[127.0.0.1]:${stage.target.port}`,
            '-p',
            String(local),
            'root@127.0.0.1',
            'echo L',
          ])
          assert.equal(stdout.toString(), 'L\n', stderr)
        },
      )
    }),
    one('ssh -D is a SOCKS proxy, many connections at once', async (stage, use) => {
      const local = await freePort()
      await use.meanwhile(
        ['-N', '-D', `127.0.0.1:${local}`, '-p', String(stage.gateway.port), '127.0.0.1'],
        local,
        async () => {
          const fetches = Array.from({ length: 20 }, () =>
            runCommand('curl', [
              '-s',
              '--max-time',
              '10',
              '--socks5-hostname',
              `127.0.0.1:${local}`,
              `http://127.0.0.1:${stage.gateway.metricsPort}/healthz`,
            ]),
          )
          // the target speaks SSH, so its greeting is what a working tunnel brings
          const greetings = await Promise.all(
            Array.from({ length: 20 }, () =>
              runCommand('curl', [
                '-s',
                '--max-time',
                '10',
                '--http0.9',
                '--socks5-hostname',
                `127.0.0.1:${local}`,
                `http://127.0.0.1:${stage.target.port}/`,
              ]),
            ),
          )
          await Promise.all(fetches)
          for (const { stdout } of greetings) assert.match(stdout.toString(), /SSH-2\.0-OpenSSH/)
        },
      )
    }),
    one('ControlMaster shares one connection', async (stage, use) => {
      const path = stage.directory.file(`cm-${client.name.replaceAll(/\W/g, '')}`)
      const shared = [...use.options(), '-o', `ControlPath=${path}`, '-p', String(stage.gateway.port)]
      const master = await use.run('ssh', [...shared, '-M', '-N', '-f', '127.0.0.1'])
      assert.equal(master.status, 0, master.stderr)
      try {
        const local = await freePort()
        const added = await use.run('ssh', [
          ...shared,
          '-O',
          'forward',
          '-L',
          `127.0.0.1:${local}:127.0.0.1:${stage.target.port}`,
          '127.0.0.1',
        ])
        assert.equal(added.status, 0, added.stderr)
        const greeting = await Promise.all(
          Array.from({ length: 5 }, () =>
            use.run('ssh', [...shared, '-W', `127.0.0.1:${stage.target.port}`, '127.0.0.1'], {
              input: 'SSH-2.0-probe\r\n',
            }),
          ),
        )
        for (const { stdout } of greeting) assert.match(stdout.toString(), /^SSH-2\.0-OpenSSH/)
      } finally {
        await use.run('ssh', [...shared, '-O', 'exit', '127.0.0.1'])
      }
    }),
    one('scp copies there and back', async (stage, use) => {
      const { there, back, payload } = use.files('scp')
      const up = await use.run('scp', [
        ...use.options(),
        ...use.jump(),
        '-P',
        String(stage.target.port),
        back,
        `root@127.0.0.1:${there}`,
      ])
      assert.equal(up.status, 0, up.stderr)
      const down = await use.run('scp', [
        ...use.options(),
        ...use.jump(),
        '-P',
        String(stage.target.port),
        `root@127.0.0.1:${there}`,
        `${back}.2`,
      ])
      assert.equal(down.status, 0, down.stderr)
      assert.equal(digest(readFileSync(`${back}.2`)), digest(payload))
    }),
    one('scp -O copies with the old protocol', async (stage, use) => {
      const { there, back, payload } = use.files('scp-o')
      const up = await use.run('scp', [
        '-O',
        ...use.options(),
        ...use.jump(),
        '-P',
        String(stage.target.port),
        back,
        `root@127.0.0.1:${there}`,
      ])
      assert.equal(up.status, 0, up.stderr)
      assert.equal(digest(readFileSync(there)), digest(payload))
    }),
    one('sftp runs a batch', async (stage, use) => {
      const { there, back, payload } = use.files('sftp')
      const batch = `put ${back} ${there}\nget ${there} ${back}.2\n`
      const result = await use.run(
        'sftp',
        ['-b', '-', ...use.options(), ...use.jump(), '-P', String(stage.target.port), 'root@127.0.0.1'],
        { input: batch },
      )
      assert.equal(result.status, 0, result.stderr)
      assert.equal(digest(readFileSync(`${back}.2`)), digest(payload))
    }),
    one('rsync keeps a tree', async (_stage, use) => {
      const { there, back, payload } = use.files('rsync')
      const shell = [use.sshPath(), ...use.options(), ...use.jump(), '-p', String(use.stage.target.port)].join(' ')
      const result = await runCommand('rsync', ['-a', '-e', shell, back, `root@127.0.0.1:${there}`])
      assert.equal(result.status, 0, result.stderr)
      assert.equal(digest(readFileSync(there)), digest(payload))
    }),
    one('git clones and pushes', async (stage, use) => {
      const root = stage.directory.file(`git-${client.name.replaceAll(/\W/g, '')}`)
      mkdirSync(root)
      const ssh = [use.sshPath(), ...use.options(), ...use.jump()].join(' ')
      const env = {
        ...process.env,
        GIT_SSH_COMMAND: ssh,
        GIT_AUTHOR_NAME: 't',
        GIT_AUTHOR_EMAIL: 't@t',
        GIT_COMMITTER_NAME: 't',
        GIT_COMMITTER_EMAIL: 't@t',
      }
      const git = async (...args: string[]) => {
        const result = await runCommand('git', args, { cwd: root, env })
        assert.equal(result.status, 0, result.stderr)
        return result.stdout.toString()
      }
      await git('init', '-q', '--bare', '-b', 'main', 'origin.git')
      await git('clone', '-q', `ssh://root@127.0.0.1:${stage.target.port}${root}/origin.git`, 'work')
      writeFileSync(`${root}/work/file`, 'content\n')
      await git('-C', 'work', 'add', 'file')
      await git('-C', 'work', 'commit', '-q', '-m', 'one')
      await git('-C', 'work', 'push', '-q', 'origin', 'HEAD:main')
      assert.match(await git('-C', 'origin.git', 'log', '--oneline', 'main'), /one/)
    }),
    one('rekeys in mid-transfer', async (_stage, use) => {
      const payload = randomBytes(PAYLOAD_BYTES)
      const { stdout } = await use.ssh(['cat'], { input: payload }, ['-o', 'RekeyLimit=512K'])
      assert.equal(digest(stdout), digest(payload))
    }),
    one('is told who it is by a plain session', async (stage, use) => {
      const { stdout, stderr } = await use.run('ssh', [...use.options(), '-p', String(stage.gateway.port), '127.0.0.1'])
      assert.match(stdout.toString() + stderr, /ssh -J/)
    }),
    one('is refused a reverse forward, with a reason', async (stage, use) => {
      const { status, stderr } = await use.run('ssh', [
        ...use.options(),
        '-N',
        '-o',
        'ExitOnForwardFailure=yes',
        '-R',
        '0:127.0.0.1:22',
        '-p',
        String(stage.gateway.port),
        '127.0.0.1',
      ])
      assert.equal(status, 255)
      assert.match(stderr, /remote port forwarding failed/)
    }),
    one('is refused what the policy does not allow, with the code', async (stage, use) => {
      const { status, stderr } = await use.run('ssh', [
        ...use.options(),
        '-p',
        String(stage.gateway.port),
        '-W',
        '169.254.169.254:80',
        '127.0.0.1',
      ])
      assert.equal(status, 255)
      assert.match(stderr, /SP2102 address\.special/)
    }),
    ...(['ecdsa', 'rsa'] as const).map((type) =>
      one(`signs in with an ${type} key`, async (stage, use) => {
        const args = [
          '-F',
          'none',
          '-i',
          stage.gateway.keyFile(type),
          '-o',
          'IdentitiesOnly=yes',
          '-o',
          `UserKnownHostsFile=${stage.knownHosts}`,
        ]
        const { stdout, stderr } = await use.run(
          'ssh',
          [...args, '-p', String(stage.gateway.port), '-W', `127.0.0.1:${stage.target.port}`, '127.0.0.1'],
          { input: 'SSH-2.0-probe\r\n' },
        )
        assert.match(stdout.toString(), /^SSH-2\.0-OpenSSH/, stderr)
      }),
    ),
  ]
})

/** One client's programs on one stage. */
class Use {
  readonly client: Client
  readonly stage: InteropStage

  constructor(client: Client, stage: InteropStage) {
    this.client = client
    this.stage = stage
  }

  /** Login and host of the target, with its port where a program takes `ssh://`. */
  get login(): string {
    return `ssh://root@127.0.0.1:${this.stage.target.port}`
  }

  command(program: string): readonly [string, ...string[]] {
    return this.client.command(program)
  }

  options(): string[] {
    const config = this.stage.directory.file(`config-${this.client.name.replaceAll(/\W/g, '')}`)
    const lines = [
      'Host *',
      `  IdentityFile ${this.stage.keyFile}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${this.stage.knownHosts}`,
      '  GlobalKnownHostsFile /dev/null',
      '  StrictHostKeyChecking yes',
      '  BatchMode yes',
      'Host box',
      `  Port ${this.stage.target.port}`,
    ]
    writeFileSync(config, lines.map((line) => `${line}\n`).join(''))
    return ['-F', config]
  }

  jump(): string[] {
    return ['-J', `me@127.0.0.1:${this.stage.gateway.port}`]
  }

  /** A path that runs this client's ssh, for programs of others that start it. */
  sshPath(): string {
    if (this.client.name === 'OpenSSH 9.2') return 'ssh'
    return writeDebian13Script(this.stage.directory.file('ssh10'), '/usr/bin/ssh')
  }

  run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const [command, ...before] = this.command(program)
    return runCommand(command, [...before, ...args], options)
  }

  /** `ssh -J gateway target command`, which must succeed. */
  async ssh(
    remote: readonly string[],
    options: CommandOptions = {},
    extra: readonly string[] = [],
  ): Promise<CommandResult> {
    const result = await this.run('ssh', [...this.options(), ...extra, ...this.jump(), this.login, ...remote], options)
    assert.equal(result.status, 0, result.stderr)
    return result
  }

  /** Runs an ssh that stays, until the work is done. */
  async meanwhile(args: readonly string[], localPort: number, work: () => Promise<void>): Promise<void> {
    const { spawn } = await import('node:child_process')
    const [command, ...before] = this.command('ssh')
    const child = spawn(command, [...before, ...this.options(), ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    try {
      await listening(localPort, () => errors)
      await work()
    } finally {
      child.kill('SIGTERM')
    }
  }

  /** Two paths in the stage's directory (the target shares it) and what the first is filled with. */
  files(name: string): { there: string; back: string; payload: Buffer } {
    const base = this.stage.directory.file(`${name}-${this.client.name.replaceAll(/\W/g, '')}`)
    const payload = randomBytes(PAYLOAD_BYTES)
    writeFileSync(`${base}-local`, payload)
    return { there: `${base}-there`, back: `${base}-local`, payload }
  }
}

async function listening(port: number, errors: () => string): Promise<void> {
  const { connect } = await import('node:net')
  for (let tries = 0; tries < 1200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`ssh did not listen on ${port}: ${errors()}`)
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
