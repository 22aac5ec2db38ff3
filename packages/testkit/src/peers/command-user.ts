import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CommandResult, runCommand } from '../run-command.ts'

const COMMAND = fileURLToPath(new URL('../../../cli/bin/sallyport.js', import.meta.url))

/** Somebody with the `sallyport` command on a machine of their own: a home, an ssh-agent, and no gateway's state. */
export class CommandUser implements Disposable {
  readonly home: string
  readonly environment: NodeJS.ProcessEnv
  #agent: number | undefined

  /** `home` is made; it must be short, for the agent's socket lies in it. */
  constructor(home: string, options: { readonly agent?: boolean } = {}) {
    this.home = home
    mkdirSync(join(this.home, '.ssh'), { recursive: true, mode: 0o700 })
    const drop = /^(?:SALLYPORT_|SSH_|DISPLAY$|WAYLAND_DISPLAY$|BROWSER$|XDG_|HOME$|CI$|(?:HTTPS?|NO|ALL)_PROXY$)/i
    const rest = Object.entries(process.env).filter(([key]) => !drop.test(key))
    this.environment = { ...Object.fromEntries(rest), HOME: this.home, NO_COLOR: '1', TZ: 'UTC' }
    if (options.agent === false) return
    const socket = join(this.home, 'agent.sock')
    const said = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' })
    this.#agent = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1])
    this.environment['SSH_AUTH_SOCK'] = socket
  }

  run(
    args: string,
    options: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
  ): Promise<CommandResult> {
    const env = { ...this.environment, ...options.env }
    const input = options.input === undefined ? {} : { input: options.input }
    return runCommand(process.execPath, [COMMAND, ...args.split(' ')], { env, cwd: this.home, ...input })
  }

  /** Runs a command that goes on until something happens. */
  start(args: string, env: NodeJS.ProcessEnv = {}): RunningCommand {
    return new RunningCommand(
      spawn(process.execPath, [COMMAND, ...args.split(' ')], {
        env: { ...this.environment, ...env },
        cwd: this.home,
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    )
  }

  /** The same on a terminal, which `script` of util-linux gives; both streams come as `stdout`. */
  onTerminal(args: string): RunningCommand {
    return new RunningCommand(
      spawn('script', ['-qec', `stty cols 200; ${process.execPath} ${COMMAND} ${args}`, '/dev/null'], {
        env: { ...this.environment, TERM: 'xterm' },
        cwd: this.home,
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    )
  }

  /** Stock ssh with this user's own configuration; ssh itself looks for homes in the password file. */
  ssh(args: readonly string[], timeoutMs = 60_000): Promise<CommandResult> {
    const options = ['-F', join(this.home, '.ssh/config'), '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes']
    return runCommand('ssh', [...options, ...args], { env: this.environment, timeoutMs })
  }

  keysInAgent(): string[] {
    const { stdout } = { stdout: agentList(this.environment) }
    return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('The agent'))
  }

  read(...path: string[]): string {
    return readFileSync(join(this.home, ...path), 'utf8')
  }

  [Symbol.dispose](): void {
    if (this.#agent !== undefined) process.kill(this.#agent)
  }
}

function agentList(env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync('ssh-add', ['-L'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return '' // an agent without keys is a failure of ssh-add
  }
}

export class RunningCommand {
  readonly #child: ChildProcess
  readonly ended: Promise<number | null>
  stdout = ''
  stderr = ''

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.ended = new Promise((resolve) => child.once('close', (status) => resolve(status)))
  }

  write(text: string): void {
    this.#child.stdin?.write(text)
  }

  interrupt(): void {
    this.#child.kill('SIGINT')
  }

  /** What the first group of an expression matches of what it printed, once it does and something stands behind it. */
  async says(expression: RegExp, timeoutMs = 60_000): Promise<string> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const found = expression.exec(this.stderr) ?? expression.exec(this.stdout)
      // What comes in pieces may end in the middle of a group.
      if (found !== null && (found[1] === undefined || !found.input.endsWith(found[1]))) return found[1] ?? found[0]
      if (Date.now() > deadline || this.#child.exitCode !== null)
        throw new Error(`it said ${this.stdout}${this.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
