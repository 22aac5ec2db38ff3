import { GCM_NONCE_BYTES } from './libcrypto.ts'

/** RFC 5647 §7.1: the last eight bytes of the IV are a big-endian counter, one step a packet, wrapping silently. */
export class InvocationCounter {
  readonly bytes: Uint8Array

  constructor(iv: Uint8Array) {
    if (iv.length !== GCM_NONCE_BYTES) throw new RangeError(`a GCM IV has ${GCM_NONCE_BYTES} bytes, not ${iv.length}`)
    this.bytes = new Uint8Array(iv)
  }

  step(): void {
    const bytes = this.bytes
    for (let i = GCM_NONCE_BYTES - 1; i >= GCM_NONCE_BYTES - 8; i--) {
      const next = ((bytes[i] ?? 0) + 1) & 0xff
      bytes[i] = next
      if (next !== 0) return
    }
  }
}
