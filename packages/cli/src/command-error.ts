import { EXIT, type ExitCode } from './exit-codes.ts'

/** Why a command ended, found on this side of the socket. Every row is explained in docs/errors.md. */
export const COMMAND_ERRORS = {
  'usage.invalid': { code: 'SP4001', exit: EXIT.usage },
  'usage.file-unreadable': { code: 'SP4002', exit: EXIT.failed },
  'usage.confirmation-needed': { code: 'SP4003', exit: EXIT.usage },
  'usage.unknown-field': { code: 'SP4004', exit: EXIT.usage },
  'check.problems-found': { code: 'SP4005', exit: EXIT.problemsFound },
  'confirmation.mismatch': { code: 'SP4006', exit: EXIT.failed },
  'server.untrusted': { code: 'SP4007', exit: EXIT.unreachable },
  'sign-in.denied': { code: 'SP4008', exit: EXIT.denied },
  'sign-in.needed': { code: 'SP4009', exit: EXIT.signInNeeded },
  'agent.failed': { code: 'SP4010', exit: EXIT.failed },
  'file.unwritable': { code: 'SP4011', exit: EXIT.failed },
} as const satisfies Record<string, { code: `SP4${string}`; exit: ExitCode }>
export type CommandErrorName = keyof typeof COMMAND_ERRORS

export interface CommandErrorFacts {
  readonly why?: string
  readonly fix?: string
  /** What `--json` prints beside the error, e.g. a report. */
  readonly details?: unknown
  readonly cause?: unknown
}

/** An end with a message: what, why, and how to mend it. */
export class CommandError extends Error {
  readonly reason: CommandErrorName
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly details: unknown

  constructor(reason: CommandErrorName, message: string, facts: CommandErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'CommandError'
    this.reason = reason
    this.why = facts.why
    this.fix = facts.fix
    this.details = facts.details
  }

  get code(): string {
    return COMMAND_ERRORS[this.reason].code
  }

  get exit(): ExitCode {
    return COMMAND_ERRORS[this.reason].exit
  }
}
