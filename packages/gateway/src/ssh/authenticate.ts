import { ACTOR_STRANGER, type AuditEvent } from '@sallyport/audit'
import type { CertificateProof, Factor, FactorKind, Principal, SessionId } from '@sallyport/model'
import {
  type Authenticator,
  DISCONNECT_REASON,
  type ProvedKey,
  plainUserName,
  type SshServerConnection,
} from '@sallyport/ssh'
import { fingerprint, type PublicKey, plainKeyOf } from '@sallyport/ssh/keys'
import type { Ask } from '../access/asked-factors.ts'
import type { NamedAuthority } from '../access/named-authorities.ts'
import type { Roster } from '../access/roster.ts'
import { secondFactorBanner } from '../approval/approval-texts.ts'
import type { SecondFactor, WaitingLogin } from '../approval/second-factor.ts'
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
  /** Authorities of others whose certificates prove users; none unless given. */
  readonly namedAuthorities?: () => readonly NamedAuthority[]
  /** Resolves when the event is in the log; rejects when it is not, and then nobody signs in. */
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly failed: (what: string, error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** What its owner had proved when a certificate of ours was signed. */
  readonly issuedFactors: (serial: number) => Promise<readonly Factor[]>
  /** Told of each key of the list that has let its owner in, by fingerprint. */
  readonly keyUsed: (fingerprint: string) => void
  readonly secondFactor: SecondFactor
}

/** What is known of a connection before it signs in. */
export interface Arrival {
  readonly sessionId: SessionId
  readonly sourceAddress: string
  /** Set once the connection exists, before anything is asked. */
  connection: SshServerConnection<Principal> | undefined
  readonly attempts: LoginAttempts
  /** Called once the first factor is proved and another is asked for. */
  readonly proved: () => void
  /** Set from then on. */
  waiting: (WaitingLogin & { readonly key: ProvedKey }) | undefined
  /** Whether it is written down what became of that. */
  answered: boolean
}

export function arrival(sessionId: SessionId, sourceAddress: string, proved: () => void = () => {}): Arrival {
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
  return { sessionId, sourceAddress, connection: undefined, attempts, proved, waiting: undefined, answered: false }
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
    keyOwner(parts.roster(), key, {
      sourceAddress: arrived.sourceAddress,
      now: parts.now(),
      named: parts.namedAuthorities?.() ?? [],
    })
  const offered = (user: string, key: PublicKey): KeyOwner | undefined => {
    attempts.requestedUser = user
    attempts.method = 'publickey'
    attempts.keyType = key.type
    attempts.fingerprint = fingerprint(key)
    return ownerOf(key)
  }
  /** The first factor is good, and more is wanted. */
  const another = async (principal: Principal, ask: Ask, key: ProvedKey) => {
    const { connection } = arrived
    try {
      await parts.secondFactor.asked(principal, ask)
    } catch (error) {
      return unrecorded(error)
    }
    arrived.waiting = { principal, ask, key, client: connection?.peerIdentification ?? '' }
    arrived.proved()
    const { origin = 'the console is served nowhere' } = parts.secondFactor
    connection?.banner(secondFactorBanner(origin, ask))
    return {
      outcome: 'partial',
      continueWith: ['keyboard-interactive'],
      graceMs: parts.secondFactor.graceMs(ask),
    } as const
  }
  const unrecorded = (error: unknown) => {
    parts.failed('write a sign-in to the audit log', error)
    attempts.reason = 'audit-unavailable'
    attempts.unrecorded = true
    arrived.connection?.banner(UNRECORDED)
    return { outcome: 'failure' } as const
  }
  const signedIn = async (principal: Principal, requestedUser: string, { key }: ProvedKey) => {
    const { name: actor, proof } = principal
    try {
      await parts.record({
        type: 'authentication-succeeded',
        actor,
        session: arrived.sessionId,
        source: arrived.sourceAddress,
        method: proof.certificate === undefined ? 'publickey' : 'certificate',
        requestedUser,
        keyType: key.type,
        fingerprint: proof.fingerprint,
        clientVersion: arrived.connection?.peerIdentification,
        factors: proof.factors.map(({ kind }) => kind),
        ...(proof.certificate === undefined ? {} : { certificate: proof.certificate.serial }),
        authority: parts.namedAuthorities?.().find(({ fingerprint: print }) => print === proof.certificate?.authority)
          ?.name,
      })
    } catch (error) {
      return unrecorded(error)
    }
    // Writing and asking took time: user, key and certificate may be gone by now (V-B07).
    if (ownerOf(key)?.user.id !== principal.userId) return { outcome: 'failure' } as const
    if (proof.certificate === undefined) parts.keyUsed(proof.fingerprint)
    return { outcome: 'success', identity: principal } as const
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
      const ask = parts.secondFactor.atSignIn(principal, {
        postQuantum: () => arrived.connection?.postQuantum === true,
      })
      return ask === undefined ? signedIn(principal, requestedUser, proved) : another(principal, ask, proved)
    },
    // Nobody begins with it: it follows a key, on the same connection.
    firstMethods: ['publickey'],
    async converse({ user: requestedUser, ask }, { signal }) {
      const { waiting, connection } = arrived
      if (waiting === undefined) return { outcome: 'failure' }
      const terminal = { ask, banner: (text: string) => connection?.banner(text) }
      const answer = await parts.secondFactor.converse(waiting, terminal, { signal })
      arrived.answered = true
      if ('denied' in answer) {
        attempts.reason = answer.denied
        // A failure alone would make clients ask again, and say "Permission denied" in the end.
        connection?.disconnect(DISCONNECT_REASON.noMoreAuthMethodsAvailable, answer.text)
        return { outcome: 'failure' }
      }
      const { principal, key } = waiting
      const { proof } = principal
      const proved = { ...proof, factors: [...proof.factors, ...answer], asked: answer }
      const end = await signedIn({ ...principal, proof: proved }, requestedUser, key)
      // One conversation is all there is: a client would begin another, and the person would be asked again in vain.
      if (end.outcome === 'failure') {
        connection?.disconnect(DISCONNECT_REASON.noMoreAuthMethodsAvailable, 'the key no longer lets anybody in')
      }
      return end
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
  const signed: Factor = { kind: 'certificate', provedAt: now() }
  // What somebody else's authority asked for is not known here.
  if (certificate.named !== undefined) return [shown, signed]
  return [shown, signed, ...(await issuedFactors(certificate.serial))]
}

function proofOf({ serial, authority, validBefore, forceCommand }: CertificateProof): CertificateProof {
  return { serial, authority, validBefore, ...(forceCommand === undefined ? {} : { forceCommand }) }
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
