import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'
import { type CommandResult, runCommand } from '../run-command.ts'
import { TemporaryDirectory } from '../temporary-directory.ts'

const COMMAND = fileURLToPath(new URL('../../../cli/bin/sallyport.js', import.meta.url))
const START_DEADLINE_MS = 60_000

export interface GatewayProcessOptions {
  /** Lines of `sallyport.toml`. */
  readonly config?: readonly string[]
  /** Types of the keys the first admin has, as `ssh-keygen -t` takes them. */
  readonly keyTypes?: readonly string[]
  /** Where HTTPS is served; nowhere unless given. */
  readonly httpsPort?: number
}

/** The gateway as people run it: `sallyport up` as a process of its own, with a home and a state directory of its own. */
export class GatewayProcess implements AsyncDisposable {
  readonly port: number
  readonly metricsPort: number
  readonly directory: TemporaryDirectory
  #child: ChildProcess
  #output = ''

  private constructor(port: number, metricsPort: number, directory: TemporaryDirectory, child: ChildProcess) {
    this.port = port
    this.metricsPort = metricsPort
    this.directory = directory
    this.#child = child
    this.#collect()
  }

  static async start(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
    const { config = [], keyTypes = ['ed25519'], httpsPort } = options
    const directory = new TemporaryDirectory('gateway')
    mkdirSync(directory.file('home', '.ssh'), { recursive: true, mode: 0o700 })
    mkdirSync(directory.file('state'), { mode: 0o700 })
    for (const type of keyTypes) {
      await runCommand('ssh-keygen', [
        '-q',
        '-t',
        type,
        '-N',
        '',
        '-C',
        `test ${type}`,
        '-f',
        directory.file('home', '.ssh', `id_${type}`),
      ])
    }
    const [port, metricsPort] = [await freePort(), await freePort()]
    const lines = [
      '[listen]',
      `ssh = ["127.0.0.1:${port}"]`,
      `metrics = "127.0.0.1:${metricsPort}"`,
      httpsPort === undefined ? 'https = "off"' : `https = ["127.0.0.1:${httpsPort}"]`,
      ...config,
    ]
    writeFileSync(directory.file('state', 'sallyport.toml'), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
    const gateway = new GatewayProcess(port, metricsPort, directory, spawnUp(directory))
    await gateway.#ready()
    return gateway
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Private key file of the first admin. */
  keyFile(type = 'ed25519'): string {
    return this.directory.file('home', '.ssh', `id_${type}`)
  }

  publicKey(type = 'ed25519'): string {
    return readFileSync(`${this.keyFile(type)}.pub`, 'utf8').trim()
  }

  /** Everything it printed. */
  get output(): string {
    return this.#output
  }

  /** Runs the command against it. */
  sallyport(...args: readonly string[]): Promise<CommandResult> {
    return runCommand(process.execPath, [COMMAND, ...args], { env: environment(this.directory) })
  }

  /** Runs the command and expects it to succeed; what it printed on standard output. */
  async ok(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.sallyport(...args)
    if (status !== 0) throw new Error(`sallyport ${args.join(' ')} ended with ${status}\n${stderr}${stdout.toString()}`)
    return stdout.toString()
  }

  /** Puts a policy into force, also one that lets nobody through. */
  async applyPolicy(policy: object): Promise<void> {
    const file = this.directory.file('policy.hujson')
    writeFileSync(file, JSON.stringify(policy))
    await this.ok('policy', 'apply', file, '--allow-lockout')
  }

  /** Ends it with a signal and waits until it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill(signal)
    await gone
  }

  /** Starts it again on the same state, after `kill`. */
  async restart(): Promise<void> {
    this.#child = spawnUp(this.directory)
    this.#collect()
    await this.#ready()
  }

  #collect(): void {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString()
      })
    }
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS
    while (Date.now() < deadline && this.#child.exitCode === null) {
      const answer = await fetch(`http://127.0.0.1:${this.metricsPort}/readyz`).catch(() => undefined)
      if (answer?.ok === true) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`the gateway did not become ready\n${this.#output}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL')
    this.directory[Symbol.dispose]()
  }
}

function spawnUp(directory: TemporaryDirectory): ChildProcess {
  return spawn(process.execPath, [COMMAND, 'up'], { env: environment(directory), stdio: ['ignore', 'pipe', 'pipe'] })
}

function environment(directory: TemporaryDirectory): NodeJS.ProcessEnv {
  const { SSH_AUTH_SOCK: _, ...rest } = process.env
  return { ...rest, HOME: directory.file('home'), SALLYPORT_STATE: directory.file('state'), NO_COLOR: '1' }
}
