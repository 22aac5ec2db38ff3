export { ChannelRecorder, ConnectionPair, ConnectionSide, type OpenedChannel } from './connection-pair.ts'
export {
  PairSide,
  pairHostKey,
  SessionPair,
  type SessionPairOptions,
  type Splitting,
} from './session-pair.ts'
