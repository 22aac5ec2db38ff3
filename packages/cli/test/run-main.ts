import { Readable, Writable } from 'node:stream'
import type { ApiClient } from '@sallyport/api'
import { contextWith } from '../src/connect-context.ts'
import { main } from '../src/main.ts'
import type { Terminal } from '../src/terminal.ts'

export interface RunOptions {
  /** What the daemon answers. */
  readonly client?: ApiClient
  readonly stdin?: string
  /** Whether the three streams are terminals. */
  readonly tty?: boolean
  readonly columns?: number
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export interface RunResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process against a daemon that a test plays. */
export async function runMain(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { terminal, output } = memoryTerminal(options)
  const { client } = options
  const status = await main(argv, {
    terminal,
    ...(client === undefined
      ? {}
      : {
          connect: (flags) =>
            contextWith(client, {
              terminal,
              options: flags,
              signal: new AbortController().signal,
              stateDirectory: '/nonexistent/state',
            }),
        }),
  })
  return { status, ...output() }
}

export function memoryTerminal(options: RunOptions = {}): {
  readonly terminal: Terminal
  readonly output: () => { stdout: string; stderr: string }
} {
  const { stdin = '', tty = false, columns = 80, environment = {} } = options
  const texts = { stdout: '', stderr: '' }
  const sink = (name: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write(chunk: unknown, _encoding, done) {
          texts[name] += String(chunk)
          done()
        },
      }),
      { isTTY: tty, columns },
    )
  return {
    terminal: {
      stdin: Object.assign(Readable.from([stdin]), { isTTY: tty }),
      stdout: sink('stdout'),
      stderr: sink('stderr'),
      environment,
    },
    output: () => ({ ...texts }),
  }
}

/** A client that answers each route from a table. */
export function answering(answers: Readonly<Record<string, unknown>>, calls: unknown[] = []): ApiClient {
  const answer = (name: string, input: unknown): unknown => {
    calls.push([name, input ?? {}])
    if (!Object.hasOwn(answers, name)) throw new Error(`the test has no answer for ${name}`)
    const value = answers[name]
    if (value instanceof Error) throw value
    return value
  }
  const client = {
    call: async (name: string, input: unknown) => answer(name, input),
    async *stream(name: string, input: unknown) {
      yield* answer(name, input) as readonly unknown[]
    },
  }
  return client as unknown as ApiClient
}
