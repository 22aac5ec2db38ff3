import type { Clock } from '@sallyport/wire'
import type { Bans } from './bans.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { networkOf, type PrefixLengths } from './network.ts'
import type { Offence, Penalised, Penalties } from './penalties.ts'
import type { StartLimits } from './start-limits.ts'

/** Why a connection was closed before a byte was said. */
export type GateRefusal =
  | 'banned'
  | 'penalty'
  | 'full'
  | 'source-full'
  | 'early-drop'
  | 'source-start-full'
  | 'draining'

/** A place that a connection holds in the counts. */
export interface Admission {
  /** The connection signed in: it no longer counts as a start. Further calls do nothing. */
  signedIn(): void
  /** The connection ended. `offence` is what it did before it was signed in, if anything. Further calls do nothing. */
  ended(offence?: Offence): void
}

export type GateVerdict =
  | { readonly admitted: true; readonly admission: Admission }
  | { readonly admitted: false; readonly refusal: GateRefusal; readonly detail: string }

export interface GatekeeperParts {
  readonly clock: Clock
  readonly bans: () => Bans
  readonly penalties: Penalties
  readonly connections: ConnectionLimits
  readonly starts: StartLimits
  readonly sourceLengths: PrefixLengths
  /** An offence added to a source's penalty. */
  readonly penalised?: (penalty: Penalised) => void
}

/** Decides about a connection by its source address alone, before anything is read from it. */
export class Gatekeeper {
  readonly #parts: GatekeeperParts
  #draining = false

  constructor(parts: GatekeeperParts) {
    this.#parts = parts
  }

  /** From now on nobody new is let in. */
  drain(): void {
    this.#draining = true
  }

  admit(address: string): GateVerdict {
    const { clock, bans, penalties, connections, starts, sourceLengths } = this.#parts
    if (this.#draining) return refused('draining', 'the gateway is stopping')
    const ban = bans().find(address, clock.now())
    if (ban !== undefined) return refused('banned', `ban ${ban.id} on ${ban.network.text}`)
    const penalty = penalties.check(address, clock.monotonic())
    if (penalty.refused) return refused('penalty', penalty.offence)
    const source = networkOf(address, sourceLengths)?.text ?? address
    const connection = connections.admit(source)
    if (connection !== 'admitted') return refused(connection, source)
    const start = starts.begin(source)
    if (start !== 'admitted') {
      connections.close(source)
      return refused(start === 'early-drop' ? 'early-drop' : 'source-start-full', source)
    }
    let starting = true
    let open = true
    const signedIn = () => {
      if (!starting) return
      starting = false
      starts.end(source)
    }
    const ended = (offence?: Offence) => {
      if (!open) return
      open = false
      const wasStarting = starting
      signedIn()
      connections.close(source)
      // What happens after sign-in is known by name and is the session's business, save for a failure of our own.
      if (offence === undefined || (!wasStarting && offence !== 'crash')) return
      this.offended(address, offence)
    }
    return { admitted: true, admission: { signedIn, ended } }
  }

  /** Adds an offence to an address's penalty. */
  offended(address: string, offence: Offence): void {
    const { clock, penalties, penalised } = this.#parts
    const penalty = penalties.penalise(address, offence, clock.monotonic())
    if (penalty !== undefined) penalised?.(penalty)
  }
}

function refused(refusal: GateRefusal, detail: string): GateVerdict {
  return { admitted: false, refusal, detail }
}
