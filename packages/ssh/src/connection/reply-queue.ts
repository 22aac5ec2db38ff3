/**
 * Order of replies, RFC 4254 §4 and §5.4: a reply carries no number, so it belongs to the oldest unanswered request.
 * One class for each direction, used by the connection (global requests) and by each channel.
 */
import { SshError } from '../errors.ts'
import type { IncomingRequest } from './channel.ts'

/** How a reply of ours leaves; `data` is undefined for failure. */
export type SendReply = (data: Uint8Array | undefined) => void

const EMPTY = new Uint8Array(0)

/** Replies we owe the peer. INVARIANT: they leave in the order of the requests, each exactly once. */
export class OwedReplies {
  readonly #limit: number
  readonly #send: SendReply
  readonly #slots: Slot[] = []
  #stopped = false

  /** `limit`: most requests that may wait for our answer; one more is the peer flooding us. */
  constructor(limit: number, send: SendReply) {
    this.#limit = limit
    this.#send = send
  }

  get size(): number {
    return this.#slots.length
  }

  /** Runs `handle` with a request of the peer; see IncomingRequest for what becomes of the answer. Throws `queue-full` at the limit. */
  take<Body>(request: Body, wantReply: boolean, handle: ((request: IncomingRequest<Body>) => void) | undefined): void {
    if (wantReply && this.#slots.length >= this.#limit)
      throw new SshError('queue-full', 'too many requests wait for an answer')
    const slot: Slot = { state: 'waiting', data: undefined }
    if (wantReply) this.#slots.push(slot)
    if (handle !== undefined) {
      handle({
        request,
        wantReply,
        succeed: (data) => this.#answer(slot, data ?? EMPTY),
        fail: () => this.#answer(slot, undefined),
        defer: () => {
          if (slot.state === 'waiting') slot.state = 'deferred'
        },
      })
    }
    if (slot.state === 'waiting') this.#answer(slot, undefined)
  }

  /** Later answers go nowhere: the channel or connection is over. */
  stop(): void {
    this.#stopped = true
    this.#slots.length = 0
  }

  #answer(slot: Slot, data: Uint8Array | undefined): void {
    if (slot.state === 'answered') return
    slot.state = 'answered'
    slot.data = data
    while (!this.#stopped && this.#slots[0]?.state === 'answered') {
      const head = this.#slots.shift()
      this.#send(head?.data)
    }
  }
}

interface Slot {
  state: 'waiting' | 'deferred' | 'answered'
  data: Uint8Array | undefined
}

/** Replies the peer owes us. */
export class AwaitedReplies<Reply> {
  readonly #limit: number
  readonly #waiting: ((reply: Reply) => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#waiting.length
  }

  /** A request with want-reply is about to be sent. Throws `queue-full` at the limit. */
  push(callback: (reply: Reply) => void): void {
    if (this.#waiting.length >= this.#limit) throw new SshError('queue-full', 'too many requests of ours unanswered')
    this.#waiting.push(callback)
  }

  /** A reply came in. False when nobody waits for one: the caller drops and counts it (V-D05). */
  settle(reply: Reply): boolean {
    const callback = this.#waiting.shift()
    if (callback === undefined) return false
    callback(reply)
    return true
  }

  /** The end: everybody who waits gets `reply`. */
  settleAll(reply: Reply): void {
    for (const callback of this.#waiting.splice(0)) callback(reply)
  }
}
