export {
  type AttemptFailure,
  AUTH_METHODS,
  type AuthClaim,
  type AuthDecision,
  type AuthFactor,
  type AuthMethod,
  ClientAuth,
  type ClientAuthEffect,
  type ClientAuthOptions,
  DEFAULT_MAX_TRIES,
  MAX_AUTH_MESSAGES,
  MAX_GRACE_MS,
  MAX_PASSWORD_BYTES,
  type PromptRound,
  type ProvedKey,
  plainUserName,
  ServerAuth,
  type ServerAuthEffect,
  type ServerAuthOptions,
  type SignatureVerifier,
  type UserNamePolicy,
} from './auth/index.ts'
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
export { cipherOffer, cipherPreference } from './crypto/cipher-offer.ts'
export { hasHardwareAes } from './crypto/hardware-aes.ts'
export { DISCONNECT_REASON, disconnectFor, SshError, type SshErrorCode, type SshErrorOptions } from './errors.ts'
export { type AddKeyOptions, AgentClient, type AgentIdentity, connectAgent } from './io/agent-client.ts'
export { channelDuplex } from './io/channel-duplex.ts'
export {
  type ConnectOptions,
  connectSsh,
  DEFAULT_LOGIN_TIMEOUT_MS,
  type SessionOptions,
  SshClientConnection,
} from './io/client.ts'
export type {
  ClientCredentials,
  ClientLoginSuccess,
  PasswordSource,
  PromptSource,
  PromptsToAnswer,
} from './io/client-login.ts'
export type { AskPrompts, ConversationEnd } from './io/conversation.ts'
export {
  type HostKeyQuestion,
  type HostKeyVerifier,
  type KnownHostsOptions,
  knownHostsVerifier,
  preferKnownHostKeys,
} from './io/known-hosts-verifier.ts'
export type { ConnectionStage, ConnectionTiming, Keepalive } from './io/live-connection.ts'
export {
  type AcceptOptions,
  DEFAULT_LOGIN_GRACE_MS,
  SshServer,
  SshServerConnection,
  type SshServerOptions,
} from './io/server.ts'
export type {
  Applicant,
  Authenticator,
  AuthFact,
  DecideOptions,
  LoginOptions,
  LoginSuccess,
} from './io/server-login.ts'
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
