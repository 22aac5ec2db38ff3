export {
  type Abortable,
  type Channel,
  type ChannelExit,
  type ChannelHandler,
  type ChannelLimits,
  type ChannelPhase,
  ChannelStream,
  type ChannelStreamOptions,
  Connection,
  type ConnectionCounters,
  type ConnectionHandler,
  type ConnectionLink,
  type ConnectionOptions,
  forwardFromPeer,
  type IncomingOpen,
  type IncomingRequest,
  type RemoteForward,
  type ReplyCallback,
  sendGlobalRequest,
} from './connection/index.ts'
export {
  type AlgorithmLists,
  type AlgorithmProfileName,
  algorithmProfiles,
} from './crypto/algorithm-profiles.ts'
export { DISCONNECT_REASON, disconnectFor, SshError, type SshErrorCode, type SshErrorOptions } from './errors.ts'
export {
  type DialOptions,
  type DialTarget,
  listenOptions,
  SocketPump,
  type SocketPumpHandler,
  type SocketPumpOptions,
} from './io/socket-pump.ts'
export type { ChannelRequestBody } from './messages/channel-requests.ts'
export type { ChannelType, DirectTcpipChannel } from './messages/channel-types.ts'
export { EXTENDED_DATA_STDERR, OPEN_FAILURE } from './messages/connection.ts'
export type { GlobalRequestBody } from './messages/global-requests.ts'
export { SSH_MSG } from './messages/numbers.ts'
export { decodeTerminalModes, encodeTerminalModes, type TerminalMode } from './messages/terminal-modes.ts'
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
