import { parseIpAddress } from '../address/ip-address.ts'
import { rangeHolds } from '../address/ip-range.ts'
import type { DesktopTerms } from './desktop-terms.ts'
import type { AllOf } from './kinds/all-of.ts'
import { demandMet, demandText, type ProvedFactor } from './kinds/factors.ts'
import { forcedCommand } from './kinds/forced-command.ts'
import { type ForwardPlace, forwardsEverything } from './kinds/forward-place.ts'
import { hoursEnd, isWithinHours } from './kinds/hours.ts'
import { coversEveryPath } from './kinds/path-tree.ts'
import type { SshTerms } from './ssh-terms.ts'

/** What terms are judged over, as it is now. */
export interface TermFacts {
  /** Text of the address that the person comes from. */
  readonly source: string
  readonly factors: readonly ProvedFactor[]
}

export interface SshTermFacts extends TermFacts {
  /** Whether the key exchange of the person's connection withstands a quantum computer. */
  readonly postQuantum: boolean
  /** What the certificate that they signed in with forces at targets. */
  readonly command?: string | undefined
  /** What the door can do with the way that is asked for. */
  readonly door: {
    /** See and limit what goes through. */
    readonly inspect: boolean
    readonly record: boolean
  }
}

/** Demands that can fail; stable, in the order in which they are told. */
export const TERM_FAILURES = [
  'source',
  'hours',
  'factor',
  'command',
  'post-quantum',
  'inspection',
  'recording',
] as const
export type TermFailureCode = (typeof TERM_FAILURES)[number]

export interface TermFailure {
  readonly term: TermFailureCode
  /** What is demanded, as `termLines` shows it. */
  readonly wanted: string
  /** What would make it hold, in words for an administrator: it may name networks of the policy. */
  readonly remedy: string
}

const POST_QUANTUM = 'mlkem768x25519-sha256 or sntrup761x25519-sha512'
const BY_DOOR = 'loosen the terms, or come by a door that can'

/** What goes on holding while it is open. */
export interface TermLimits {
  /** Milliseconds without a byte either way after which it ends. */
  readonly idleMs?: number
  /** Milliseconds after its opening at which it ends. */
  readonly sessionMs?: number
  /** When it ends with its hours, in milliseconds since the epoch. */
  readonly endsAt?: number
}

export interface SshObligations extends TermLimits {
  readonly postQuantum: boolean
  /** Whether what goes through has to be seen, for its own sake or for the limits below. */
  readonly inspect: boolean
  readonly recording: 'off' | 'best-effort' | 'required'
  /** For `forwardAllowed`. */
  readonly forwarding: { readonly local?: AllOf<ForwardPlace>; readonly remote?: AllOf<ForwardPlace> }
  /** For `pathAllowed`. */
  readonly sftp: { readonly direction?: 'both' | 'up' | 'down' | 'none'; readonly paths?: AllOf<string> }
}

export interface DesktopObligations extends TermLimits {
  /** Missing ones are unlimited. */
  readonly redirect: NonNullable<DesktopTerms['redirect']>
  /** Texts to agree to, all of them. */
  readonly consent: readonly string[]
  /** Sessions that the person may have open at once. */
  readonly concurrent?: number
}

export type Judgement<O> =
  | { readonly ok: true; readonly obligations: O }
  /** At least one. */
  | { readonly ok: false; readonly failures: readonly TermFailure[] }

/** Whether a way may be opened under these terms at this moment, in milliseconds since the epoch, and what then holds. */
export function judgeTerms(terms: SshTerms, facts: SshTermFacts, now: number): Judgement<SshObligations> {
  const failures = commonFailures(terms, facts, now)
  const { forceCommand } = terms
  if (forceCommand !== undefined && forceCommand.some((command) => command !== facts.command))
    failures.push({
      term: 'command',
      wanted: forcedCommand.text(forceCommand),
      remedy:
        forceCommand.length > 1
          ? 'let the lines name the same command'
          : 'sign in with a certificate that forces this command: sallyport login',
    })
  if (terms.postQuantum === true && !facts.postQuantum)
    failures.push({ term: 'post-quantum', wanted: 'true', remedy: `connect with ${POST_QUANTUM}` })
  const inspect = needsInspection(terms)
  const recording = terms.recording ?? 'off'
  if (inspect && !facts.door.inspect)
    failures.push({ term: 'inspection', wanted: 'inspected', remedy: `${BY_DOOR} inspect` })
  if (recording === 'required' && !facts.door.record)
    failures.push({ term: 'recording', wanted: 'required', remedy: `${BY_DOOR} record` })
  if (failures.length > 0) return { ok: false, failures }
  const obligations = {
    ...limitsOf(terms, now),
    postQuantum: terms.postQuantum ?? false,
    inspect,
    recording,
    forwarding: terms.forwarding ?? {},
    sftp: terms.sftp ?? {},
  }
  return { ok: true, obligations }
}

/** The same for the Desktop door. */
export function judgeDesktopTerms(terms: DesktopTerms, facts: TermFacts, now: number): Judgement<DesktopObligations> {
  const failures = commonFailures(terms, facts, now)
  if (failures.length > 0) return { ok: false, failures }
  const { redirect = {}, consent = [], concurrent } = terms
  const obligations = { ...limitsOf(terms, now), redirect, consent }
  return { ok: true, obligations: concurrent === undefined ? obligations : { ...obligations, concurrent } }
}

type CommonTerms = Pick<SshTerms & DesktopTerms, 'idleTimeout' | 'sessionLimit' | 'hours' | 'factors' | 'sources'>

function commonFailures(terms: CommonTerms, facts: TermFacts, now: number): TermFailure[] {
  const failures: TermFailure[] = []
  const address = parseIpAddress(facts.source)
  for (const { key, entries } of terms.sources ?? []) {
    if (address === undefined || !entries.some((range) => rangeHolds(range, address)))
      failures.push({ term: 'source', wanted: key, remedy: `come from ${key}` })
  }
  for (const { key, entries } of terms.hours ?? []) {
    if (!entries.some((hours) => isWithinHours(hours, now)))
      failures.push({ term: 'hours', wanted: key, remedy: `come within ${key}` })
  }
  for (const demand of terms.factors ?? []) {
    const wanted = demandText(demand)
    if (!demandMet(demand, facts.factors)) failures.push({ term: 'factor', wanted, remedy: `sign in with ${wanted}` })
  }
  return failures
}

function limitsOf({ idleTimeout, sessionLimit, hours }: CommonTerms, now: number): TermLimits {
  const endsAt = hoursEnd(hours, now)
  return {
    ...(idleTimeout === undefined ? {} : { idleMs: idleTimeout }),
    ...(sessionLimit === undefined ? {} : { sessionMs: sessionLimit }),
    ...(endsAt === undefined ? {} : { endsAt }),
  }
}

/** Whether terms ask for what only a door can do that sees what goes through it. */
export function needsInspection({ mode, forwarding, sftp }: SshTerms): boolean {
  return (
    mode === 'inspected' ||
    (sftp?.direction ?? 'both') !== 'both' ||
    !coversEveryPath(sftp?.paths) ||
    !forwardsEverything(forwarding?.local) ||
    !forwardsEverything(forwarding?.remote)
  )
}
