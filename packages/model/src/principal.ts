import type { Factor } from './factor.ts'
import type { SessionId, UserId } from './ids.ts'
import type { Role } from './user.ts'

/** How a principal proved who they are. */
export interface Proof {
  readonly method: 'publickey'
  /** `SHA256:…` of the key that signed. */
  readonly fingerprint: string
  /** Everything that was proved, and when. */
  readonly factors: readonly Factor[]
  /** Those of them that the door asked for on this very connection, after the first. */
  readonly asked?: readonly Factor[]
  /** Where a certificate said whose key it is. */
  readonly certificate?: CertificateProof
}

/** What has to stay true of a certificate while its bearer is on. */
export interface CertificateProof {
  readonly serial: number
  /** `SHA256:…` of the authority that signed. */
  readonly authority: string
  /** When it ends, in milliseconds since the epoch. */
  readonly validBefore: number
  /** What it makes targets run, whatever is asked for. */
  readonly forceCommand?: string
}

/** A user as proved on one connection: the answer to "who is it?". */
export interface Principal {
  readonly userId: UserId
  /** Login name, e.g. `alice@example.com`. */
  readonly name: string
  readonly role: Role
  readonly proof: Proof
  readonly sessionId: SessionId
  /** Canonical text of the peer's IP address; IPv4-mapped IPv6 is written as IPv4. */
  readonly sourceAddress: string
}
