export type {
  Channel,
  ChannelHandler,
  ChannelLimits,
  ChannelPhase,
  IncomingOpen,
  IncomingRequest,
  ReplyCallback,
} from './channel.ts'
export { type Abortable, type ChannelExit, ChannelStream, type ChannelStreamOptions } from './channel-stream.ts'
export {
  Connection,
  type ConnectionCounters,
  type ConnectionHandler,
  type ConnectionLink,
  type ConnectionOptions,
  DEFAULT_MAX_CHANNELS,
  DEFAULT_MAX_PACKET_BYTES,
  DEFAULT_WINDOW_BYTES,
} from './connection.ts'
export { forwardFromPeer, type RemoteForward, sendGlobalRequest } from './send-global-request.ts'
