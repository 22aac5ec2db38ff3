export {
  ChainVerifier,
  type ChainVerifierOptions,
  FAULT_CODES,
  type Fault,
  type FaultCode,
  type Note,
  type VerifiableEntry,
  type VerifyReport,
} from './chain-verifier.ts'
export {
  type Checkpoint,
  checkCheckpoint,
  checkpointKeyName,
  decodeCheckpoint,
  encodeCheckpoint,
  signCheckpoint,
} from './checkpoint.ts'
export { AUDIT_ERROR_CODES, AuditError, type AuditErrorCode } from './errors.ts'
export {
  ACTOR_GATEWAY,
  ACTOR_STRANGER,
  type AuditEvent,
  type AuditEventOf,
  type AuditEventType,
  type EventContext,
  isLocalActor,
  localActor,
} from './event.ts'
export { AUDIT_EVENT_TYPES, AUDIT_EVENTS, CONTEXT_FIELDS, eventSpec, type FieldSpec } from './event-table.ts'
export { type AuditRecord, decodeLine, fieldKey, GENESIS_HASH, hashLine, LINE_MAX_BYTES } from './line.ts'
export {
  type Appended,
  AuditLog,
  type AuditLogOptions,
  CHECKPOINT_EVERY,
  CHECKPOINT_INTERVAL_MS,
  MAX_WAITING,
  WAIT_MS,
} from './log.ts'
export { peerText } from './peer-text.ts'
export type {
  AuditCheckpointStore,
  AuditEntryStore,
  AuditPage,
  AuditQuery,
  CheckpointAnchor,
  CheckpointSigner,
  LogTail,
  Scheduler,
  StoredEntry,
} from './ports.ts'
export { checkpointSigner, generateCheckpointKey } from './signer.ts'
export { systemScheduler } from './system-scheduler.ts'
export { type VerifyExportOptions, verifyExport } from './verify-export.ts'
export { type VerifyLogOptions, verifyLog } from './verify-log.ts'
