import { CommanderError } from 'commander'
import { EXIT } from './exit-codes.ts'
import { reportError } from './output/render-error.ts'
import { buildProgram, type Connect } from './program.ts'
import { asksForJson, settleJson } from './settle-json.ts'
import { processTerminal, type Terminal } from './terminal.ts'
import { usageError } from './usage-error.ts'
import { warnOfVariables } from './warn-of-variables.ts'

export interface MainOptions {
  readonly terminal?: Terminal
  /** How a command gets to its daemon; over the socket in the state directory unless told. */
  readonly connect?: Connect
}

/** Runs one command line; returns the exit status, prints everything else. */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<number> {
  const { terminal = processTerminal } = options
  const interrupt = new AbortController()
  const connect: Connect =
    options.connect ??
    (async (flags) => (await import('./connect-context.ts')).connectContext(flags, terminal, interrupt.signal))
  const onInterrupt = () => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  const stopGuarding = guardPipes(terminal)
  let status: number | undefined
  const json = asksForJson(argv)
  const finished = (ended: number) => void (status = ended)
  const program = buildProgram(terminal, connect, finished, json)
  try {
    // The gateway says it itself, in its log.
    if (argv[0] !== 'up') await warnOfVariables(terminal)
    await program.parseAsync(settleJson(argv), { from: 'user' })
    return status ?? (interrupt.signal.aborted ? EXIT.interrupted : EXIT.ok)
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted
    if (!(error instanceof CommanderError)) return reportError(error, terminal, json)
    if (error.exitCode === 0) return EXIT.ok // help and version
    // A noun without its verb: its help went to stderr, where that is no line of JSON.
    if (error.code === 'commander.help' && !json) return EXIT.usage
    return reportError(usageError(error, program, argv), terminal, json)
  } finally {
    process.off('SIGINT', onInterrupt)
    stopGuarding()
  }
}

/**
 * `sallyport audit tail | head` ends the reader first, which is no failure; there is nobody left to write to. Messages are not
 * what a command is there for: where nobody reads them, its work goes on, and its status says how it ended.
 */
function guardPipes({ stdout, stderr }: Terminal): () => void {
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(process.exitCode ?? EXIT.ok)
  }
  const onUnread = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  }
  stdout.on('error', onError)
  stderr.on('error', onUnread)
  return () => {
    // What is still on its way out may meet the closed pipe after the work is done.
    if (stdout === process.stdout) return
    stdout.off('error', onError)
    stderr.off('error', onUnread)
  }
}
