export {
  type AlgorithmLists,
  type AlgorithmProfileName,
  algorithmProfiles,
} from './crypto/algorithm-profiles.ts'
export { DISCONNECT_REASON, disconnectFor, SshError, type SshErrorCode, type SshErrorOptions } from './errors.ts'
export { SSH_MSG } from './messages/numbers.ts'
export { type SshTraceEvents, type SshTraceName, sshTraceNames } from './trace.ts'
export { defaultExtensions, EXTENSION, serverSignatureAlgorithms } from './transport/extensions.ts'
export type { Role } from './transport/legal-messages.ts'
export type { DirectionAlgorithms, NegotiatedAlgorithms } from './transport/negotiation.ts'
export { Transport } from './transport/transport.ts'
export type {
  KexEvent,
  RekeyReason,
  SignExchangeRequest,
  TransportHandler,
  VerifyHostKeyRequest,
} from './transport/transport-handler.ts'
export {
  DEFAULT_IDENTIFICATION,
  defaultLimits,
  type TransportLimits,
  type TransportOptions,
} from './transport/transport-options.ts'
