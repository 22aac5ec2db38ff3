import { join, resolve } from 'node:path'
import { type ApiClient, createClient, stateDirectory } from '@sallyport/api'
import { CONTROL_SOCKET, unixTransport } from '@sallyport/api/unix'
import { CommandContext, type CommandContextParts, type GlobalOptions } from './command-context.ts'
import { fixWhereNothingRuns } from './fix-where-nothing-runs.ts'
import { guardedTransport } from './guarded-transport.ts'
import { signedInClient } from './login/signed-in-client.ts'
import { ownHome } from './own-home.ts'
import { printableClient } from './printable-client.ts'
import { chooseGateway } from './remote/choose-gateway.ts'
import { httpsTransport } from './remote/https-transport.ts'
import { suggestingClient } from './suggesting-client.ts'
import type { Terminal } from './terminal.ts'

/** The context of a command that is about to run: the gateway it means, over HTTPS or through the socket of this machine. */
export function connectContext(options: GlobalOptions, terminal: Terminal, signal: AbortSignal): CommandContext {
  const directory = resolve(
    stateDirectory({
      flag: options.state,
      environment: terminal.environment,
      uid: process.getuid?.(),
      home: ownHome(),
    }),
  )
  const remote = chooseGateway(options, terminal.environment)
  const transport =
    remote === undefined
      ? unixTransport(join(directory, CONTROL_SOCKET), fixWhereNothingRuns(options, terminal.environment, directory))
      : httpsTransport({ ...remote.profile, token: remote.token, environment: terminal.environment })
  const client = createClient(guardedTransport(transport, options.timeoutMs))
  return contextWith(client, { options, terminal, signal, stateDirectory: directory, remote })
}

/** The context around a client: what is to be shown to people comes printable, what becomes JSON is escaped there. */
export function contextWith(
  client: ApiClient,
  parts: Omit<CommandContextParts, 'daemon' | 'verbatimDaemon'>,
): CommandContext {
  const own = parts.remote === undefined ? client : signedInClient(client, parts.remote)
  const verbatimDaemon = suggestingClient(own)
  const daemon = parts.options.json === undefined ? printableClient(verbatimDaemon) : verbatimDaemon
  return new CommandContext({ ...parts, daemon, verbatimDaemon })
}
