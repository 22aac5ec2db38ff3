import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { TemporaryDirectory } from '../temporary-directory.ts'

export const SSHD = '/usr/sbin/sshd'
const START_DEADLINE_MS = 60_000
/** What `enrol` writes, in the server's directory; it need not be there. */
const ENROLMENT = 'enrolment.conf'

export interface SshdOptions {
  /** Lines of the `authorized_keys` that every user of this server has. */
  readonly authorizedKeys?: readonly string[]
  /** Lines put first in its sshd_config, so that they win. */
  readonly config?: readonly string[]
  /** Types of its host keys, as `ssh-keygen -t` takes them; ed25519 alone unless told. */
  readonly hostKeyTypes?: readonly string[]
  /** Directory of a Debian to run its sshd from, by chroot. */
  readonly root?: string
}

/** Files and commands for `/etc/ssh` of a machine. */
export interface SshdEnrolment {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly commands: readonly string[]
}

/** Whether Debian's sshd is on this machine. */
export function hasSshd(root = ''): boolean {
  return existsSync(root + SSHD)
}

/** A throw-away OpenSSH server on a port of 127.0.0.1. Whoever runs the test can log in with the keys given. */
export class Sshd implements AsyncDisposable {
  readonly port: number
  /** `type base64` of its host keys, in the order asked for. */
  readonly hostKeys: readonly string[]
  /** Lines for a known_hosts file. */
  readonly knownHosts: readonly string[]
  readonly directory: TemporaryDirectory
  readonly #child: ChildProcess
  #log = ''

  private constructor(port: number, hostKeys: readonly string[], directory: TemporaryDirectory, child: ChildProcess) {
    this.port = port
    this.hostKeys = hostKeys
    this.knownHosts = hostKeys.map((key) => `[127.0.0.1]:${port} ${key}`)
    this.directory = directory
    this.#child = child
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString()
    })
  }

  static async start(options: SshdOptions = {}): Promise<Sshd> {
    const { root = '', hostKeyTypes = ['ed25519'], authorizedKeys = [], config = [] } = options
    const directory = new TemporaryDirectory('sshd')
    const port = await freePort()
    const inside = root === '' ? directory.path : join('/tmp', directory.path.replaceAll('/', '_'))
    if (root !== '') mkdirSync(root + inside, { recursive: true, mode: 0o700 })
    if (!existsSync(`${root}/run/sshd`)) mkdirSync(`${root}/run/sshd`, { recursive: true, mode: 0o755 })
    const hostKeys: string[] = []
    const lines = [
      ...config,
      `Include ${join(inside, ENROLMENT)}`,
      `ListenAddress 127.0.0.1:${port}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'LogLevel DEBUG1',
    ]
    for (const type of hostKeyTypes) {
      const file = join(root + inside, `host_${type}`)
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file])
      lines.push(`HostKey ${join(inside, `host_${type}`)}`)
      hostKeys.push(readFileSync(`${file}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' '))
    }
    writeFileSync(join(root + inside, 'authorized_keys'), authorizedKeys.map((line) => `${line}\n`).join(''), {
      mode: 0o600,
    })
    lines.push(`AuthorizedKeysFile ${join(inside, 'authorized_keys')}`, 'Subsystem sftp internal-sftp')
    const given = new Set(config.map((line) => line.split(/\s+/)[0]?.toLowerCase()))
    for (const line of ['PermitRootLogin yes', 'MaxStartups 1000', 'MaxSessions 1000', 'PasswordAuthentication no']) {
      if (!given.has(line.split(' ')[0]?.toLowerCase())) lines.push(line)
    }
    writeFileSync(join(root + inside, 'sshd_config'), lines.map((line) => `${line}\n`).join(''))
    const args = ['-D', '-e', '-f', join(inside, 'sshd_config')]
    const child = root === '' ? spawn(SSHD, args) : spawn('chroot', [root, SSHD, ...args])
    const server = new Sshd(port, hostKeys, directory, child)
    await server.#listening()
    return server
  }

  /** Process id of the listener. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** How often it has begun to listen: once at its start, and once more after each SIGHUP. */
  get listenings(): number {
    return this.#log.split('Server listening on ').length - 1
  }

  /** What it has logged so far. */
  get log(): string {
    return this.#log
  }

  /** Resolves once it has logged something like this; rejects after a time. */
  async logs(pattern: RegExp): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS
    while (!pattern.test(this.#log)) {
      if (Date.now() > deadline) throw new Error(`no ${String(pattern)} in the log of sshd\n${this.#log}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /**
   * Does here what an enrolment says for `/etc/ssh` (its last commands test and reload the system's own sshd, and are left
   * out), and resolves once this server has read its configuration again.
   */
  async enrol({ files, commands }: SshdEnrolment): Promise<void> {
    const here = (text: string) =>
      text
        .replaceAll('/etc/ssh/sshd_config.d/50-sallyport.conf', this.directory.file(ENROLMENT))
        .replaceAll('/etc/ssh/', `${this.directory.path}/`)
    for (const { path, text } of files) writeFileSync(here(path), here(text))
    for (const command of commands.filter((each) => each.includes('/etc/ssh/')))
      execFileSync('sh', ['-c', here(command)])
    const before = this.listenings
    process.kill(this.pid, 'SIGHUP')
    const deadline = Date.now() + START_DEADLINE_MS
    while (this.listenings === before) {
      if (Date.now() > deadline || this.#child.exitCode !== null) throw new Error(`sshd did not reload\n${this.#log}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async #listening(): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS
    while (Date.now() < deadline && this.#child.exitCode === null) {
      if (await accepts(this.port)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`sshd did not start\n${this.#log}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill('SIGTERM')
      await gone
    }
    this.directory[Symbol.dispose]()
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
