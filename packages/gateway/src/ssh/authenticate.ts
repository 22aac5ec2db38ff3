import { ACTOR_STRANGER, type AuditEvent } from '@sallyport/audit'
import type { CertificateProof, Factor, FactorKind, Principal, SessionId } from '@sallyport/model'
import { type Authenticator, type ProvedKey, plainUserName, type SshServerConnection } from '@sallyport/ssh'
import { fingerprint, type PublicKey, plainKeyOf } from '@sallyport/ssh/keys'
import type { Roster } from '../access/roster.ts'
import { type KeyOwner, keyOwner } from './key-owner.ts'

/** Longest user name that is looked at, in characters: a login name, a Windows domain, and room to spare. */
const USER_NAME_MAX = 256

/** For whoever has proved a good key while the audit log takes nothing. */
const UNRECORDED =
  'Your key is good, but the gateway cannot write its audit log, so nobody gets in now.\r\n' +
  'Tell an admin: sallyport doctor on the gateway says what is wrong.\r\n'

/** What a connection did while it tried to sign in, for the record and for penalties. */
export interface LoginAttempts {
  /** Failed tries, the free `none` left out. */
  failed: number
  /** Whether a good key was turned away because of the name it came with. */
  refused: boolean
  /** Whether a good key was turned away because the audit log took nothing: a failure of ours, not of theirs. */
  unrecorded: boolean
  requestedUser: string | undefined
  method: string | undefined
  reason: string | undefined
  keyType: string | undefined
  fingerprint: string | undefined
}

export interface AuthenticateParts {
  readonly roster: () => Roster
  /** Resolves when the event is in the log; rejects when it is not, and then nobody signs in. */
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly failed: (what: string, error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** What its owner had proved when a certificate of ours was signed. */
  readonly issuedFactors: (serial: number) => Promise<readonly Factor[]>
}

/** What is known of a connection before it signs in. */
export interface Arrival {
  readonly sessionId: SessionId
  readonly sourceAddress: string
  /** Set once the connection exists, before anything is asked. */
  connection: SshServerConnection<Principal> | undefined
  readonly attempts: LoginAttempts
}

export function arrival(sessionId: SessionId, sourceAddress: string): Arrival {
  const attempts = {
    failed: 0,
    refused: false,
    unrecorded: false,
    requestedUser: undefined,
    method: undefined,
    reason: undefined,
    keyType: undefined,
    fingerprint: undefined,
  }
  return { sessionId, sourceAddress, connection: undefined, attempts }
}

/** Names a client may send: those of the SSH library's allow-list, also behind a Windows domain, which clients send unasked. */
export function acceptUserName(name: string): boolean {
  return name.length <= USER_NAME_MAX && plainUserName(name.replace(/^[A-Za-z0-9._-]{1,64}\\/, ''))
}

/**
 * Who is it? The key that signed says so. The user name may be the user's own or nobody's; that of somebody else is
 * refused, but only after the proof, so that a stranger cannot try out names (V-B09). A key that proves a disabled user is
 * answered like one that nobody has.
 */
export function authenticatorFor(arrived: Arrival, parts: AuthenticateParts): Authenticator<Principal> {
  const { attempts } = arrived
  const ownerOf = (key: PublicKey) =>
    keyOwner(parts.roster(), key, { sourceAddress: arrived.sourceAddress, now: parts.now() })
  const offered = (user: string, key: PublicKey): KeyOwner | undefined => {
    attempts.requestedUser = user
    attempts.method = 'publickey'
    attempts.keyType = key.type
    attempts.fingerprint = fingerprint(key)
    return ownerOf(key)
  }
  return {
    acceptsKey: ({ user, key }) => offered(user, key) !== undefined,
    async decideKey({ user: requestedUser, key: proved }) {
      const owner = offered(requestedUser, proved.key)
      if (owner === undefined || !fulfilsDemand(owner, proved)) return { outcome: 'failure' }
      const { user, certificate } = owner
      const named = parts.roster().usersByName.get(requestedUser)
      if (named !== undefined && named.id !== user.id) {
        attempts.refused = true
        attempts.reason = 'user-name-of-another'
        arrived.connection?.banner(
          `This key is ${user.name}'s, and the user name is somebody else's. Try: ssh -l ${user.name} ...\r\n`,
        )
        return { outcome: 'failure' }
      }
      const principal: Principal = {
        userId: user.id,
        name: user.name,
        role: user.role,
        proof: {
          method: 'publickey',
          fingerprint: fingerprint(plainKeyOf(proved.key)),
          factors: await factorsOf(proved, certificate, parts),
          ...(certificate === undefined ? {} : { certificate: proofOf(certificate) }),
        },
        sessionId: arrived.sessionId,
        sourceAddress: arrived.sourceAddress,
      }
      try {
        await parts.record({
          type: 'authentication-succeeded',
          actor: user.name,
          session: arrived.sessionId,
          source: arrived.sourceAddress,
          method: certificate === undefined ? 'publickey' : 'certificate',
          requestedUser,
          keyType: proved.key.type,
          fingerprint: principal.proof.fingerprint,
          clientVersion: arrived.connection?.peerIdentification,
          ...(certificate === undefined ? {} : { certificate: certificate.serial }),
        })
      } catch (error) {
        parts.failed('write a sign-in to the audit log', error)
        attempts.reason = 'audit-unavailable'
        attempts.unrecorded = true
        arrived.connection?.banner(UNRECORDED)
        return { outcome: 'failure' }
      }
      // Writing took time: the user may be gone by now.
      return ownerOf(proved.key)?.user.id === user.id
        ? { outcome: 'success', identity: principal }
        : { outcome: 'failure' }
    },
    observe(fact) {
      if (fact.type === 'decider-failed') parts.failed('decide about a sign-in', fact.error)
      if (fact.type !== 'attempt-failed') return
      attempts.requestedUser = fact.user
      if (fact.method === 'none') return
      attempts.failed++
      attempts.method = fact.method
      if (fact.reason !== 'refused' || attempts.reason === undefined) attempts.reason = fact.reason
    },
  }
}

/** Everything that was proved: by this login, and by the sign-in that the certificate came from. */
async function factorsOf(
  proved: ProvedKey,
  certificate: KeyOwner['certificate'],
  { now, issuedFactors }: AuthenticateParts,
): Promise<readonly Factor[]> {
  const shown: Factor = { kind: factorOf(proved), provedAt: now() }
  if (certificate === undefined) return [shown]
  return [shown, { kind: 'certificate', provedAt: now() }, ...(await issuedFactors(certificate.serial))]
}

function proofOf({ serial, authority, validBefore }: CertificateProof): CertificateProof {
  return { serial, authority, validBefore }
}

/** A certificate for a security key may ask for a touch, or for more than one. */
function fulfilsDemand({ certificate }: KeyOwner, { sk }: ProvedKey): boolean {
  if (certificate === undefined || sk === undefined) return true
  const { presence, verification } = certificate.grants.skDemand
  return (!presence || sk.userPresent) && (!verification || sk.userVerified)
}

/** What a key that signed proves. A security key signs at no touch alone where the library has been told to let it. */
function factorOf({ sk }: ProvedKey): FactorKind {
  if (sk?.userPresent !== true) return 'key'
  return sk.userVerified ? 'sk-key-pin' : 'sk-key'
}

/** The event for a connection that tried to sign in and did not. */
export function loginFailure({ attempts, sourceAddress, connection }: Arrival): AuditEvent {
  return {
    type: 'authentication-failed',
    actor: ACTOR_STRANGER,
    source: sourceAddress,
    reason: attempts.reason ?? 'refused',
    method: attempts.method,
    requestedUser: attempts.requestedUser,
    keyType: attempts.keyType,
    fingerprint: attempts.fingerprint,
    attempts: attempts.failed,
    clientVersion: connection?.peerIdentification,
  }
}
