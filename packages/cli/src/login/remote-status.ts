import { ApiError, type Certificate as IssuedCertificate, routes, type Status } from '@sallyport/api'
import type { Role } from '@sallyport/model'
import { type Certificate, fingerprint } from '@sallyport/ssh/keys'
import type { CommandContext } from '../command-context.ts'
import { renderFacts } from '../output/facts.ts'
import { formatTime } from '../output/values.ts'
import { agentSocket, requireSignedIn } from './person.ts'
import { isUsable } from './renew-certificate.ts'
import { certificateIn, secondsLeft } from './saved-certificate.ts'

export interface RemoteStatus {
  readonly server: string
  readonly user: string
  readonly role: string
  /** Null for a token. */
  readonly signed_in_until: string | null
  readonly certificate: SavedCertificateStatus | null
  /** What the gateway does; null for those who may not know. */
  readonly gateway: Status | null
}

export interface SavedCertificateStatus {
  readonly valid_before: string
  /** Whether it opens anything: it has not ended, its key is here, and the gateway has not taken it back. */
  readonly usable: boolean
  /** Null where it was not taken back, as far as the gateway says. */
  readonly revoked: IssuedCertificate['revoked']
}

/** How one is signed in to a gateway, and what that is doing. Throws `sign-in.needed`. */
export async function remoteStatus(context: CommandContext): Promise<RemoteStatus> {
  const remote = requireSignedIn(context)
  const { daemon, signal } = context
  const { server } = remote.profile
  const me = await daemon.call('me.show', {}, { signal })
  const gateway = await gatewayStatus(context, me.role)
  const paths = remote.profiles.paths(server)
  const certificate = certificateIn(paths.certificate)
  const revoked = certificate === undefined ? null : revocationOf(certificate, me.certificates)
  const current = me.sessions.find((session) => session.current)
  return {
    server,
    user: me.user,
    role: me.role,
    signed_in_until: current?.expires_at ?? null,
    certificate:
      certificate === undefined
        ? null
        : {
            valid_before: new Date(Number(certificate.validBefore) * 1000).toISOString(),
            usable:
              revoked === null &&
              secondsLeft(certificate) > 0 &&
              (await isUsable(agentSocket(context), paths, certificate)),
            revoked,
          },
    gateway,
  }
}

/** By serial number and key: a backup that is restored counts on from where it was made. */
function revocationOf(certificate: Certificate, issued: readonly IssuedCertificate[]): IssuedCertificate['revoked'] {
  const own = issued.find(({ serial }) => BigInt(serial) === certificate.serial)
  return own?.fingerprint === fingerprint(certificate.key) ? own.revoked : null
}

/** Asked for by those alone who may know: a refusal would be in the audit log, each time that a member looks. */
async function gatewayStatus({ daemon, signal }: CommandContext, role: Role): Promise<Status | null> {
  if (!routes['daemon.status'].callers.includes(role)) return null
  return daemon.call('daemon.status', {}, { signal }).catch((error: unknown) => {
    // A token may be for less than its owner's role.
    if (error instanceof ApiError && error.reason === 'caller.not-allowed') return null
    throw error
  })
}

/** The same for people. */
export function describeRemote(status: RemoteStatus, describeGateway: (gateway: Status) => string): string {
  const { server, user, role, signed_in_until, certificate, gateway } = status
  const own = renderFacts([
    ['gateway', server],
    ['signed in', `as ${user}, ${role}`],
    ['until', signed_in_until === null ? '' : formatTime(signed_in_until)],
    ['certificate', certificate === null ? 'none; get one with: sallyport cert renew' : certificateText(certificate)],
  ])
  return gateway === null ? own : `${own}\n${describeGateway(gateway)}`
}

function certificateText({ valid_before, usable, revoked }: SavedCertificateStatus): string {
  const another = 'get another with: sallyport cert renew'
  if (revoked !== null) {
    const why = revoked.reason === '' ? '' : ` (${revoked.reason})`
    return `revoked by ${revoked.by}${why}, opens nothing; ${another}`
  }
  const until = `until ${formatTime(valid_before)}`
  return usable ? until : `${until}, without its key or over; ${another}`
}
