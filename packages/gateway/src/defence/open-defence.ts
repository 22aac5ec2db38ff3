import { randomInt } from 'node:crypto'
import { ACTOR_GATEWAY, type AuditEvent } from '@sallyport/audit'
import type { Clock } from '@sallyport/wire'
import { connectionLimits, penaltySettings, startLimits } from '../config/limits.ts'
import type { Config } from '../config/settings.ts'
import type { Log } from '../ops/log-writer.ts'
import type { Bans } from './bans.ts'
import { ConnectionLimits } from './connection-limits.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { networkOf } from './network.ts'
import { Penalties } from './penalties.ts'
import { StartLimits } from './start-limits.ts'

/** Steps of a uniform random number from 0 to 1: what `crypto.randomInt` draws at once. */
const RANDOM_STEPS = 2 ** 47

export interface DefenceParts {
  readonly config: Config
  readonly clock: Clock
  readonly bans: () => Bans
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly failed: (what: string, error: unknown) => void
  readonly log: Log
}

/** What stands between an address and the SSH door, put together. */
export function openDefence({ config, clock, bans, record, failed, log }: DefenceParts) {
  const lengths = config.ssh.per_source_netblock
  const penalties = new Penalties(penaltySettings(config), lengths)
  const connections = new ConnectionLimits(connectionLimits(config))
  const starts = new StartLimits(startLimits(config), () => randomInt(RANDOM_STEPS) / RANDOM_STEPS)
  const gatekeeper = new Gatekeeper({
    clock,
    bans,
    penalties,
    connections,
    starts,
    sourceLengths: lengths,
    penalised({ network, offence, until, activated }) {
      log.debug('penalty', { source: network.text, reason: offence })
      if (!activated) return
      const seconds = Math.ceil((until - clock.monotonic()) / 1000)
      log.info('source refused for a while', { source: network.text, reason: offence, count: seconds })
      record({ type: 'penalty-applied', actor: ACTOR_GATEWAY, subject: network.text, reason: offence, seconds }).catch(
        (error: unknown) => failed('write a penalty to the audit log', error),
      )
    },
  })
  return {
    penalties,
    connections,
    starts,
    gatekeeper,
    /** Text of the network that an address counts as. */
    networkText: (address: string) => networkOf(address, lengths)?.text ?? address,
    /** Takes limits that were configured anew; how long networks are stays until the next start. */
    settle(next: Config) {
      penalties.settings = penaltySettings(next)
      connections.settings = connectionLimits(next)
      starts.settings = startLimits(next)
    },
  }
}
