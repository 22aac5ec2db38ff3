export interface KnownException {
  readonly id: string
  /** Name of the suite, as `testCaptures` has it. */
  readonly area: string
  readonly reason: string
}

/** More than these would say that the engine is wrong, not the capture. */
export const KNOWN_EXCEPTIONS_MAX = 20

/** Captures that we answer otherwise, on purpose. */
export const KNOWN_EXCEPTIONS: readonly KnownException[] = []
