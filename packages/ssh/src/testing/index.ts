export {
  PairSide,
  pairHostKey,
  SessionPair,
  type SessionPairOptions,
  type Splitting,
} from './session-pair.ts'
