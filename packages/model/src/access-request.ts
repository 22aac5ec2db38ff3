import type { Principal } from './principal.ts'
import type { Target } from './target.ts'

/** Where a client asks to be taken, as it wrote it. */
export interface Destination {
  /** Name or address exactly as the client sent it. */
  readonly host: string
  readonly port: number
}

/** One question to the policy: may this principal reach this address and port? */
export interface AccessRequest {
  readonly principal: Principal
  readonly destination: Destination
  /** The inventory's entry for it, where it has one. */
  readonly target?: Target
  /** Canonical text of the IP address that will be dialled: the decision is about this very address. */
  readonly address: string
  readonly port: number
}
