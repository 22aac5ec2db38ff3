export { securityKey } from '../auth/testing/security-key.ts'
export { ChannelRecorder, ConnectionPair, ConnectionSide, type OpenedChannel } from './connection-pair.ts'
export { RawPair, type RawPairOptions } from './raw-pair.ts'
export { RawPeer, type RawPeerOptions } from './raw-peer.ts'
export {
  PairSide,
  pairHostKey,
  SessionPair,
  type SessionPairOptions,
  type Splitting,
} from './session-pair.ts'
