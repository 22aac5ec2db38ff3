import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import { debian13Command, runCommand, type TemporaryDirectory } from '@sallyport/testkit'

/** An OpenSSH client of one version. */
export interface StockClient {
  readonly name: string
  readonly command: readonly [command: string, ...args: string[]]
}

export const openssh9: StockClient = { name: 'OpenSSH 9.2', command: ['ssh'] }
export function openssh10(): StockClient {
  return { name: 'OpenSSH 10', command: debian13Command('/usr/bin/ssh') }
}

/** A transfer that takes longer than this is broken. */
const TRANSFER_DEADLINE_MS = 300_000

/** Runs `ssh -W` through jumps with one key that every jump knows. */
export class StockClientRunner {
  readonly #directory: TemporaryDirectory
  readonly publicKey: string

  private constructor(directory: TemporaryDirectory, publicKey: string) {
    this.#directory = directory
    this.publicKey = publicKey
  }

  static async create(directory: TemporaryDirectory): Promise<StockClientRunner> {
    const file = directory.file('id_ed25519')
    await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', file])
    const { stdout } = await runCommand('cat', [`${file}.pub`])
    return new StockClientRunner(directory, stdout.toString().trim())
  }

  /** The private key that every jump knows. */
  get keyFile(): string {
    return this.#directory.file('id_ed25519')
  }

  /** Opens one direct-tcpip channel to a port of 127.0.0.1 and moves bytes: up from a file of zeros, down to nowhere. */
  async transfer(
    client: StockClient,
    jumpPort: number,
    targetPort: number,
    options: { cipher?: string; upBytes?: number },
  ): Promise<void> {
    const { cipher, upBytes = 0 } = options
    const zeros = this.#zeros(upBytes)
    const args = [
      ...this.#options(jumpPort),
      ...(cipher === undefined ? [] : ['-c', cipher]),
      '-W',
      `127.0.0.1:${targetPort}`,
      '127.0.0.1',
    ]
    const [command, ...before] = client.command
    const child = spawn(command, [...before, ...args], { stdio: [zeros ?? 'pipe', 'ignore', 'pipe'] })
    if (zeros !== undefined) closeSync(zeros) // else its input stays open, so that the end comes from the target
    await ended(child, client.name)
  }

  /** What the client and the jump agreed on for the cipher, as the client's debug output says. */
  async negotiated(client: StockClient, jumpPort: number, targetPort: number, cipher?: string): Promise<string> {
    const [command, ...before] = client.command
    const args = [
      ...this.#options(jumpPort),
      '-v',
      ...(cipher === undefined ? [] : ['-c', cipher]),
      '-W',
      `127.0.0.1:${targetPort}`,
      '127.0.0.1',
    ]
    const { stderr } = await runCommand(command, [...before, ...args])
    const kex = /kex: algorithm: (\S+)/.exec(stderr)?.[1]
    const found = /kex: server->client cipher: (\S+)/.exec(stderr)?.[1]
    return `${kex ?? '?'}, ${found ?? '?'}`
  }

  #options(port: number): string[] {
    const file = this.keyFile
    const set = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'IdentitiesOnly=yes',
      'LogLevel=ERROR',
      'BatchMode=yes',
    ]
    return ['-F', 'none', '-i', file, '-p', String(port), ...set.flatMap((option) => ['-o', option])]
  }

  /** A file of so many zeros that takes no room, opened to be read. */
  #zeros(bytes: number): number | undefined {
    if (bytes === 0) return undefined
    const path = this.#directory.file('zeros')
    const writer = openSync(path, 'w')
    ftruncateSync(writer, bytes)
    closeSync(writer)
    return openSync(path, 'r')
  }
}

function ended(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), TRANSFER_DEADLINE_MS)
    child.once('error', reject)
    child.once('close', (status) => {
      clearTimeout(timer)
      if (status === 0) resolve()
      else reject(new Error(`${name} ended with ${status}: ${errors}`))
    })
  })
}
