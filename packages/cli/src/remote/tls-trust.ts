import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { CommandError } from '../command-error.ts'
import { type OpenTlsOptions, openTls } from './open-tls.ts'

/** What a gateway showed when TLS began. */
export interface ShownCertificate {
  /** SHA-256, `AB:CD:…`. */
  readonly fingerprint: string
  /** Why the system's authorities do not vouch for it, as Node's code says; undefined where they do. */
  readonly distrust: string | undefined
  /** `gw.example.com, 192.0.2.7`. */
  readonly names: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** Codes for a certificate that nobody known vouches for; all others are of one that is wrong. */
const UNKNOWN_ISSUER: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Whether it could be believed once somebody compared its fingerprint. */
export function mayBePinned({ distrust }: ShownCertificate): boolean {
  return distrust !== undefined && UNKNOWN_ISSUER.has(distrust)
}

/**
 * Opens TLS to a gateway. With a fingerprint exactly that certificate is believed, and nothing is sent before it was
 * compared; without one, the authorities of the system and of Node are. Rejects with CommandError `server.untrusted`,
 * ApiError `daemon.unreachable`.
 */
export async function connectTrusted(
  server: string,
  fingerprint: string | undefined,
  options: OpenTlsOptions,
): Promise<TLSSocket> {
  const socket = await openTls(server, options)
  const shown = shownBy(socket)
  if (fingerprint === undefined ? shown.distrust === undefined : shown.fingerprint === fingerprint) return socket
  socket.destroy()
  throw untrusted(server, shown, fingerprint)
}

/** What a gateway shows, believed or not; nothing is sent. */
export async function lookAtCertificate(server: string, options: OpenTlsOptions): Promise<ShownCertificate> {
  const socket = await openTls(server, options)
  const shown = shownBy(socket)
  socket.destroy()
  return shown
}

export function untrusted(server: string, shown: ShownCertificate, expected: string | undefined): CommandError {
  const now = `it shows a certificate with SHA-256 ${shown.fingerprint}`
  if (expected !== undefined) {
    return new CommandError('server.untrusted', `this is not the ${server} that you signed in to before`, {
      why: `${now}\nexpected was ${expected}\neither the gateway has a new certificate, or somebody sits in between`,
      fix: `ask its admin for the fingerprint it prints when it starts; if it is the new one:\nsallyport login --server ${server} --fingerprint ${shown.fingerprint}`,
    })
  }
  const [why, fix] = faultOf(server, shown)
  return new CommandError('server.untrusted', `${server} cannot prove that it is itself`, {
    why: `${why}\n${now}, for ${shown.names}`,
    fix,
  })
}

function faultOf(server: string, shown: ShownCertificate): readonly [why: string, fix: string] {
  if (mayBePinned(shown)) {
    return [
      'no authority that this machine knows vouches for its certificate',
      `compare that with what the gateway prints when it starts, then:\nsallyport login --server ${server} --fingerprint ${shown.fingerprint}`,
    ]
  }
  const clock = `this machine’s clock says ${new Date().toISOString()}`
  const said: Readonly<Record<string, readonly [why: string, fix: string]>> = {
    CERT_HAS_EXPIRED: [
      `its certificate ended at ${shown.notAfter.toISOString()}, and ${clock}`,
      'if that is the right time, have the gateway’s certificate renewed; if not, set the clock',
    ],
    CERT_NOT_YET_VALID: [
      `its certificate begins at ${shown.notBefore.toISOString()}, and ${clock}`,
      'set the clock right, here or where the certificate was made',
    ],
    ERR_TLS_CERT_ALTNAME_INVALID: [
      `its certificate is not for ${new URL(server).hostname}`,
      'use a name that it is for, or have one made for this name',
    ],
  }
  return (
    said[shown.distrust ?? ''] ?? [
      `its certificate is refused: ${shown.distrust}`,
      'have the gateway’s certificate looked at by its admin',
    ]
  )
}

function shownBy(socket: TLSSocket): ShownCertificate {
  const certificate = socket.getPeerX509Certificate() as X509Certificate
  // Node gives the code where its types promise an Error.
  const fault = socket.authorizationError as Error | string | null | undefined
  return {
    fingerprint: certificate.fingerprint256,
    distrust: socket.authorized
      ? undefined
      : typeof fault === 'string'
        ? fault
        : ((fault as NodeJS.ErrnoException)?.code ?? 'UNKNOWN'),
    // `DNS:gw.example.com, IP Address:192.0.2.7`
    names: (certificate.subjectAltName ?? certificate.subject).replaceAll(/\b(?:DNS|IP Address):/g, ''),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
  }
}
