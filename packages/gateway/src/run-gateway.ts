import { GatewayError } from './gateway-error.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { startGateway } from './main.ts'
import { goesToJournal } from './state/goes-to-journal.ts'

/** Runs a gateway until it is told to stop; the exit code. SIGTERM and SIGINT drain, a second one ends at once, SIGHUP reloads. */
export async function runGateway(options: GatewayOptions): Promise<number> {
  const keptGreeting = goesToJournal(process.stderr.fd, options.environment ?? {})
  const gateway = await startGateway({ keptGreeting, ...options })
  process.stderr.write(`${gateway.greeting}\n`)
  const ended = Promise.withResolvers<number>()
  let signals = 0
  const stop = (signal: NodeJS.Signals) => {
    const drainMs = ++signals === 1 ? undefined : 0
    gateway.stop({ reason: signal, ...(drainMs === undefined ? {} : { drainMs }) }).then(
      () => ended.resolve(0),
      (error: unknown) => ended.reject(error as Error),
    )
  }
  const reload = () => {
    gateway.reload().catch((error: unknown) => {
      const detail = error instanceof GatewayError ? `${error.message}\n${error.why ?? ''}` : String(error)
      process.stderr.write(`reload refused, the old configuration stays: ${detail}\n`)
    })
  }
  // A promise that nobody awaited is a mistake of ours in one place; everybody's sessions must not end for it.
  const stray = (error: unknown) => gateway.reportFailure('finish a task that nobody waited for', error)
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', reload).on('unhandledRejection', stray)
  outliveReaders()
  try {
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
