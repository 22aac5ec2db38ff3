export { ApiError, type ApiErrorFacts, type ErrorBody, errorBody } from './api-error.ts'
export { AUDIT_OUTCOMES, type AuditOutcome, auditOutcome } from './audit-outcome.ts'
export {
  type ApiClient,
  type ApiRequest,
  type ApiResponse,
  type ApiTransport,
  type CallOptions,
  createClient,
} from './client.ts'
export { API_ERRORS, type ApiErrorName } from './error-codes.ts'
export type { HeldHostKey } from './host-key-routes.ts'
export { decodeInput, type EncodedInput, encodeInput } from './input-codec.ts'
export { type PageRoute, type PageRouteName, pageRoutes } from './page-routes.ts'
export { policyTestsText } from './policy-tests-text.ts'
export { type HttpMethod, isRead, pathParameters, type Route, scopeHolds } from './route.ts'
export {
  type CallRouteName,
  type CheckedInput,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type Routes,
  routes,
  type StreamRouteName,
} from './routes.ts'
export type { Identity, IdentityProvider, PendingAccount } from './schemas/account.ts'
export type { Approval, RememberedCheck } from './schemas/approval.ts'
export type {
  AuditCounts,
  AuditEvent,
  AuditExportLine,
  AuditPage,
  AuditValueCounts,
  AuditVerification,
} from './schemas/audit.ts'
export type { Ban } from './schemas/ban.ts'
export type { PolicyGroup, PolicyGroups, ReachableTarget, ReachableTargets } from './schemas/console.ts'
export type {
  Config,
  ConfigSetting,
  Doctor,
  DoctorCheck,
  HostKey,
  Listener,
  LiveEvent,
  Reloaded,
  SshConfig,
  Status,
} from './schemas/daemon.ts'
export type { DevicePoll, DeviceRequest, DeviceSession, DeviceStart } from './schemas/device.ts'
export type {
  ApiToken,
  Authority,
  Ceremony,
  Certificate,
  Enrolment,
  Factor,
  IssuedCertificate,
  Link,
  LinkFinished,
  Me,
  NewLink,
  Passkey,
  RevocationList,
  SignedIn,
  SignInState,
  WebSession,
} from './schemas/identity.ts'
export { PASSWORD_MIN } from './schemas/identity.ts'
export type {
  Diagnostic,
  ExplainInput,
  Explanation,
  PolicyApplied,
  PolicyDocument,
  PolicyReport,
  PolicyTestFailure,
  PolicyVersion,
} from './schemas/policy.ts'
export { POLICY_TEXT_MAX } from './schemas/policy.ts'
export type {
  PolicyDiff,
  PolicyEffect,
  PolicyFlip,
  PolicySimulation,
  Reacher,
  SimulationStep,
  WhoCan,
} from './schemas/policy-effects.ts'
export { NOTE_MAX, PAGE_MAX } from './schemas/primitives.ts'
export type { Killed, Passage, Session } from './schemas/session.ts'
export type { Target, TargetChange, TargetImport, TargetInput } from './schemas/target.ts'
export { IMPORT_MAX } from './schemas/target.ts'
export type { Key, User, UserDetail } from './schemas/user.ts'
export { SIGN_IN_REFUSALS, type SignInRefusalName, signInRefusalName } from './sign-in-refusals.ts'
export { type StateDirectoryFacts, stateDirectory } from './state-directory.ts'
