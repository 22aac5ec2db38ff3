/** Why the daemon does not start, or does not take a change: stable name and code. Every row is explained in docs/errors.md. */
export const GATEWAY_ERRORS = {
  'config.unreadable': 'SP3001',
  'config.invalid': 'SP3002',
  'state.permissions': 'SP3101',
  'state.unusable': 'SP3102',
  'state.locked': 'SP3103',
  'host-key.permissions': 'SP3104',
  'host-key.invalid': 'SP3105',
  'authority.unusable': 'SP3106',
  'store.unusable': 'SP3201',
  'audit.unusable': 'SP3202',
  'policy.invalid': 'SP3301',
  'listen.failed': 'SP3401',
  'tls.invalid': 'SP3402',
} as const

export type GatewayErrorName = keyof typeof GATEWAY_ERRORS

export interface GatewayErrorFacts {
  readonly why?: string
  readonly fix?: string
  readonly cause?: unknown
}

/** The only error class of this package: says what, why, and what to type. */
export class GatewayError extends Error {
  readonly reason: GatewayErrorName
  /** `SP3101`. */
  readonly code: string
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(reason: GatewayErrorName, message: string, facts: GatewayErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'GatewayError'
    this.reason = reason
    this.code = GATEWAY_ERRORS[reason]
    this.why = facts.why
    this.fix = facts.fix
  }
}
