import { CommandError } from './command-error.ts'
import { EXIT } from './exit-codes.ts'
import { reportError } from './output/render-error.ts'
import { buildProgram, isCommanderEnd, settleJson } from './program.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** Runs one command line; returns the exit status, prints everything else. */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal): Promise<number> {
  const interrupt = new AbortController()
  const onInterrupt = () => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  ignoreClosedPipe(terminal.stdout)
  let status: number = EXIT.ok
  const program = buildProgram(terminal, interrupt.signal, (ended) => {
    status = ended
  })
  const json = argv.some((argument) => argument === '--json' || argument.startsWith('--json='))
  try {
    await program.parseAsync(settleJson(argv), { from: 'user' })
    return interrupt.signal.aborted ? EXIT.interrupted : status
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted
    if (!isCommanderEnd(error)) return reportError(error, terminal, json)
    if (error.exitCode === 0) return EXIT.ok
    if (error.code === 'commander.help') return EXIT.usage // a noun without its verb: its help went to stderr
    return reportError(usageError(error.message), terminal, json)
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

/** `error: unknown command 'usr'\n(Did you mean user?)` in our form. */
function usageError(message: string): CommandError {
  const [what = '', hint] = message.replace(/^error: /, '').split('\n')
  return new CommandError('usage.invalid', what, {
    fix: hint?.replace(/^\((.*)\)$/, '$1') ?? 'add --help to see how it is written',
  })
}

/** `sallyport audit tail | head` ends the reader first, which is no failure. */
function ignoreClosedPipe(stream: NodeJS.WritableStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.ok)
  })
}
