import { SshError } from '../errors.ts'

/**
 * Messages of the upper layers wait here while a key exchange keeps us silent. Channel data does not come here (its owner asks
 * `canSendData`), so only requests, replies and window adjustments of open channels count; beyond this the peer makes us
 * answer without letting us speak.
 */
const MAX_QUEUED_BYTES = 1024 * 1024
const MAX_QUEUED_MESSAGES = 4096

/** Payloads in the order they were sent. Costs nothing while empty. */
export class OutgoingQueue {
  #payloads: Uint8Array[] | undefined
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** Keeps the payload, not a copy. @throws SshError 'queue-full' */
  push(payload: Uint8Array): void {
    this.#payloads ??= []
    this.#bytes += payload.length
    this.#payloads.push(payload)
    if (this.#bytes > MAX_QUEUED_BYTES || this.#payloads.length > MAX_QUEUED_MESSAGES) {
      throw new SshError('queue-full', 'too many messages wait for the key exchange to end')
    }
  }

  /** Hands payloads to `write` in order, for as long as `open` says yes. */
  drain(open: () => boolean, write: (payload: Uint8Array) => void): void {
    const payloads = this.#payloads
    if (payloads === undefined) return
    let sent = 0
    while (sent < payloads.length && open()) {
      const payload = payloads[sent++] as Uint8Array
      this.#bytes -= payload.length
      write(payload)
    }
    this.#payloads = sent === payloads.length ? undefined : payloads.slice(sent)
  }

  clear(): void {
    this.#payloads = undefined
    this.#bytes = 0
  }
}
