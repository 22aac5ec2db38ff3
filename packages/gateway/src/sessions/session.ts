import type { PassageId, Principal, SessionId } from '@sallyport/model'
import type { Check } from '../access/asked-factors.ts'
import type { AccessGrant } from '../access/authorize.ts'
import { type DenialName, denial } from '../access/denial-codes.ts'
import type { ConnectionFacts } from '../access/door-terms.ts'

/** Why a session or passage was ended by somebody else than its client. */
export interface Ending {
  readonly denied: DenialName
  /** In the words of who did it; shown to the client. */
  readonly note: string
  /** Who did it, as the audit log names them. */
  readonly actor: string
}

/** One way to a target. Made when it is granted; opens when the target answers. */
export interface Passage {
  readonly id: PassageId
  readonly grant: AccessGrant
  /** Milliseconds since the epoch. */
  readonly grantedAt: number
  /** Undefined until the target has answered. */
  readonly live: LivePassage | undefined
  /** Fires with an Ending when it must end. */
  readonly signal: AbortSignal
  /** Undefined while nobody has ended it. */
  readonly ending: Ending | undefined
}

export interface LivePassage {
  /** The address in use. */
  readonly address: string
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  bytesToTarget(): number
  bytesToClient(): number
  /** The target's SSH identification, escaped. */
  innerBanner(): string | undefined
}

export interface SessionFacts extends ConnectionFacts {
  readonly principal: Principal
  readonly sourcePort: number
  /** The client's identification, printable. */
  readonly client: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** Closes the connection; the text goes to the client. */
  readonly disconnect: (text: string) => void
}

/** One principal's connection, from sign-in to its end. */
export class Session {
  readonly id: SessionId
  readonly facts: SessionFacts
  readonly #passages = new Map<PassageId, OpenPassage>()
  /** By place. One for each place that the person was asked about here, which they answered by hand. */
  readonly #checks = new Map<string, Check>()
  #ending: Ending | undefined
  #activeAt: number
  #bytesSeen = 0
  #lastWay: PromiseWithResolvers<void> | undefined

  constructor(facts: SessionFacts) {
    this.id = facts.principal.sessionId
    this.facts = facts
    this.#activeAt = facts.startedAt
  }

  /** When bytes were last seen to move on a passage, milliseconds since the epoch; as exact as `look` is frequent. */
  get activeAt(): number {
    return this.#activeAt
  }

  /** Notes whether anything has moved since the last look. */
  look(now: number): void {
    let bytes = 0
    for (const { live } of this.#passages.values())
      if (live !== undefined) bytes += live.bytesToTarget() + live.bytesToClient()
    if (bytes !== this.#bytesSeen) this.#activeAt = now
    this.#bytesSeen = bytes
  }

  get principal(): Principal {
    return this.facts.principal
  }

  /** Who ended it and why; undefined while nobody has. */
  get ending(): Ending | undefined {
    return this.#ending
  }

  get passages(): readonly Passage[] {
    return [...this.#passages.values()]
  }

  /** Notes a second factor that was asked for on this connection, for one place. */
  passed(place: string, check: Check): void {
    this.#checks.set(place, check)
  }

  /** Second factors that were given on this connection and count for a place. */
  checks(place: string): readonly Check[] {
    const own = this.#checks.get(place)
    const asked = (this.principal.proof.asked ?? []).flatMap(({ kind, provedAt }) =>
      kind === 'passkey' || kind === 'totp' ? [{ kind, provedAt, here: true }] : [],
    )
    return own === undefined ? asked : [...asked, own]
  }

  /** Takes a granted passage into the books, so that it can be ended from now on, dialled or not. */
  begin(grant: AccessGrant, grantedAt: number): OpenPassage {
    const passage = new OpenPassage(grant, grantedAt, () => {
      this.#passages.delete(grant.passage)
      if (this.#passages.size === 0) this.#lastWay?.resolve()
    })
    this.#passages.set(grant.passage, passage)
    if (this.#ending !== undefined) passage.end(this.#ending)
    return passage
  }

  /** Resolves once no passage is open; to be asked when none can begin any more. */
  async noWayLeft(): Promise<void> {
    if (this.#passages.size === 0) return
    this.#lastWay ??= Promise.withResolvers<void>()
    await this.#lastWay.promise
  }

  /** Ends the session and all its passages; the first ending counts. */
  end(ending: Ending): boolean {
    if (this.#ending !== undefined) return false
    this.#ending = ending
    for (const passage of this.#passages.values()) passage.end(ending)
    const { text } = denial(ending.denied, { user: this.principal.name })
    this.facts.disconnect(ending.note === '' ? text : `${text} (${ending.note})`)
    return true
  }

  /** Ends one passage; the session goes on. */
  endPassage(id: PassageId, ending: Ending): void {
    this.#passages.get(id)?.end(ending)
  }
}

class OpenPassage implements Passage, Disposable {
  readonly grant: AccessGrant
  readonly grantedAt: number
  readonly #abort = new AbortController()
  readonly #forget: () => void
  #live: LivePassage | undefined
  #ending: Ending | undefined

  constructor(grant: AccessGrant, grantedAt: number, forget: () => void) {
    this.grant = grant
    this.grantedAt = grantedAt
    this.#forget = forget
  }

  get id(): PassageId {
    return this.grant.passage
  }
  get live(): LivePassage | undefined {
    return this.#live
  }
  get signal(): AbortSignal {
    return this.#abort.signal
  }
  get ending(): Ending | undefined {
    return this.#ending
  }

  /** The target has answered. */
  opened(live: LivePassage): void {
    this.#live = live
  }

  end(ending: Ending): void {
    if (this.#ending !== undefined) return
    this.#ending = ending
    this.#abort.abort(new Error(ending.denied))
  }

  [Symbol.dispose](): void {
    this.#forget()
  }
}
