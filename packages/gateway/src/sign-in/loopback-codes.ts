import { createHash, timingSafeEqual } from 'node:crypto'
import { hashToken, isToken, mintToken } from '../http/bearer-tokens.ts'
import type { SignInApproval } from './sign-in-approval.ts'

/** Time for the browser to bring the code to the command on the same machine, in milliseconds. */
export const LOOPBACK_LIFE_MS = 60_000
/** Codes on their way at once; the oldest is dropped for one more. */
export const LOOPBACK_CODES_MAX = 1024

interface Code {
  readonly approval: SignInApproval
  readonly challenge: string
  readonly expiresAt: number
}

export interface LoopbackCodesParts {
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Codes that a browser carries to the command on its machine: RFC 8252 §7.3 with PKCE (RFC 7636, S256), each used once. */
export class LoopbackCodes {
  readonly #parts: LoopbackCodesParts
  /** By hash, oldest first. */
  readonly #codes = new Map<string, Code>()

  constructor(parts: LoopbackCodesParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#codes.size
  }

  issue(approval: SignInApproval, challenge: string): string {
    const { randomBytes, now } = this.#parts
    const { token, hash } = mintToken('device', randomBytes)
    for (const [oldest, { expiresAt }] of this.#codes) {
      if (expiresAt > now() && this.#codes.size < LOOPBACK_CODES_MAX) break
      this.#codes.delete(oldest)
    }
    this.#codes.set(hash, { approval, challenge, expiresAt: now() + LOOPBACK_LIFE_MS })
    return token
  }

  /** The approval behind a code, for whoever began it. A code is used up by the first who shows it, also without its verifier. */
  redeem(code: string, verifier: string): SignInApproval | undefined {
    if (!isToken('device', code)) return undefined
    const hash = hashToken(code)
    const found = this.#codes.get(hash)
    this.#codes.delete(hash)
    if (found === undefined || found.expiresAt <= this.#parts.now()) return undefined
    const shown = createHash('sha256').update(verifier, 'ascii').digest('base64url')
    const right =
      shown.length === found.challenge.length && timingSafeEqual(Buffer.from(shown), Buffer.from(found.challenge))
    return right ? found.approval : undefined
  }
}
