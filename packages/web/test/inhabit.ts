import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { hasSshd, Sshd, TemporaryDirectory } from '@sallyport/testkit'
import type { ConsoleGateway } from './console-gateway.ts'

/** Why tests with people behind ssh cannot run here; false where they can. */
export const skipSsh: string | false =
  hasSshd() && existsSync('/usr/bin/ssh') && existsSync('/usr/bin/ssh-keygen') ? false : 'needs ssh and sshd'

/** Opens what these tests need, and tests itself. */
export const POLICY = `{
  // Who is who.
  "groups": {
    "group:dba": ["tomas@", "priya@", "gone@"],
    "group:web": ["joy@"],
  },
  "tagOwners": { "tag:db": [], "tag:web": [] },
  "grants": [
    { "src": ["autogroup:owner"], "dst": ["*", "tag:db"], "ip": ["*"] },
    // Databases: by SSH and by their own port.
    { "src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:22", "tcp:2200-60000"] },
    { "src": ["group:web"], "dst": ["tag:web"], "ip": ["tcp:22"] },
  ],
  "tests": [
    { "src": "tomas@", "accept": ["tag:db:22"], "deny": ["tag:web:22"] },
    { "src": "joy@", "accept": ["tag:web:22"] },
  ],
}
`

/** People, targets and a policy as a small place has them, with a real sshd behind one target. */
export class Inhabited implements AsyncDisposable {
  readonly #directory = new TemporaryDirectory('inhabited')
  readonly #gate: ConsoleGateway
  readonly #sshd: Sshd
  readonly #children: ReturnType<typeof spawn>[] = []

  private constructor(gate: ConsoleGateway, sshd: Sshd) {
    this.#gate = gate
    this.#sshd = sshd
  }

  static async of(gate: ConsoleGateway): Promise<Inhabited> {
    const place = new Inhabited(gate, await Sshd.start({ authorizedKeys: [] }))
    try {
      await place.#fill()
    } catch (error) {
      await place[Symbol.asyncDispose]()
      throw error
    }
    return place
  }

  /** An ssh of Tomas that holds a passage to db-1 open until it is cut off. */
  async ssh(): Promise<{ readonly exited: Promise<string> }> {
    const { listeners } = await this.#gate.api.call('daemon.status')
    const port = listeners.find(({ name }) => name === 'ssh')?.port ?? 0
    const options = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentityAgent=none']
    const child = spawn(
      'ssh',
      [
        '-F',
        'none',
        '-p',
        String(port),
        '-i',
        this.#directory.file('key'),
        '-o',
        'IdentitiesOnly=yes',
        ...options.flatMap((option) => ['-o', option]),
        '-W',
        `db-1:${this.#sshd.port}`,
        'tomas@127.0.0.1',
      ],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    )
    this.#children.push(child)
    let errors = ''
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    const exited = new Promise<string>((resolve) => child.once('close', () => resolve(errors)))
    return { exited }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await this.#sshd[Symbol.asyncDispose]()
    this.#directory[Symbol.dispose]()
  }

  async #fill(): Promise<void> {
    const { api } = this.#gate
    const file = this.#directory.file('key')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'tomas@t14', '-f', file])
    const keys = [readFileSync(`${file}.pub`, 'utf8').trim()]
    await api.call('user.add', { name: 'tomas', display_name: 'Tomas Lindqvist', keys })
    await api.call('user.add', { name: 'priya', display_name: 'Priya Raman' })
    await api.call('user.add', { name: 'joy', display_name: 'Joy Okafor', role: 'auditor' })
    const db = { tags: ['tag:db'], port: this.#sshd.port }
    await api.call('target.add', { name: 'db-1', address: '127.0.0.1', ...db })
    await api.call('target.add', { name: 'db-2', address: 'db-2.example.com', tags: ['tag:db'] })
    await api.call('target.add', { name: 'web-ams-1', address: '10.20.4.12', tags: ['tag:web'] })
    await api.call('target.add', { name: 'vault-1', address: '10.20.4.13' })
    await api.call('policy.apply', { text: POLICY, message: 'people and databases', allow_lockout: true })
  }
}
