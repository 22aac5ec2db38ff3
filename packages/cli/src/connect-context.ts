import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ApiClient, createClient, stateDirectory } from '@sallyport/api'
import { CONTROL_SOCKET, unixTransport } from '@sallyport/api/unix'
import { CommandContext, type GlobalOptions } from './command-context.ts'
import { withDeadline } from './deadline.ts'
import { printableClient } from './printable-client.ts'
import type { Terminal } from './terminal.ts'

/** The context of a command that is about to run: where the state lies, and the daemon's socket there. */
export function connectContext(options: GlobalOptions, terminal: Terminal, signal: AbortSignal): CommandContext {
  const directory = resolve(
    stateDirectory({
      flag: options.state,
      environment: terminal.environment,
      uid: process.getuid?.(),
      home: homedir(),
    }),
  )
  const verbatimDaemon: ApiClient = createClient(
    withDeadline(unixTransport(join(directory, CONTROL_SOCKET)), options.timeoutMs),
  )
  return new CommandContext({
    terminal,
    options,
    stateDirectory: directory,
    signal,
    daemon: options.json === undefined ? printableClient(verbatimDaemon) : verbatimDaemon,
    verbatimDaemon,
  })
}
