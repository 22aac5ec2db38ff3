import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@sallyport/testkit'

const SCRIPT = fileURLToPath(new URL('./load-client.ts', import.meta.url))
const DEADLINE_MS = 300_000

/** Connections held open by another process until disposed. */
export class HeldConnections implements AsyncDisposable {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Logs in so many times; with a target port, each with a channel open to it. */
  static async open(count: number, port: number, keyFile: string, targetPort?: number): Promise<HeldConnections> {
    const args = targetPort === undefined ? ['hold'] : ['hold-open']
    const child = spawn(
      process.execPath,
      [SCRIPT, ...args, String(count), String(port), keyFile, String(targetPort ?? 0)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    for await (const line of createInterface({ input: child.stdout }))
      if (line === 'ready') return new HeldConnections(child)
    throw new Error('the load client ended before it was ready')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin?.end()
    await gone
  }
}

/** So many connections, `atOnce` under way at any time, with one key exchange or stock ones in turn, each with a channel to a target that ends at once. */
export async function cycleConnections(
  count: number,
  port: number,
  keyFile: string,
  targetPort: number,
  { atOnce = 1, kex = '' }: { readonly atOnce?: number; readonly kex?: string } = {},
): Promise<void> {
  const args = [SCRIPT, 'cycle', String(count), String(port), keyFile, String(targetPort), String(atOnce), kex]
  const { status, stderr } = await runCommand(process.execPath, args, { timeoutMs: DEADLINE_MS })
  if (status !== 0) throw new Error(`the load client ended with ${status}: ${stderr}`)
}

/** Round trips of keystrokes in milliseconds, through a jump or straight to the echo. */
export async function typeKeystrokes(options: {
  readonly sessions: number
  readonly seconds: number
  readonly targetPort: number
  readonly jump?: { readonly port: number; readonly keyFile: string }
}): Promise<number[]> {
  const { sessions, seconds, targetPort, jump } = options
  const mode = jump === undefined ? 'type-direct' : 'type'
  const args = [
    SCRIPT,
    mode,
    String(sessions),
    String(jump?.port ?? 0),
    jump?.keyFile ?? '-',
    String(targetPort),
    String(seconds),
  ]
  const { status, stdout, stderr } = await runCommand(process.execPath, args, { timeoutMs: DEADLINE_MS })
  if (status !== 0) throw new Error(`the load client ended with ${status}: ${stderr}`)
  return JSON.parse(stdout.toString()) as number[]
}
