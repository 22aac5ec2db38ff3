/** RFC 4253 §4.2: at most 255 bytes with CR and LF. */
const MAX_LINE_BYTES = 255
const PREFIX = [0x53, 0x53, 0x48, 0x2d] // "SSH-"
const CR = 0x0d
const LF = 0x0a

/**
 * Looks at the first bytes of a target for the identification line of an SSH server, so that the record of a session
 * says what was spoken to. It copies at most one line and then nothing.
 */
export class IdentificationSniffer {
  #line: Uint8Array | undefined = new Uint8Array(MAX_LINE_BYTES)
  #length = 0
  #found: Uint8Array | undefined

  /** The line without its end, as it came: any bytes are possible behind "SSH-", so escape it. Undefined when there is none (yet). */
  get identification(): Uint8Array | undefined {
    return this.#found
  }

  /** Whether more bytes may still change the answer. */
  get looking(): boolean {
    return this.#line !== undefined
  }

  push(bytes: Uint8Array): void {
    const line = this.#line
    if (line === undefined) return
    for (const byte of bytes) {
      if (byte === LF) {
        const end = line[this.#length - 1] === CR ? this.#length - 1 : this.#length
        if (this.#length >= PREFIX.length) this.#found = line.slice(0, end)
        this.#line = undefined
        return
      }
      // Another first byte than expected, or a line that is too long: something else is spoken here.
      const expected = PREFIX[this.#length]
      if ((expected !== undefined && byte !== expected) || this.#length === MAX_LINE_BYTES) {
        this.#line = undefined
        return
      }
      line[this.#length++] = byte
    }
  }
}
