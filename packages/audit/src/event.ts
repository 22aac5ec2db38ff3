import type { BanId, KeyId, PassageId, Role, SessionId, TargetId, UserId } from '@sallyport/model'

/**
 * What the log can say: a closed union, one interface per fact, named by noun. `event-table.ts` holds the same list for
 * the run time; the compiler keeps the two equal.
 */
export type AuditEvent =
  | GatewayStarted
  | GatewayStopped
  | HostKeyCreated
  | HostKeyPromoted
  | HostKeyRemoved
  | ConfigChanged
  | ConnectionOpened
  | ConnectionRefused
  | ConnectionClosed
  | AuthenticationSucceeded
  | AuthenticationFailed
  | CheckAsked
  | CheckPassed
  | CheckRefused
  | LoginDisowned
  | ChecksForgotten
  | RequestRefused
  | AccessGranted
  | AccessDenied
  | PassageOpened
  | PassageFailed
  | PassageClosed
  | SessionEnded
  | PenaltyApplied
  | BanAdded
  | BanLifted
  | UserAdded
  | UserChanged
  | UserDisabled
  | UserEnabled
  | UserRemoved
  | KeyAdded
  | KeyRemoved
  | TargetAdded
  | TargetChanged
  | TargetRemoved
  | PolicyApplied
  | PolicyRefused
  | PolicyLockoutAllowed
  | AdministrationRefused
  | AuditKeyCreated
  | AuditExported
  | AuditRollbackAccepted
  | AuthorityCreated
  | AuthorityPromoted
  | AuthorityRetired
  | CertificateIssued
  | CertificateRevoked
  | KeyRevoked
  | KeyReinstated
  | SignedIn
  | SignInRefused
  | SignedOut
  | LinkMade
  | LinkUsed
  | CredentialAdded
  | CredentialRemoved
  | RecoveryCodesMade
  | IdentityLinked
  | IdentityUnlinked
  | AccountAsked
  | AccountDenied
  | AccountForgotten
  | GroupsVouched
  | BreakGlass
  | ApiTokenAdded
  | ApiTokenRemoved

export type AuditEventType = AuditEvent['type']
/** The event of one type. */
export type AuditEventOf<T extends AuditEventType> = Extract<AuditEvent, { readonly type: T }>

/** What every event may say. */
export interface EventContext {
  /**
   * Who did it: a login name, or one of the actors below, whose `@` no login name can start with.
   * A name that was only claimed is never an actor.
   */
  readonly actor: string
  readonly session?: SessionId | undefined
  /** Canonical text of the peer's IP address. */
  readonly source?: string | undefined
}

/** The gateway itself, by its own rules. */
export const ACTOR_GATEWAY = '@gateway'
/** A peer that has not proved who it is. */
export const ACTOR_STRANGER = '@stranger'
/** Somebody on the gateway's own machine, known by the name the operating system gives them. */
export function localActor(osUser: string): string {
  return `@local:${osUser}`
}
/** Whether an actor is somebody on the gateway's own machine: no login name can begin like that. */
export function isLocalActor(actor: string): boolean {
  return actor.startsWith('@local:')
}

export interface GatewayStarted extends EventContext {
  readonly type: 'gateway-started'
  readonly version: string
  /** Addresses it listens on. */
  readonly doors: readonly string[]
}

export interface GatewayStopped extends EventContext {
  readonly type: 'gateway-stopped'
  readonly reason: string
  readonly uptimeMs: number
}

export interface HostKeyCreated extends EventContext {
  readonly type: 'host-key-created'
  readonly keyType: string
  readonly fingerprint: string
}

export interface HostKeyPromoted extends EventContext {
  readonly type: 'host-key-promoted'
  readonly keyType: string
  readonly fingerprint: string
  /** Fingerprint of the key before it, which is still announced. */
  readonly former?: string | undefined
}

export interface HostKeyRemoved extends EventContext {
  readonly type: 'host-key-removed'
  readonly keyType: string
  readonly fingerprint: string
}

export interface ConfigChanged extends EventContext {
  readonly type: 'config-changed'
  /** Names of the keys whose value changed; never the values. */
  readonly keys: readonly string[]
}

export interface ConnectionOpened extends EventContext {
  readonly type: 'connection-opened'
  readonly door: string
}

export interface ConnectionRefused extends EventContext {
  readonly type: 'connection-refused'
  readonly door: string
  readonly reason: string
}

export interface ConnectionClosed extends EventContext {
  readonly type: 'connection-closed'
  readonly reason: string
  readonly durationMs: number
  readonly clientVersion?: string | undefined
}

export interface AuthenticationSucceeded extends EventContext {
  readonly type: 'authentication-succeeded'
  readonly method: string
  readonly requestedUser: string
  readonly keyType?: string | undefined
  readonly fingerprint?: string | undefined
  readonly clientVersion?: string | undefined
  /** Serial number of the certificate that said whose key it is. */
  readonly certificate?: number | undefined
  /** The authority that signed it, where it is not ours: as the configuration calls it. */
  readonly authority?: string | undefined
  /** Kinds of everything that was proved. */
  readonly factors?: readonly string[] | undefined
}

export interface CheckAsked extends EventContext {
  readonly type: 'check-asked'
  /** None for a sign-in as a whole. */
  readonly target?: string | undefined
  readonly port?: number | undefined
  /** Kinds that would do. */
  readonly factors: readonly string[]
  /** Where the policy demands it. */
  readonly rule?: string | undefined
}

export interface CheckPassed extends EventContext {
  readonly type: 'check-passed'
  readonly target?: string | undefined
  readonly port?: number | undefined
  readonly method: string
  /** How long it counts on other connections. */
  readonly seconds?: number | undefined
}

export interface CheckRefused extends EventContext {
  readonly type: 'check-refused'
  readonly target?: string | undefined
  readonly port?: number | undefined
  readonly reason: string
}

export interface LoginDisowned extends EventContext {
  readonly type: 'login-disowned'
  readonly target?: string | undefined
  readonly port?: number | undefined
  /** Of the key that was proved. */
  readonly fingerprint: string
  readonly clientVersion: string
}

export interface ChecksForgotten extends EventContext {
  readonly type: 'checks-forgotten'
  readonly user: string
  readonly count: number
  readonly reason: string
  /** The address that they were for; none for all. */
  readonly from?: string | undefined
  readonly target?: string | undefined
}

export interface AuthenticationFailed extends EventContext {
  readonly type: 'authentication-failed'
  readonly reason: string
  readonly method?: string | undefined
  readonly requestedUser?: string | undefined
  readonly keyType?: string | undefined
  readonly fingerprint?: string | undefined
  readonly attempts?: number | undefined
  readonly clientVersion?: string | undefined
}

export interface RequestRefused extends EventContext {
  readonly type: 'request-refused'
  readonly request: string
  readonly reason: string
}

/** What an access decision was about. */
interface AccessDecision extends EventContext {
  readonly passage?: PassageId | undefined
  readonly destinationHost: string
  readonly destinationPort: number
  readonly target?: string | undefined
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly rule?: string | undefined
  readonly policyVersion?: number | undefined
}

export interface AccessGranted extends AccessDecision {
  readonly type: 'access-granted'
}

export interface AccessDenied extends AccessDecision {
  readonly type: 'access-denied'
  readonly reason: string
}

export interface PassageOpened extends EventContext {
  readonly type: 'passage-opened'
  readonly passage: PassageId
  readonly target?: string | undefined
  readonly address: string
  readonly port: number
  readonly dialMs: number
}

export interface PassageFailed extends EventContext {
  readonly type: 'passage-failed'
  readonly passage: PassageId
  readonly target?: string | undefined
  readonly address: string
  readonly port: number
  readonly reason: string
  readonly detail?: string | undefined
}

export interface PassageClosed extends EventContext {
  readonly type: 'passage-closed'
  readonly passage: PassageId
  readonly target?: string | undefined
  readonly address: string
  readonly port: number
  readonly reason: string
  readonly bytesUp: number
  readonly bytesDown: number
  readonly durationMs: number
  readonly innerBanner?: string | undefined
}

export interface SessionEnded extends EventContext {
  readonly type: 'session-ended'
  readonly user: string
  readonly reason: string
  /** In the words of who ended it, as its client was told. */
  readonly note?: string
  readonly durationMs: number
  readonly passages: number
}

export interface PenaltyApplied extends EventContext {
  readonly type: 'penalty-applied'
  readonly subject: string
  readonly reason: string
  readonly seconds: number
}

export interface BanAdded extends EventContext {
  readonly type: 'ban-added'
  readonly ban: BanId
  readonly subject: string
  readonly reason: string
  /** Milliseconds since the epoch; none: until lifted. */
  readonly until?: number | undefined
}

export interface BanLifted extends EventContext {
  readonly type: 'ban-lifted'
  readonly ban: BanId
  readonly subject: string
  readonly reason: string
}

interface UserEvent extends EventContext {
  readonly user: string
  readonly userId: UserId
}

export interface UserAdded extends UserEvent {
  readonly type: 'user-added'
  readonly role: Role
}

export interface UserChanged extends UserEvent {
  readonly type: 'user-changed'
  readonly changes: readonly string[]
}

export interface UserDisabled extends UserEvent {
  readonly type: 'user-disabled'
}

export interface UserEnabled extends UserEvent {
  readonly type: 'user-enabled'
}

export interface UserRemoved extends UserEvent {
  readonly type: 'user-removed'
}

interface KeyEvent extends EventContext {
  readonly user: string
  readonly key: KeyId
  readonly keyType: string
  readonly fingerprint: string
  readonly comment?: string | undefined
}

export interface KeyAdded extends KeyEvent {
  readonly type: 'key-added'
}

export interface KeyRemoved extends KeyEvent {
  readonly type: 'key-removed'
}

interface TargetEvent extends EventContext {
  readonly target: string
  readonly targetId: TargetId
}

export interface TargetAdded extends TargetEvent {
  readonly type: 'target-added'
  readonly address: string
  readonly port: number
  readonly tags: readonly string[]
}

export interface TargetChanged extends TargetEvent {
  readonly type: 'target-changed'
  readonly changes: readonly string[]
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly tags?: readonly string[] | undefined
}

export interface TargetRemoved extends TargetEvent {
  readonly type: 'target-removed'
}

export interface PolicyApplied extends EventContext {
  readonly type: 'policy-applied'
  readonly version: number
  readonly sha256: string
  readonly author: string
  readonly message?: string | undefined
  /** The earlier version whose text it is. */
  readonly restores?: number | undefined
}

export interface PolicyLockoutAllowed extends EventContext {
  readonly type: 'policy-lockout-allowed'
  readonly version: number
  /** Login names. */
  readonly lockedOut: readonly string[]
}

export interface PolicyRefused extends EventContext {
  readonly type: 'policy-refused'
  readonly sha256: string
  readonly author: string
  readonly reason: string
  readonly problems: readonly string[]
}

export interface AdministrationRefused extends EventContext {
  readonly type: 'administration-refused'
  readonly request: string
  readonly reason: string
}

export interface AuditKeyCreated extends EventContext {
  readonly type: 'audit-key-created'
  readonly key: string
  readonly publicKey: string
}

export interface AuditExported extends EventContext {
  readonly type: 'audit-exported'
  readonly from: number
  readonly to: number
}

export interface AuditRollbackAccepted extends EventContext {
  readonly type: 'audit-rollback-accepted'
  /** First entry that the newest checkpoint vouches for and the log no longer has. */
  readonly from: number
  /** The entry that checkpoint was made over. */
  readonly to: number
  readonly hash: string
  /** Time of the newest checkpoint over what is lost, where the clock was ahead then: as far as that the loss is explained. */
  readonly until?: number | undefined
}

export interface AuthorityCreated extends EventContext {
  readonly type: 'authority-created'
  readonly authority: string
  readonly kind: string
  readonly fingerprint: string
}

export interface AuthorityPromoted extends EventContext {
  readonly type: 'authority-promoted'
  readonly authority: string
  readonly kind: string
  readonly fingerprint: string
  /** Fingerprint of the one before it, which is still believed. */
  readonly former?: string | undefined
}

export interface AuthorityRetired extends EventContext {
  readonly type: 'authority-retired'
  readonly authority: string
  readonly kind: string
  readonly fingerprint: string
}

export interface CertificateIssued extends EventContext {
  readonly type: 'certificate-issued'
  readonly serial: number
  readonly kind: string
  readonly subject: string
  readonly authority: string
  /** Of the certified key. */
  readonly fingerprint: string
  readonly principals: readonly string[]
  readonly sourceAddresses?: readonly string[]
  readonly forceCommand?: string
  readonly validBefore: number
}

export interface CertificateRevoked extends EventContext {
  readonly type: 'certificate-revoked'
  readonly serial: number
  readonly subject: string
  readonly reason: string
}

export interface KeyRevoked extends EventContext {
  readonly type: 'key-revoked'
  readonly fingerprint: string
  readonly reason: string
}

export interface KeyReinstated extends EventContext {
  readonly type: 'key-reinstated'
  readonly fingerprint: string
}

export interface SignedIn extends EventContext {
  readonly type: 'signed-in'
  readonly webSession: string
  readonly method: string
  readonly agent: string
}

export interface SignInRefused extends EventContext {
  readonly type: 'sign-in-refused'
  readonly method: string
  readonly reason: string
}

export interface SignedOut extends EventContext {
  readonly type: 'signed-out'
  readonly webSession: string
  readonly user: string
}

export interface LinkMade extends EventContext {
  readonly type: 'link-made'
  readonly user: string
  readonly purpose: string
  readonly until: number
}

export interface LinkUsed extends EventContext {
  readonly type: 'link-used'
  readonly purpose: string
}

export interface CredentialAdded extends EventContext {
  readonly type: 'credential-added'
  readonly user: string
  readonly kind: string
  readonly name: string
}

export interface CredentialRemoved extends EventContext {
  readonly type: 'credential-removed'
  readonly user: string
  readonly kind: string
  readonly name: string
}

export interface RecoveryCodesMade extends EventContext {
  readonly type: 'recovery-codes-made'
  readonly user: string
}

export interface IdentityLinked extends EventContext {
  readonly type: 'identity-linked'
  readonly user: string
  /** Its name in the configuration. */
  readonly provider: string
  readonly subject: string
  /**
   * `link`: to an account of its address; `join`: to one that was made for it; `approve`: to one that an admin made for it;
   * `self`: by whoever the account belongs to.
   */
  readonly how: string
}

export interface IdentityUnlinked extends EventContext {
  readonly type: 'identity-unlinked'
  readonly user: string
  readonly provider: string
  readonly subject: string
}

export interface AccountAsked extends EventContext {
  readonly type: 'account-asked'
  readonly provider: string
  readonly subject: string
  readonly address: string
}

export interface AccountDenied extends EventContext {
  readonly type: 'account-denied'
  readonly provider: string
  readonly subject: string
  readonly address: string
}

export interface AccountForgotten extends EventContext {
  readonly type: 'account-forgotten'
  readonly provider: string
  readonly subject: string
  readonly address: string
}

export interface GroupsVouched extends EventContext {
  readonly type: 'groups-vouched'
  readonly user: string
  readonly provider: string
  /** All that it vouches for from now on. */
  readonly groups: readonly string[]
}

export interface BreakGlass extends EventContext {
  readonly type: 'break-glass'
  readonly user: string
  readonly role: Role
  /** `recovery-code` or `local-link`. */
  readonly means: string
}

export interface ApiTokenAdded extends EventContext {
  readonly type: 'api-token-added'
  readonly user: string
  readonly credential: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly until: number
}

export interface ApiTokenRemoved extends EventContext {
  readonly type: 'api-token-removed'
  readonly user: string
  readonly credential: string
  readonly name: string
}
