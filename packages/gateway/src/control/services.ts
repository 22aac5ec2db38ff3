import type { Status } from '@sallyport/api'
import type { AuditEvent, AuditLog } from '@sallyport/audit'
import type { PasskeyCeremonies, PasswordHasher } from '@sallyport/identity'
import type { Repositories, Store } from '@sallyport/store'
import type { NameLookup } from '../access/name-lookup.ts'
import type { IsOwn } from '../access/own-addresses.ts'
import type { RosterKeeper } from '../access/roster.ts'
import type { AcmeStanding } from '../acme/acme-keeper.ts'
import type { ApprovalService } from '../approval/approval-service.ts'
import type { CheckBook } from '../approval/check-book.ts'
import type { CertificateService } from '../authority/certificate-service.ts'
import type { HostCertificates } from '../authority/host-certificates.ts'
import type { ConfigKeeper, ReadConfig } from '../config/config-keeper.ts'
import type { SocketAddress } from '../config/socket-address.ts'
import type { Gatekeeper } from '../defence/gatekeeper.ts'
import type { Penalties } from '../defence/penalties.ts'
import type { Peer } from '../http/peer.ts'
import type { LoadedTls } from '../http/tls-certificate.ts'
import type { LiveEvents } from '../ops/live-events.ts'
import type { Log } from '../ops/log-writer.ts'
import type { Revoked } from '../sessions/revocation.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'
import type { DeviceRequests } from '../sign-in/device-requests.ts'
import type { LoopbackCodes } from '../sign-in/loopback-codes.ts'
import type { OidcLinks } from '../sign-in/oidc-links.ts'
import type { OidcProviders } from '../sign-in/oidc-providers.ts'
import type { OneTimeLinks } from '../sign-in/one-time-links.ts'
import type { PasswordSignIn } from '../sign-in/password-sign-in.ts'
import type { SignInService } from '../sign-in/sign-in-service.ts'
import type { HostKeyRing } from '../state/host-key-ring.ts'
import type { HostKey } from '../state/host-keys.ts'
import type { MasterKey } from '../state/master-key.ts'
import type { StatePaths } from '../state/state-directory.ts'

/** What administration works on; made in main.ts. */
export interface Services {
  readonly paths: StatePaths
  readonly store: Store
  readonly audit: AuditLog
  readonly auditPublicKey: Uint8Array
  readonly roster: RosterKeeper
  readonly sessions: SessionRegistry
  readonly penalties: Penalties
  readonly gatekeeper: Gatekeeper
  readonly config: ConfigKeeper
  /** The active host keys, as they are now. */
  readonly hostKeys: readonly HostKey[]
  readonly hostKeyRing: HostKeyRing
  readonly hostCertificates: HostCertificates
  readonly lookup: NameLookup
  readonly certificates: CertificateService
  readonly passkeys: PasskeyCeremonies
  readonly signIn: SignInService
  readonly links: OneTimeLinks
  readonly oidcProviders: OidcProviders
  readonly oidcLinks: OidcLinks
  readonly passwordSignIn: PasswordSignIn
  readonly passwordHasher: PasswordHasher
  readonly approvals: ApprovalService
  readonly checks: CheckBook
  readonly deviceRequests: DeviceRequests
  readonly loopbackCodes: LoopbackCodes
  /** Where people open the console: `https://localhost:8443`. */
  readonly origin: () => string
  readonly masterKey: MasterKey
  readonly randomBytes: (size: number) => Uint8Array
  readonly isOwn: IsOwn
  readonly events: LiveEvents
  readonly log: Log
  readonly version: string
  readonly startedAt: number
  readonly phase: () => Status['phase']
  /** The HTTPS door's certificate; undefined where the door is not open. */
  readonly tls: () => { readonly tls: LoadedTls; readonly acme: AcmeStanding | undefined } | undefined
  readonly sshAddresses: () => readonly SocketAddress[]
  readonly webAddresses: () => readonly SocketAddress[]
  readonly metricsAddress: () => SocketAddress | undefined
  /** Reads the configuration again; throws GatewayError and keeps the old one. */
  readonly reload: (actor: string) => Promise<Pick<ReadConfig, 'changed' | 'restartNeeded'>>
  /** Ends what is no longer allowed, and says what that was. */
  readonly revoke: () => Promise<Revoked>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly monotonic: () => number
}

/** Whoever is asking, as the audit log names them, and until when they wait. */
export interface Caller {
  readonly actor: string
  readonly signal: AbortSignal
  readonly peer: Peer
  /** What the browser or command calls itself; empty where it does not say. */
  readonly agent: string
  /** Adds a `Set-Cookie` line to the answer. */
  readonly setCookie: (cookie: string) => void
}

/** See `RecordedChange`. */
export function recordedChange<T>(
  { audit, store }: Pick<Services, 'audit' | 'store'>,
  run: (tx: Repositories, record: (event: AuditEvent) => void) => Promise<T>,
): Promise<T> {
  return audit.together(store, run)
}

/** Writes down an act of administration that changes nothing in the store. */
export async function recordAct({ audit }: Services, event: AuditEvent): Promise<void> {
  await audit.append(event)
}

/** RFC 3339 in UTC. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
