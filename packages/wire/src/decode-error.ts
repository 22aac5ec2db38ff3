/** Bytes from a peer that are not what their format says; the only error a decoder may throw. */
export class DecodeError extends Error {
  /** What was being read, e.g. `channel-data.recipient-channel`. */
  readonly field: string
  /** Offset in bytes from the start of the decoded buffer. */
  readonly offset: number

  constructor(message: string, field: string, offset: number, options?: ErrorOptions) {
    super(`${message} (${field} at byte ${offset})`, options)
    this.name = 'DecodeError'
    this.field = field
    this.offset = offset
  }
}
