import { DecodeError } from '@sallyport/wire'

/** Reason codes of SSH_MSG_DISCONNECT, RFC 4253 §11.1. */
export const DISCONNECT_REASON = {
  hostNotAllowedToConnect: 1,
  protocolError: 2,
  keyExchangeFailed: 3,
  macError: 5,
  compressionError: 6,
  serviceNotAvailable: 7,
  protocolVersionNotSupported: 8,
  hostKeyNotVerifiable: 9,
  connectionLost: 10,
  byApplication: 11,
  tooManyConnections: 12,
  authCancelledByUser: 13,
  noMoreAuthMethodsAvailable: 14,
  illegalUserName: 15,
} as const

/** Everything that goes wrong in this package, by stable name. `docs/errors.md` says what to do about each. */
export type SshErrorCode =
  /** The peer broke the protocol: malformed message, wrong lengths, trailing bytes. */
  | 'protocol-error'
  /** The peer's identification line is missing, malformed, too long or of another protocol version. */
  | 'version-exchange'
  /** The two sides share no algorithm of some kind; `facts` names the kind and both lists. */
  | 'no-common-algorithm'
  /** A key exchange value or the host's signature is invalid. */
  | 'key-exchange-failed'
  /** The client's host key check said no, or the host key changed within a connection. */
  | 'host-key-rejected'
  /** A packet failed its integrity check. */
  | 'mac-incorrect'
  /** A packet's declared length is over the limit. */
  | 'packet-too-long'
  /** A message that the present state and role do not allow. */
  | 'message-out-of-state'
  /** A bounded queue of ours is full because the peer does not make progress. */
  | 'queue-full'
  /** No method was left, or the tries ran out. */
  | 'auth-failed'
  /** The peer refused to open a channel. */
  | 'channel-refused'
  /** A channel message for an unknown channel, or against the channel's state. */
  | 'channel-protocol'
  /** A write to a channel that is closed, or after our own EOF; a request whose channel closed before the answer. */
  | 'channel-closed'
  /** Channel data beyond the granted window or packet size. */
  | 'window-exceeded'
  | 'too-many-channels'
  /** A global or channel request was answered with failure. */
  | 'request-refused'
  /** A deadline passed: version exchange, key exchange, rekey, login, keepalive. */
  | 'timeout'
  /** The byte stream ended without SSH_MSG_DISCONNECT. */
  | 'connection-lost'
  /** The peer sent SSH_MSG_DISCONNECT; `disconnectReason` holds its reason. */
  | 'disconnected'
  /** This side ended the connection with SSH_MSG_DISCONNECT. */
  | 'disconnected-by-us'
  /** A key, certificate, known_hosts or authorized_keys text cannot be read. */
  | 'key-format'
  /** A private key is encrypted and the passphrase is missing or wrong. */
  | 'key-passphrase'
  /** A key or certificate is of a kind, size or validity that is not accepted. */
  | 'key-unsupported'
  /** A signature could not be made. */
  | 'signing-failed'
  | 'agent-failure'
  /** The caller's AbortSignal fired. */
  | 'aborted'
  /** A bug of ours, or a throw of the layer above; `cause` holds it. */
  | 'internal-error'

export interface SshErrorOptions extends ErrorOptions {
  /** Reason code of a DISCONNECT: the peer's, or the one to send when it is not the code's usual one. */
  readonly disconnectReason?: number
  /** What the operator should see beside the message; never sent to the peer. Values may hold raw peer text: escape when printing. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** The only error class of this package; `code` is stable, the message is for people. */
export class SshError extends Error {
  readonly code: SshErrorCode
  readonly disconnectReason?: number
  readonly facts?: Readonly<Record<string, unknown>>

  constructor(code: SshErrorCode, message: string, options: SshErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SshError'
    this.code = code
    if (options.disconnectReason !== undefined) this.disconnectReason = options.disconnectReason
    if (options.facts !== undefined) this.facts = options.facts
  }
}

/** The error of an ordinary end. Without a stack: every connection ends, and where it did says nothing. */
export function endError(
  code: 'connection-lost' | 'disconnected' | 'disconnected-by-us',
  message: string,
  options?: SshErrorOptions,
): SshError {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return new SshError(code, message, options)
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** For states that our own code cannot reach; a throw here is a bug of this package. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}

/** What the peer is told, by error code. Fixed texts: nothing that a peer sent, no user, target or policy. */
const TOLD: Readonly<Record<SshErrorCode, readonly [reason: number, description: string]>> = {
  'protocol-error': [DISCONNECT_REASON.protocolError, 'protocol error'],
  'version-exchange': [DISCONNECT_REASON.protocolVersionNotSupported, 'invalid identification string'],
  'no-common-algorithm': [DISCONNECT_REASON.keyExchangeFailed, 'no common algorithm'],
  'key-exchange-failed': [DISCONNECT_REASON.keyExchangeFailed, 'key exchange failed'],
  'host-key-rejected': [DISCONNECT_REASON.hostKeyNotVerifiable, 'host key not accepted'],
  'mac-incorrect': [DISCONNECT_REASON.macError, 'packet corrupt'],
  'packet-too-long': [DISCONNECT_REASON.protocolError, 'packet too long'],
  'message-out-of-state': [DISCONNECT_REASON.protocolError, 'message not allowed now'],
  'queue-full': [DISCONNECT_REASON.protocolError, 'too many pending messages'],
  'auth-failed': [DISCONNECT_REASON.noMoreAuthMethodsAvailable, 'authentication failed'],
  'channel-refused': [DISCONNECT_REASON.byApplication, 'channel refused'],
  'channel-protocol': [DISCONNECT_REASON.protocolError, 'invalid channel message'],
  'channel-closed': [DISCONNECT_REASON.byApplication, 'closed'],
  'window-exceeded': [DISCONNECT_REASON.protocolError, 'window exceeded'],
  'too-many-channels': [DISCONNECT_REASON.protocolError, 'too many channels'],
  'request-refused': [DISCONNECT_REASON.byApplication, 'request refused'],
  timeout: [DISCONNECT_REASON.protocolError, 'timed out'],
  'connection-lost': [DISCONNECT_REASON.connectionLost, 'connection lost'],
  disconnected: [DISCONNECT_REASON.byApplication, 'disconnected'],
  'disconnected-by-us': [DISCONNECT_REASON.byApplication, 'disconnected'],
  'key-format': [DISCONNECT_REASON.protocolError, 'malformed key'],
  'key-passphrase': [DISCONNECT_REASON.byApplication, 'closed'],
  'key-unsupported': [DISCONNECT_REASON.protocolError, 'key not accepted'],
  'signing-failed': [DISCONNECT_REASON.keyExchangeFailed, 'key exchange failed'],
  'agent-failure': [DISCONNECT_REASON.byApplication, 'closed'],
  aborted: [DISCONNECT_REASON.byApplication, 'closed'],
  'internal-error': [DISCONNECT_REASON.byApplication, 'internal error'],
}

/** Codes made by the one place that already decided on a reason for the peer; for all others the table decides. */
const OWN_REASON: ReadonlySet<SshErrorCode> = new Set(['disconnected-by-us', 'auth-failed', 'timeout'])

/** The only place that decides what a peer learns from an error of ours. */
export function disconnectFor(error: unknown): { reason: number; description: string } {
  if (error instanceof SshError) {
    const [reason, description] = TOLD[error.code]
    return { reason: (OWN_REASON.has(error.code) ? error.disconnectReason : undefined) ?? reason, description }
  }
  if (error instanceof DecodeError) return { reason: DISCONNECT_REASON.protocolError, description: 'protocol error' }
  return { reason: DISCONNECT_REASON.byApplication, description: 'internal error' }
}

/** Any throw, as this package's error: what a decoder threw is the peer's mistake, anything else stays visible as `cause`. */
export function asSshError(error: unknown): SshError {
  if (error instanceof SshError) return error
  if (error instanceof DecodeError) return new SshError('protocol-error', error.message, { cause: error })
  return new SshError('internal-error', 'internal error', { cause: error })
}
