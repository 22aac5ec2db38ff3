/** A decision that was taken, as far as it can be asked again. */
export interface PastDecision {
  readonly verdict: 'allow' | 'deny'
  /** Of a denial: a proof was missing, such as a fresh passkey. Nobody knows whether it would be there now. */
  readonly lackedProof?: boolean
  readonly user: string
  /** Canonical text of the address the user came from. */
  readonly source?: string
  readonly destination: {
    readonly address: string
    readonly port: number
    /** The inventory's name for it. */
    readonly target?: string
  }
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Where it stands in the log. */
  readonly sequence: number
  /** Where the policy of then said so, in the log's words. */
  readonly by?: { readonly rule: string; readonly version?: number }
}

/** What today's inventory says of a place. */
export interface ReplayedPlace {
  readonly tags: readonly string[]
  /** Where SSH listens there; 22 where nobody says. */
  readonly sshPort?: number
}
