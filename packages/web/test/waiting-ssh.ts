import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Role } from '@sallyport/model'
import { hasSshd, Sshd } from '@sallyport/testkit'
import type { ConsoleGateway } from './console-gateway.ts'

/** Why ssh cannot be tested here; false where it can. */
export const sshSkip: string | false =
  hasSshd() && existsSync('/usr/bin/ssh') && existsSync('/usr/bin/script') ? false : 'needs ssh, sshd and script'

/** Longest wait for ssh to say something, in milliseconds. */
const WAIT_MS = 60_000
const CHECKING = {
  tagOwners: { 'tag:db': ['autogroup:admin'] },
  grants: [{ src: ['*'], dst: ['tag:db'], ip: ['*'] }],
  ssh: [
    {
      action: 'check',
      checkPeriod: '1h',
      src: ['autogroup:member'],
      dst: ['tag:db'],
      users: ['root', 'autogroup:nonroot'],
    },
  ],
}

/** A person with an SSH key, a database behind the gateway, and a policy that asks on the way there. */
export class WayToDatabase implements AsyncDisposable {
  readonly joinLink: string
  readonly #sshd: Sshd
  readonly #config: string

  private constructor(joinLink: string, sshd: Sshd, config: string) {
    this.joinLink = joinLink
    this.#sshd = sshd
    this.#config = config
  }

  static async make(gate: ConsoleGateway, user: string, role: Role = 'member'): Promise<WayToDatabase> {
    const key = (name: string) => {
      const file = join(gate.folder, name)
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
      return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() }
    }
    const [own, target] = [key('own'), key('target')]
    const sshd = await Sshd.start({ authorizedKeys: [target.line] })
    await gate.api.call('user.add', { name: user, display_name: 'Tomas Lindqvist', role, keys: [own.line] })
    await gate.api.call('target.add', { name: 'db-1', address: '127.0.0.1', port: sshd.port, tags: ['tag:db'] })
    await gate.api.call('policy.apply', { text: JSON.stringify(CHECKING), message: 'for a test', allow_lockout: true })
    const { url } = await gate.api.call('user.invite', { user })
    const config = join(gate.folder, 'ssh_config')
    const lines = [
      `Host gate\n  HostName 127.0.0.1\n  Port ${gate.sshPort}\n  User ${user}\n  IdentityFile ${own.file}`,
      `Host db-1\n  Port ${sshd.port}\n  IdentityFile ${target.file}\n  BatchMode yes`,
      `Host *\n  IdentitiesOnly yes\n  IdentityAgent none\n  StrictHostKeyChecking no`,
      `  UserKnownHostsFile ${join(gate.folder, 'known_hosts')}`,
    ]
    writeFileSync(config, `${lines.join('\n')}\n`)
    return new WayToDatabase(url, sshd, config)
  }

  /** An ssh at a terminal of its own, on its way to the database. */
  go(...command: readonly string[]): WaitingSsh {
    const args = command.length === 0 ? ['echo', 'arrived'] : command
    return new WaitingSsh(this.#config, ['-J', 'gate', 'db-1', ...args])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sshd[Symbol.asyncDispose]()
  }
}

export class WaitingSsh implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly exited: Promise<number | null>
  #shown = ''

  constructor(config: string, args: readonly string[]) {
    this.#child = spawn('script', ['-qfec', ['ssh', '-F', config, ...args].join(' '), '/dev/null'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, SHELL: '/bin/sh', LC_ALL: 'C.UTF-8' },
    })
    this.exited = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)))
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#shown += text))
  }

  get shown(): string {
    return this.#shown
  }

  /** Resolves with the first group once the terminal shows it; rejects after the time. */
  async shows(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + WAIT_MS
    for (;;) {
      const found = pattern.exec(this.#shown)
      if (found !== null) return found[1] ?? found[0]
      if (Date.now() > deadline) throw new Error(`no ${String(pattern)} in ${JSON.stringify(this.#shown)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** Presses Enter at its terminal. */
  enter(): void {
    this.#child.stdin?.write('\r')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exited
  }
}
