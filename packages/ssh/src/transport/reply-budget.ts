/** Answers that the transport gives on its own (pong, service accept) and that a peer has not read: more is a flood. */
const MAX_UNREAD_REPLY_BYTES = 64 * 1024

/** Bounds what a peer can make us send without reading it: every ping asks for a pong. */
export class ReplyBudget {
  #unread = 0
  /** Position in the output stream; once all up to it has left, the replies counted so far are old. */
  #mark = 0

  /**
   * Counts a reply of `bytes`. `written`: bytes put out on this connection so far; `backlog`: how many of them the peer's
   * side has not taken yet. False when the budget is spent. At most twice the budget can be unread.
   */
  spend(bytes: number, written: number, backlog: number): boolean {
    if (written - backlog >= this.#mark) {
      this.#unread = 0
      this.#mark = written + 1
    }
    this.#unread += bytes
    return this.#unread <= MAX_UNREAD_REPLY_BYTES
  }
}
