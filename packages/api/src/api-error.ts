import { z } from 'zod'
import { API_ERRORS, type ApiErrorName } from './error-codes.ts'

/** Body of every answer that is not a success. */
export const errorBody = z.object({
  error: z.object({
    /** `SP1101`: documented in docs/errors.md. */
    code: z.string(),
    /** `user.not-found`: the same thing in words that programs may compare. */
    name: z.string(),
    message: z.string(),
    /** What led to it, where that is known. */
    why: z.string().nullable(),
    /** What to type or change, where that is known. */
    fix: z.string().nullable(),
    request_id: z.string(),
    /** Facts for the caller's own rendering, e.g. policy diagnostics. */
    details: z.unknown().optional(),
  }),
})
export type ErrorBody = z.infer<typeof errorBody>

export interface ApiErrorFacts {
  readonly why?: string
  readonly fix?: string
  readonly requestId?: string
  readonly details?: unknown
  readonly cause?: unknown
}

/** A request to the daemon that failed, on either side of the socket. */
export class ApiError extends Error {
  /** `SP1101`. */
  readonly code: string
  /** `user.not-found`; a newer daemon may send a name that is not in this union. */
  readonly reason: ApiErrorName
  /** HTTP status; 0 where no answer came. */
  readonly status: number
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly requestId: string | undefined
  readonly details: unknown

  constructor(reason: ApiErrorName, message: string, facts: ApiErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'ApiError'
    this.reason = reason
    const entry = Object.hasOwn(API_ERRORS, reason) ? API_ERRORS[reason] : undefined
    this.code = entry?.code ?? 'SP1009'
    this.status = entry?.status ?? 0
    this.why = facts.why
    this.fix = facts.fix
    this.requestId = facts.requestId
    this.details = facts.details
  }

  toBody(requestId: string): ErrorBody {
    return {
      error: {
        code: this.code,
        name: this.reason,
        message: this.message,
        why: this.why ?? null,
        fix: this.fix ?? null,
        request_id: requestId,
        ...(this.details === undefined ? {} : { details: this.details }),
      },
    }
  }

  /** The error a daemon sent; keeps the code as sent, also one that this client does not know. */
  static fromBody(status: number, body: ErrorBody): ApiError {
    const { code, name, message, why, fix, request_id, details } = body.error
    const error = new ApiError(name as ApiErrorName, message, {
      ...(why === null ? {} : { why }),
      ...(fix === null ? {} : { fix }),
      requestId: request_id,
      details,
    })
    return Object.assign(error, { code, status })
  }
}
