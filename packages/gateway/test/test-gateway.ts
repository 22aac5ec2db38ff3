import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@sallyport/api'
import { unixTransport } from '@sallyport/api/unix'
import { type Gateway, startGateway } from '@sallyport/gateway'
import { type CommandResult, hasSshd, runCommand, Sshd, TemporaryDirectory } from '@sallyport/testkit'

/** Whether ssh, ssh-keygen and sshd are on this machine. */
export function hasOpenSsh(): boolean {
  return hasSshd() && existsSync('/usr/bin/ssh') && existsSync('/usr/bin/ssh-keygen')
}

/** A key pair made for one test. */
export interface TestKey {
  readonly file: string
  /** `type base64 comment`. */
  readonly line: string
}

/** A policy in which everybody who may do anything may reach 127.0.0.1, which no "*" means. */
export const LOOPBACK_POLICY = '{"acls":[{"action":"accept","src":["*"],"dst":["127.0.0.1:*","*:*"]}]}'
export const NOTHING_POLICY = '{"acls":[]}'

/** A gateway in this process, and a throw-away sshd behind it. */
export class TestGateway implements AsyncDisposable {
  readonly directory = new TemporaryDirectory('gateway')
  readonly home = this.directory.file('home')
  readonly stateDirectory = this.directory.file('state')
  readonly log: string[] = []
  #gateway: Gateway | undefined
  #sshd: Sshd | undefined
  #keys = 0

  static async start(
    options: {
      readonly policy?: string
      readonly flags?: Record<string, unknown>
      readonly ownerKey?: boolean
      readonly environment?: Readonly<Record<string, string>>
    } = {},
  ): Promise<TestGateway> {
    await using begun = new AsyncDisposableStack()
    const test = begun.use(new TestGateway())
    mkdirSync(join(test.home, '.ssh'), { recursive: true, mode: 0o700 })
    if (options.ownerKey !== false) test.key('id_ed25519', join(test.home, '.ssh'))
    await test.restart(options.flags, options.environment)
    const policy = options.policy ?? LOOPBACK_POLICY
    await test.api.call('policy.apply', { text: policy, message: 'for a test', allow_lockout: true })
    begun.move()
    return test
  }

  async restart(
    flags: Record<string, unknown> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.#gateway?.stop({ drainMs: 0 })
    this.#gateway = await startGateway({
      stateDirectory: this.stateDirectory,
      environment: { HOME: this.home, ...environment },
      flags: {
        'listen.ssh': ['127.0.0.1:0'],
        'listen.metrics': '127.0.0.1:0',
        'listen.https': 'off',
        'log.format': 'json',
        'log.level': 'debug',
        ...flags,
      },
      writeLog: (line) => void this.log.push(line),
    })
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('not started')
    return this.#gateway
  }

  get port(): number {
    return this.gateway.sshAddresses[0]?.port ?? 0
  }

  get api() {
    return createClient(unixTransport(this.gateway.controlSocket))
  }

  get ownerKey(): TestKey {
    const file = join(this.home, '.ssh/id_ed25519')
    return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() }
  }

  get ownerName(): string {
    return this.gateway.firstStart.owner?.user.name ?? userInfo().username
  }

  /** A new key pair. */
  key(name = `key${++this.#keys}`, folder = this.directory.path): TestKey {
    const file = join(folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
    return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() }
  }

  /** A user with a new key. */
  async user(name: string): Promise<TestKey> {
    const key = this.key()
    await this.api.call('user.add', { name, keys: [key.line] })
    return key
  }

  /** The throw-away sshd; whoever runs the test logs in there with the key `target`. */
  async sshd(): Promise<{ readonly port: number; readonly key: string }> {
    const file = this.directory.file('target')
    if (this.#sshd === undefined) {
      const { line } = this.key('target')
      this.#sshd = await Sshd.start({ authorizedKeys: [line] })
    }
    return { port: this.#sshd.port, key: file }
  }

  /** Options of an ssh that asks nobody anything and knows two hosts: `gate`, with the key given, and `server`. */
  sshConfig(
    key: TestKey,
    options: { readonly target?: { readonly port: number; readonly key: string }; readonly more?: string } = {},
  ): string {
    const path = this.directory.file(`ssh_config_${++this.#keys}`)
    const lines = [
      ...(options.more === undefined ? [] : ['Host *', options.more]),
      'Host gate',
      '  HostName 127.0.0.1',
      `  Port ${this.port}`,
      `  IdentityFile ${key.file}`,
      'Host server',
      '  HostName 127.0.0.1',
      `  Port ${options.target?.port ?? 1}`,
      `  IdentityFile ${options.target?.key ?? key.file}`,
      'Host *',
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      '  BatchMode yes',
      '  StrictHostKeyChecking no',
      `  UserKnownHostsFile ${this.directory.file('known_hosts')}`,
      '  LogLevel INFO',
    ]
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }

  ssh(
    config: string,
    args: readonly string[],
    options: { readonly input?: string; readonly timeoutMs?: number } = {},
  ): Promise<CommandResult> {
    return runCommand('ssh', ['-F', config, ...args], options)
  }

  /** An ssh that goes on until it is killed or cut off. */
  start(config: string, args: readonly string[]): RunningSsh {
    return new RunningSsh(['-F', config, ...args])
  }

  /** Events of the audit log, oldest first. */
  async events(type?: string) {
    const { events } = await this.api.call('audit.search', { ...(type === undefined ? {} : { type }), limit: 1000 })
    return events.toReversed()
  }

  /** One event of a type, the first unless said, once it is there: an end is written down when whoever was connected has gone. */
  async event(type: string, nth = 0) {
    let found = (await this.events(type))[nth]
    await until(async () => (found ??= (await this.events(type))[nth]) !== undefined)
    assert.ok(found !== undefined)
    return found
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.stop({ drainMs: 0 })
    await this.#sshd?.[Symbol.asyncDispose]()
    this.directory[Symbol.dispose]()
  }
}

export class RunningSsh implements AsyncDisposable {
  readonly #child: ReturnType<typeof spawn>
  readonly exited: Promise<number | null>
  #stdout = ''
  #stderr = ''

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], env })
    this.exited = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)))
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    this.#child.stdin?.on('error', () => {})
  }

  get stderr(): string {
    return this.#stderr
  }

  write(text: string): void {
    this.#child.stdin?.write(text)
  }

  /** Resolves once the output holds the text. */
  async said(text: string, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs
    while (!this.#stdout.includes(text)) {
      if (Date.now() > deadline)
        throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.#stdout)} ${this.#stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exited
  }
}

/** Resolves once the condition holds; rejects after the time. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
