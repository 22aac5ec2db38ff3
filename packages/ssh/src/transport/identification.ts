import { SshError } from '../errors.ts'
import type { Role } from './legal-messages.ts'

/** RFC 4253 §4.2: 255 characters, CR LF included. */
const MAX_IDENTIFICATION_BYTES = 255
/** Lines a server sends ahead of its identification: long enough for a notice, short enough to hold. */
const MAX_NOTICE_LINE_BYTES = 1024
/** As OpenSSH's client (SSH_MAX_PRE_BANNER_LINES). */
const MAX_NOTICE_LINES = 1024

const LF = 0x0a
const CR = 0x0d
const PREFIX = 'SSH-'
const latin1 = new TextDecoder('latin1')

/** `SSH-2.0-software` or `SSH-2.0-software comments`, printable US-ASCII; 1.99 is 2.0 that also knew 1 (RFC 4253 §5.1). */
const IDENTIFICATION = /^SSH-(?:2\.0|1\.99)-[\x20-\x7e]+$/

/** Whether a text may be sent as our own identification, without CR LF. */
export function isIdentification(text: string): boolean {
  return text.length <= MAX_IDENTIFICATION_BYTES - 2 && /^SSH-2\.0-[\x21-\x2c\x2e-\x7e]+(?: [\x20-\x7e]*)?$/.test(text)
}

/**
 * Reads the peer's identification line, RFC 4253 §4.2. Takes a line ending of LF alone, as OpenSSH does. A client passes
 * over up to 1,024 lines that a server sends first; a server takes none. Holds one line at most.
 */
export class IdentificationReader {
  readonly #role: Role
  #line = new Uint8Array(64)
  #length = 0
  #notices = 0

  /** `role`: ours. */
  constructor(role: Role) {
    this.#role = role
  }

  /**
   * Takes bytes up to the end of the identification line. `identification` comes without its line ending, and only once.
   * @throws SshError 'version-exchange'
   */
  read(bytes: Uint8Array): { readonly consumed: number; readonly identification?: string } {
    let at = 0
    while (at < bytes.length) {
      const byte = bytes[at++] ?? 0
      if (byte !== LF) {
        this.#append(byte)
        continue
      }
      const text = this.#takeLine()
      if (text.startsWith(PREFIX)) return { consumed: at, identification: checked(text) }
      this.#countNotice()
    }
    return { consumed: at }
  }

  #append(byte: number): void {
    const limit =
      this.#role === 'client' && !this.#mayBeIdentification() ? MAX_NOTICE_LINE_BYTES : MAX_IDENTIFICATION_BYTES
    // One byte of every line is its LF.
    if (this.#length >= limit - 1) throw wrong('line is too long')
    if (this.#length === this.#line.length) {
      const larger = new Uint8Array(this.#line.length * 2)
      larger.set(this.#line)
      this.#line = larger
    }
    this.#line[this.#length++] = byte
    if (this.#role === 'server' && !this.#mayBeIdentification()) throw wrong('first line is not an identification')
  }

  /** Whether what there is of the line begins, or could begin, with `SSH-`. */
  #mayBeIdentification(): boolean {
    for (let i = 0; i < this.#length && i < PREFIX.length; i++) {
      if (this.#line[i] !== PREFIX.charCodeAt(i)) return false
    }
    return true
  }

  #takeLine(): string {
    const end = this.#length > 0 && this.#line[this.#length - 1] === CR ? this.#length - 1 : this.#length
    const text = latin1.decode(this.#line.subarray(0, end))
    this.#length = 0
    return text
  }

  #countNotice(): void {
    if (this.#role === 'server') throw wrong('first line is not an identification')
    this.#notices++
    if (this.#notices > MAX_NOTICE_LINES) throw wrong(`more than ${MAX_NOTICE_LINES} lines before the identification`)
  }
}

function checked(text: string): string {
  if (!IDENTIFICATION.test(text)) throw wrong('identification is malformed or of another protocol version', text)
  return text
}

function wrong(message: string, line?: string): SshError {
  return new SshError('version-exchange', message, line === undefined ? {} : { facts: { line } })
}
