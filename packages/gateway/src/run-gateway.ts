import { constants } from 'node:os'
import { GatewayError } from './gateway-error.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { type Gateway, startGateway } from './main.ts'
import { goesToJournal } from './state/goes-to-journal.ts'

/**
 * Runs a gateway until it is told to stop; the exit code. SIGTERM and SIGINT drain, a second one ends at once, SIGHUP reloads.
 * What comes while it starts is done once it has; a second SIGTERM or SIGINT then ends the process where it stands.
 */
export async function runGateway(options: GatewayOptions): Promise<number> {
  const keptGreeting = goesToJournal(process.stderr.fd, options.environment ?? {})
  const ended = Promise.withResolvers<number>()
  let gateway: Gateway | undefined
  let asked: NodeJS.Signals | undefined
  let reloadAsked = false
  const end = (running: Gateway, reason: NodeJS.Signals, atOnce: boolean) =>
    void running.stop({ reason, ...(atOnce ? { drainMs: 0 } : {}) }).then(
      () => ended.resolve(0),
      (error: unknown) => ended.reject(error as Error),
    )
  const stop = (signal: NodeJS.Signals) => {
    // What is in the state directory bears that at any moment.
    if (gateway === undefined && asked !== undefined) process.exit(128 + constants.signals[signal])
    if (gateway !== undefined) end(gateway, signal, asked !== undefined)
    asked = signal
  }
  const reload = () => {
    if (gateway === undefined) reloadAsked = true
    gateway?.reload().catch((error: unknown) => {
      const detail = error instanceof GatewayError ? `${error.message}\n${error.why ?? ''}` : String(error)
      process.stderr.write(`reload refused, the old configuration stays: ${detail}\n`)
    })
  }
  // A promise that nobody awaited is a mistake of ours in one place; everybody's sessions must not end for it.
  const stray = (error: unknown) => gateway?.reportFailure('finish a task that nobody waited for', error)
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', reload)
  try {
    gateway = await startGateway({ keptGreeting, ...options })
    process.on('unhandledRejection', stray)
    outliveReaders()
    if (asked !== undefined) end(gateway, asked, true)
    else {
      process.stderr.write(`${gateway.greeting}\n`)
      if (reloadAsked) reload()
    }
    return await ended.promise
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop).off('SIGHUP', reload).off('unhandledRejection', stray)
  }
}

/**
 * Whoever reads the log may end, as `tee` or a log collector does; sessions must not end with it. Takes the place of what
 * else listens for that, such as a command that ends with its reader, for good: errors of the last lines come late.
 */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => {})
}
