import { EXIT, type ExitCode } from './exit-codes.ts'

/** Why a command ended, found on this side of the socket. Every row is explained in docs/errors.md. */
export const COMMAND_ERRORS = {
  'usage.invalid': { code: 'SP3001', exit: EXIT.usage },
  'usage.file-unreadable': { code: 'SP3002', exit: EXIT.failed },
  'usage.confirmation-needed': { code: 'SP3003', exit: EXIT.usage },
  'usage.unknown-field': { code: 'SP3004', exit: EXIT.usage },
  'check.problems-found': { code: 'SP3005', exit: EXIT.problemsFound },
  'explain.denied': { code: 'SP3006', exit: EXIT.denied },
} as const satisfies Record<string, { code: `SP3${string}`; exit: ExitCode }>
export type CommandErrorName = keyof typeof COMMAND_ERRORS

/** An end with a message: what, why, and how to mend it. */
export class CommandError extends Error {
  readonly reason: CommandErrorName
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(reason: CommandErrorName, message: string, facts: { why?: string; fix?: string; cause?: unknown } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'CommandError'
    this.reason = reason
    this.why = facts.why
    this.fix = facts.fix
  }

  get code(): string {
    return COMMAND_ERRORS[this.reason].code
  }

  get exit(): ExitCode {
    return COMMAND_ERRORS[this.reason].exit
  }
}
