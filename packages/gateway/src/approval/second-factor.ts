import type { AuditEvent } from '@sallyport/audit'
import type { Principal } from '@sallyport/model'
import { type AskPrompts, MAX_GRACE_MS } from '@sallyport/ssh'
import type { Store } from '@sallyport/store'
import { ASKED_KINDS, type Ask, type AskedKind, type Check, isChecked } from '../access/asked-factors.ts'
import type { CheckDue } from '../access/authorize.ts'
import { type Denial, denial } from '../access/denial-codes.ts'
import type { ConnectionFacts } from '../access/door-terms.ts'
import type { Roster } from '../access/roster.ts'
import type { Log } from '../ops/log-writer.ts'
import type { Session } from '../sessions/session.ts'
import type { Approval, ApprovalPlace } from './approval.ts'
import { auditFacts } from './approval-service.ts'
import { approvalBanner, approvalUrl } from './approval-texts.ts'
import type { Approvals, OpenRefusal } from './approvals.ts'
import { type AtOpeningParts, atOpening } from './at-opening.ts'
import { type CheckBook, EVERY_TARGET, type KeptCheck } from './check-book.ts'
import type { OneTimeCodes } from './one-time-codes.ts'
import { busyDenial, settled } from './question.ts'
import { signInDemand } from './sign-in-demand.ts'

/** Time that a client has to begin and end the conversation beside the question's life, in milliseconds. */
const CLIENT_GRACE_MS = 10_000
/** Wrong codes in one conversation. */
const CODES_MAX = 3
/** Milliseconds that an Enter waits for the browser before the terminal is asked again. */
const ENTER_WAITS_MS = 20_000

/** When the door asks for a second factor at sign-in. */
export type SecondFactorMode = 'policy' | 'always' | 'never'

export interface SecondFactorSettings {
  readonly mode: SecondFactorMode
  /** With `always`: milliseconds for which nobody is asked again. */
  readonly periodMs: number
  /** Whether the terminal shows a QR code. */
  readonly qr: boolean
  /** Milliseconds that a question stays open. */
  readonly approvalMs: number
}

export interface SecondFactorParts {
  readonly settings: () => SecondFactorSettings
  readonly roster: () => Roster
  readonly store: Pick<Store, 'passkeys'>
  readonly approvals: Approvals
  readonly checks: CheckBook
  readonly codes: OneTimeCodes
  /** Block of addresses that counts as one source. */
  readonly networkOf: (address: string) => string
  /** Of the console; undefined where it is served nowhere. */
  readonly origin: () => string | undefined
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly failed: (what: string, error: unknown) => void
  readonly log: Pick<Log, 'debug'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** A login after its first factor. */
export interface WaitingLogin {
  readonly principal: Principal
  readonly ask: Ask
  /** What the client calls itself. */
  readonly client: string
}

/** The terminal of somebody who is signing in. */
export interface SignInTerminal {
  readonly ask: AskPrompts
  readonly banner: (text: string) => void
}

/** Second factors at the SSH door: what is missing, the conversation at sign-in, and the question at the opening of a way. */
export class SecondFactor {
  readonly #parts: SecondFactorParts

  constructor(parts: SecondFactorParts) {
    this.#parts = parts
  }

  /** Where people go to approve; undefined where the console is served nowhere. */
  get origin(): string | undefined {
    return this.#parts.origin()
  }

  /** Milliseconds that a person may take over what they are asked for; bounded, however much it is. */
  graceMs({ wants }: Ask): number {
    return Math.min(wants.length * (this.#parts.settings().approvalMs + CLIENT_GRACE_MS), MAX_GRACE_MS)
  }

  /** Second factors that were given on earlier connections and are still here; how long they count is the policy's to say. */
  kept(userId: Principal['userId'], source: string, place: string): readonly Check[] {
    return this.#parts.checks.find(userId, source, place).map((check) => ({ ...check, here: false }))
  }

  /** What a sign-in has to be asked for; undefined where nothing. Synchronous: a plain login waits for nothing. */
  atSignIn(principal: Principal, facts: ConnectionFacts): Ask | undefined {
    const { settings, roster, now } = this.#parts
    const { mode, periodMs } = settings()
    if (mode === 'never') return undefined
    const { userId, sourceAddress } = principal
    const kept = (place: string) => this.kept(userId, sourceAddress, place)
    const demanded = signInDemand(roster(), principal, { ...facts, checks: kept }, now())
    if (mode === 'policy') return demanded
    if (demanded !== undefined) return { ...demanded, keepMs: Math.max(demanded.keepMs, periodMs) }
    if (isChecked(kept(EVERY_TARGET), periodMs / 1000, now())) return undefined
    const rule = 'ssh.second_factor'
    return { wants: [ASKED_KINDS], orCertificate: false, once: false, keepMs: periodMs, place: EVERY_TARGET, rule }
  }

  /** Writes down that somebody is asked. Rejects where the log takes nothing: then nobody is let in. */
  async asked({ sessionId, sourceAddress, name }: Principal, ask: Ask, place?: ApprovalPlace): Promise<void> {
    const facts = auditFacts({ sessionId, source: sourceAddress, place })
    const factors = [...new Set(ask.wants.flat())]
    await this.#parts.record({ type: 'check-asked', actor: name, ...facts, factors, rule: ask.rule })
  }

  /**
   * Asks until everything is proved that is wanted; gives the proofs, or why not. Rejects when the client goes: then the
   * question is taken back.
   */
  async converse(
    login: WaitingLogin,
    terminal: SignInTerminal,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly KeptCheck[] | Denial> {
    const proofs: KeptCheck[] = []
    for (const want of login.ask.wants) {
      if (proofs.some(({ kind }) => want.includes(kind))) continue
      const proof = await this.#obtain(want, login, terminal, signal)
      if ('denied' in proof) {
        await this.refused(login.principal, proof.denied)
        return proof
      }
      proofs.push(proof)
    }
    return proofs
  }

  /** Writes down that a second factor was not given. Never rejects: it lets nobody in. */
  async refused({ name, sessionId, sourceAddress }: Principal, reason: string, place?: ApprovalPlace): Promise<void> {
    // The denial is written down where it happens.
    if (reason === 'check.denied') return
    const facts = auditFacts({ sessionId, source: sourceAddress, place })
    await this.#parts
      .record({ type: 'check-refused', actor: name, ...facts, reason })
      .catch((error: unknown) => this.#parts.failed('write a refused check to the audit log', error))
  }

  /** At the opening of a way: `again` when it should be authorised anew; see `at-opening.ts`. */
  atOpening(
    session: Session,
    due: CheckDue,
    destination: { readonly host: string; readonly port: number },
    options: { readonly signal: AbortSignal },
  ): Promise<'again' | Denial> {
    const parts: AtOpeningParts = {
      ...this.#parts,
      able: (userId, kinds) => this.#able(userId, kinds),
      asked: (principal, ask, place) => this.asked(principal, ask, place),
      refused: (principal, reason, place) => this.refused(principal, reason, place),
    }
    return atOpening(parts, session, due, destination, options)
  }

  /** Those of the kinds that somebody has set up. */
  async #able(userId: Principal['userId'], kinds: readonly AskedKind[]): Promise<readonly AskedKind[]> {
    const { codes, store } = this.#parts
    const passkey = kinds.includes('passkey') && (await store.passkeys.list(userId)).length > 0
    const totp = kinds.includes('totp') && (await codes.has({ id: userId }))
    return kinds.filter((kind) => (kind === 'passkey' ? passkey : totp))
  }

  async #obtain(
    want: readonly AskedKind[],
    login: WaitingLogin,
    terminal: SignInTerminal,
    signal: AbortSignal,
  ): Promise<KeptCheck | Denial> {
    const { approvals } = this.#parts
    const { origin } = this
    const { userId, name: user } = login.principal
    const kinds = await this.#able(userId, want)
    const byCode = kinds.includes('totp')
    const byPage = kinds.includes('passkey') && origin !== undefined
    signal.throwIfAborted()
    if (!byCode && !byPage) return denial('check.impossible', origin === undefined ? { user } : { user, hint: origin })
    for (;;) {
      const opened = byPage ? this.#open(login, kinds) : undefined
      if (opened !== undefined && 'refused' in opened && !byCode) return busyDenial(opened, { user })
      const approval = opened === undefined || 'refused' in opened ? undefined : opened
      try {
        if (approval !== undefined && origin !== undefined) {
          terminal.banner(approvalBanner(approvalUrl(origin, approval.code), approval.code, this.#parts.settings().qr))
        }
        const proof = byCode
          ? await this.#prompt(login, approval, terminal, signal)
          : approval !== undefined && (await this.#watch(approval, login, terminal, signal))
        if (proof === false) return denial('check.impossible', { user })
        if (proof !== 'withdrawn') return proof
      } finally {
        if (approval?.sessionId === login.principal.sessionId) approvals.settle(approval, 'withdrawn')
      }
    }
  }

  /**
   * A question of one's own, or that of another login from the same address that is open: what is approved there counts for
   * both, unless it is for one connection alone.
   */
  #open({ principal, client, ask }: WaitingLogin, kinds: readonly AskedKind[]): Approval | OpenRefusal {
    const { approvals, checks, networkOf } = this.#parts
    const { userId, sessionId, sourceAddress: source, proof } = principal
    const other = ask.once ? undefined : approvals.aboutSignIn(userId, source)
    if (other !== undefined) return other
    return approvals.open({
      userId,
      sessionId,
      source,
      network: networkOf(source),
      knownSource: checks.knows(userId, source),
      client,
      key: proof.fingerprint,
      place: undefined,
      kinds,
      keepMs: ask.keepMs,
      rule: ask.rule,
    })
  }

  /** Nothing to type: a round without prompts, which clients answer by themselves, and then the browser's answer. */
  async #watch(
    approval: Approval,
    { principal }: WaitingLogin,
    { ask }: SignInTerminal,
    signal: AbortSignal,
  ): Promise<KeptCheck | Denial | 'withdrawn'> {
    const { origin = '' } = this
    await ask({ instruction: `Waiting for your approval: ${approvalUrl(origin, approval.code)}`, prompts: [] })
    return proofOf(approval, await settled(approval, signal), principal)
  }

  /** A code, or Enter once it is approved: a client that asks for a line cannot be told before it has one. */
  async #prompt(
    { principal, ask: { keepMs } }: WaitingLogin,
    approval: Approval | undefined,
    { ask }: SignInTerminal,
    signal: AbortSignal,
  ): Promise<KeptCheck | Denial | 'withdrawn'> {
    const { codes, networkOf } = this.#parts
    const { userId: id, name: user, sourceAddress } = principal
    const text = approval === undefined ? 'One-time code: ' : 'Press Enter when approved, or type a one-time code: '
    let instruction = ''
    for (let wrong = 0; wrong < CODES_MAX; ) {
      const [answer = ''] = await ask({ instruction, prompts: [{ text, echo: false }] })
      const over = approval === undefined ? undefined : await this.#soon(approval, answer.trim() === '', signal)
      if (approval !== undefined && over !== undefined) return proofOf(approval, over, principal)
      if (answer.trim() === '' && approval !== undefined) {
        instruction = 'It is not approved yet.'
        continue
      }
      const checked = await codes.check({ id }, networkOf(sourceAddress), answer)
      signal.throwIfAborted()
      if (checked === 'right') return await this.#byCode(principal, keepMs)
      wrong++
      instruction =
        checked === 'wrong'
          ? 'That was not the code, or it was used before.'
          : `Too many wrong codes from your network: none is looked at for ${checked.waitSeconds} s.`
    }
    return denial('check.wrong-code', { user })
  }

  /** What the browser has said, at once or within some seconds. */
  async #soon(approval: Approval, wait: boolean, signal: AbortSignal): Promise<Approval['state'] | undefined> {
    if (approval.state === 'pending' && wait) await settled(approval, signal, ENTER_WAITS_MS)
    return approval.state === 'pending' ? undefined : approval.state
  }

  async #byCode(principal: Principal, keepMs: number): Promise<KeptCheck> {
    const { record, checks, now } = this.#parts
    const { name: actor, userId, sessionId, sourceAddress: source } = principal
    const check = { kind: 'totp', provedAt: now() } as const
    const facts = auditFacts({ sessionId, source, place: undefined })
    await record({ type: 'check-passed', actor, ...facts, method: 'totp', seconds: keepMs / 1000 })
    await checks.put(userId, source, EVERY_TARGET, { ...check, until: check.provedAt + keepMs })
    return check
  }
}

/** `withdrawn`: the login whose question it was has gone, or the yes was for that one alone; this one asks anew. */
function proofOf(
  { sessionId, answer, endedAt = 0 }: Approval,
  end: Approval['state'],
  { sessionId: own, name: user }: Principal,
): KeptCheck | Denial | 'withdrawn' {
  if (end === 'withdrawn') return end
  if (end === 'approved' && answer !== undefined) {
    return answer.keptMs === 0 && sessionId !== own ? 'withdrawn' : { kind: answer.kind, provedAt: endedAt }
  }
  return denial(end === 'denied' || end === 'reported' ? 'check.denied' : 'check.timeout', { user })
}
