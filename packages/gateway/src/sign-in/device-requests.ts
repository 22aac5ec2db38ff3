import { hashToken, isToken, mintToken } from '../http/bearer-tokens.ts'
import type { SignInApproval } from './sign-in-approval.ts'

/** Time to find a browser and approve, in milliseconds. */
export const DEVICE_LIFE_MS = 10 * 60 * 1000
/** Time between two polls, in milliseconds; RFC 8628 §3.5 adds five seconds for each poll that comes sooner. */
export const DEVICE_INTERVAL_MS = 2000
const SLOW_DOWN_MS = 5000
/** Longest interval, in milliseconds: whoever polls on regardless still learns of the answer before it ends. */
const INTERVAL_MAX_MS = 60_000
/** What waits at once: a company that signs in at nine o'clock, in under a megabyte. */
export const DEVICE_REQUESTS_MAX = 1024
/** A poll that comes this much early is the network's doing, in milliseconds. */
const JITTER_MS = 250

/** RFC 8628 §6.1: no vowels, so that no words come about, and no letter that is taken for a digit. 20^8 is 34 bits. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const USER_CODE_LETTERS = 8
/** Bytes from here on would make the first letters likelier. */
const FAIR_BYTES = 256 - (256 % LETTERS.length)

/** A sign-in that waits for its approval. */
export interface DeviceRequest {
  /** Eight letters. */
  readonly userCode: string
  readonly agent: string
  readonly source: string
  readonly askedAt: number
  readonly expiresAt: number
}

export type DeviceAnswer =
  | { readonly status: 'pending' | 'slow-down'; readonly intervalMs: number }
  | { readonly status: 'approved'; readonly request: DeviceRequest; readonly approval: SignInApproval }
  | { readonly status: 'denied' | 'expired' }

interface Waiting {
  readonly request: DeviceRequest
  readonly deviceHash: string
  intervalMs: number
  /** When the last poll came; the start counts as one. */
  polledAt: number
  decision: SignInApproval | 'denied' | undefined
}

export interface DeviceRequestsParts {
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Device authorisation, RFC 8628: sign-ins that wait in memory for somebody who is signed in with a browser.
 * INVARIANT: the two maps hold the same requests, at most DEVICE_REQUESTS_MAX, oldest first.
 */
export class DeviceRequests {
  readonly #parts: DeviceRequestsParts
  readonly #byDevice = new Map<string, Waiting>()
  readonly #byUserCode = new Map<string, Waiting>()

  constructor(parts: DeviceRequestsParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#byDevice.size
  }

  start({ agent, source }: Pick<DeviceRequest, 'agent' | 'source'>): DeviceRequest & {
    readonly deviceCode: string
    readonly intervalMs: number
  } {
    const { randomBytes } = this.#parts
    const now = this.#parts.now()
    this.#forgetExpired(now)
    if (this.#byDevice.size >= DEVICE_REQUESTS_MAX) this.#forgetOneOfTheLoudest()
    const { token, hash } = mintToken('device', randomBytes)
    let userCode = newUserCode(randomBytes)
    while (this.#byUserCode.has(userCode)) userCode = newUserCode(randomBytes)
    const request = { userCode, agent, source, askedAt: now, expiresAt: now + DEVICE_LIFE_MS }
    const waiting = { request, deviceHash: hash, intervalMs: DEVICE_INTERVAL_MS, polledAt: now, decision: undefined }
    this.#byDevice.set(hash, waiting)
    this.#byUserCode.set(userCode, waiting)
    return { ...request, deviceCode: token, intervalMs: DEVICE_INTERVAL_MS }
  }

  /** What the command's poll gets. Anything but waiting on is the last answer to this code. */
  poll(deviceCode: string): DeviceAnswer {
    const waiting = isToken('device', deviceCode) ? this.#byDevice.get(hashToken(deviceCode)) : undefined
    if (waiting === undefined) return { status: 'expired' }
    const now = this.#parts.now()
    const { request, decision } = waiting
    if (decision !== undefined || request.expiresAt <= now) {
      this.#forget(waiting)
      if (request.expiresAt <= now) return { status: 'expired' }
      return decision === 'denied' || decision === undefined
        ? { status: 'denied' }
        : { status: 'approved', request, approval: decision }
    }
    const early = now - waiting.polledAt < waiting.intervalMs - JITTER_MS
    waiting.polledAt = now
    if (!early) return { status: 'pending', intervalMs: waiting.intervalMs }
    waiting.intervalMs = Math.min(waiting.intervalMs + SLOW_DOWN_MS, INTERVAL_MAX_MS)
    return { status: 'slow-down', intervalMs: waiting.intervalMs }
  }

  /** What waits for a code as people type it: in any case, with or without its dash. */
  find(typed: string): DeviceRequest | undefined {
    return this.#undecided(typed)?.request
  }

  /** Decides, once; the request, or undefined where none waits for this code. */
  decide(typed: string, decision: SignInApproval | 'denied'): DeviceRequest | undefined {
    const waiting = this.#undecided(typed)
    if (waiting === undefined) return undefined
    waiting.decision = decision
    return waiting.request
  }

  #undecided(typed: string): Waiting | undefined {
    const waiting = this.#byUserCode.get(typed.toUpperCase().replaceAll(/[^A-Z]/g, ''))
    if (waiting === undefined || waiting.decision !== undefined) return undefined
    return waiting.request.expiresAt > this.#parts.now() ? waiting : undefined
  }

  #forget({ request, deviceHash }: Waiting): void {
    this.#byDevice.delete(deviceHash)
    this.#byUserCode.delete(request.userCode)
  }

  #forgetExpired(now: number): void {
    for (const waiting of this.#byDevice.values()) {
      // All live equally long, so the oldest ends first.
      if (waiting.request.expiresAt > now) return
      this.#forget(waiting)
    }
  }

  /** Who asks most often makes room, so that one flood does not push out everybody else's. */
  #forgetOneOfTheLoudest(): void {
    const bySource = new Map<string, { count: number; readonly oldest: Waiting }>()
    let loudest: { count: number; readonly oldest: Waiting } | undefined
    for (const waiting of this.#byDevice.values()) {
      const known = bySource.get(waiting.request.source) ?? { count: 0, oldest: waiting }
      known.count++
      bySource.set(waiting.request.source, known)
      if (known.count > (loudest?.count ?? 0)) loudest = known
    }
    if (loudest !== undefined) this.#forget(loudest.oldest)
  }
}

/** `BCDF-GHJK`. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, USER_CODE_LETTERS / 2)}-${code.slice(USER_CODE_LETTERS / 2)}`
}

function newUserCode(randomBytes: (size: number) => Uint8Array): string {
  let code = ''
  while (code.length < USER_CODE_LETTERS) {
    for (const byte of randomBytes(USER_CODE_LETTERS)) {
      if (byte < FAIR_BYTES && code.length < USER_CODE_LETTERS) code += LETTERS[byte % LETTERS.length] ?? ''
    }
  }
  return code
}
