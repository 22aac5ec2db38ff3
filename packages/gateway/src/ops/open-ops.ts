import type { ConfigKeeper } from '../config/config-keeper.ts'
import type { SocketAddress } from '../config/socket-address.ts'
import { closeServer } from './close-server.ts'
import type { Log } from './log-writer.ts'
import type { Metrics } from './metrics.ts'
import { listenOps } from './ops-server.ts'

export interface OpenOpsParts {
  readonly config: ConfigKeeper
  readonly metrics: Metrics
  /** Why the gateway is not ready; undefined where it is. */
  readonly notReady: () => string | undefined
  readonly failed: (what: string, error: unknown) => void
  readonly log: Log
}

/** Serves metrics and health; undefined where the configuration wants none, or has no wish and the port is taken. */
export async function openOps({
  config,
  metrics,
  notReady,
  failed,
  log,
}: OpenOpsParts): Promise<({ readonly address: SocketAddress } & AsyncDisposable) | undefined> {
  const { metrics: place } = config.current.listen
  if (place === undefined) return undefined
  const chosen = config.loaded.origins.get('listen.metrics')?.origin !== 'default'
  try {
    const { address, server } = await listenOps(place, {
      metrics: () => metrics.registry.metrics(),
      metricsType: metrics.registry.contentType,
      notReady,
      failed,
    })
    return { address, [Symbol.asyncDispose]: () => closeServer(server) }
  } catch (error) {
    // Nobody asked for this port: that something else has it must not keep the door shut.
    if (chosen) throw error
    log.failure('metrics are served nowhere; set listen.metrics to a free port', error)
    return undefined
  }
}
