import type { PenaltySettings } from '../defence/penalties.ts'
import type { Config } from './settings.ts'

/** The configuration's penalties as the defence takes them. */
export function penaltySettings({ penalties }: Config): PenaltySettings {
  return {
    enabled: penalties.enabled,
    addedMs: {
      crash: penalties.crash,
      'auth-fail': penalties.auth_fail,
      'no-auth': penalties.no_auth,
      'no-keys': penalties.no_keys,
      'grace-exceeded': penalties.grace_exceeded,
      'refuse-connection': penalties.refuse_connection,
    },
    minMs: penalties.min,
    maxMs: penalties.max,
    maxSources: penalties.max_sources,
    overflow: penalties.overflow,
    exempt: penalties.exempt,
  }
}

/** How many connections, in all and of one source. */
export function connectionLimits({ ssh }: Config) {
  return { total: ssh.max_connections, perSource: ssh.per_source_max_connections }
}

/** How many connections that are not signed in yet. */
export function startLimits({ ssh }: Config) {
  return { ...ssh.max_startups, perSource: ssh.per_source_max_startups }
}
