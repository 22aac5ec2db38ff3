const inspect = Symbol.for('nodejs.util.inspect.custom')

/** A value that must not reach a log, an error or the audit: it prints as `[redacted]` however it is printed. */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself; every call is a place to look at in review. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect](): string {
    return '[redacted]'
  }
}
