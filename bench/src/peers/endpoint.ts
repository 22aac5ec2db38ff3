import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('./byte-endpoint.ts', import.meta.url))

/** A byte endpoint running as its own process. */
export class Endpoint implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#child = child
  }

  static async start(mode: 'sink' | 'source' | 'echo' | 'proxy', argument = 0): Promise<Endpoint> {
    const child = spawn(process.execPath, [SCRIPT, mode, String(argument)], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout })) return new Endpoint(Number(line), child)
    throw new Error(`the ${mode} endpoint did not start`)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await gone
  }
}
