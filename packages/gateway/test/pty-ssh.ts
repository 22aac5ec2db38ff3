import { type ChildProcess, spawn } from 'node:child_process'

/** An ssh at a terminal of its own, so that it asks; what it shows is kept, errors and answers together. */
export class PtySsh implements AsyncDisposable {
  readonly #child: ChildProcess
  /** Exit status of ssh. */
  readonly exited: Promise<number | null>
  #shown = ''

  constructor(config: string, args: readonly string[]) {
    const command = ['ssh', '-F', config, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, SHELL: '/bin/sh', LC_ALL: 'C.UTF-8' },
    })
    this.exited = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)))
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#shown += text))
    this.#child.stdin?.on('error', () => {})
  }

  get shown(): string {
    return this.#shown
  }

  type(text: string): void {
    this.#child.stdin?.write(text)
  }

  /** Resolves with the match once the terminal shows it; rejects after the time. */
  async shows(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const found = pattern.exec(this.#shown)
      if (found !== null) return found
      if (Date.now() > deadline) throw new Error(`no ${String(pattern)} in ${JSON.stringify(this.#shown)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end()
    this.#child.kill('SIGTERM')
    await this.exited
  }
}
