export { parseIpAddress } from './address/ip-address.ts'
export { type SpecialClass } from './address/special-address.ts'
export { commandConflicts } from './capability/command-conflicts.ts'
export { DESKTOP_CAPABILITY, type DesktopTerms, desktopTerms } from './capability/desktop-terms.ts'
export {
  type DesktopObligations,
  type Judgement,
  judgeDesktopTerms,
  judgeTerms,
  type SshObligations,
  type SshTermFacts,
  TERM_FAILURES,
  type TermFacts,
  type TermFailure,
  type TermFailureCode,
  type TermLimits,
} from './capability/judge-terms.ts'
export type { ProvedFactor } from './capability/kinds/factors.ts'
export { forwardAllowed } from './capability/kinds/forward-place.ts'
export { pathAllowed } from './capability/kinds/path-tree.ts'
export { termLines } from './capability/kinds/section.ts'
export { CAPABILITIES } from './capability/read-capability.ts'
export { capabilityTable } from './capability/reference.ts'
export { SSH_CAPABILITY, type SshTerms, sshTerms } from './capability/ssh-terms.ts'
export {
  desktopTermRules,
  desktopTermsFor,
  hasTerms,
  type RuleTerms,
  sshTermRules,
  type TermsDoor,
  termsFor,
} from './capability/terms-for.ts'
export { unmetFactors } from './capability/unmet-factors.ts'
export { type CompiledPolicy, compilePolicy, withChanges } from './decide/compile.ts'
export {
  DECISION_CODES,
  type Decision,
  type DecisionCode,
  decide,
  type NodeQuery,
  type Query,
} from './decide/decide.ts'
export type { Directory, DirectoryChanges, MeshNode, TargetFacts, UserFacts } from './decide/directory.ts'
export { openingRule } from './decide/opening-rule.ts'
export type { Attributes } from './decide/posture.ts'
export { type ReachableTarget, type ReachOptions, reachable, reachesAnything } from './decide/reachable.ts'
export { type ResolvedHost, resolveHost } from './decide/resolve-host.ts'
export { diffEffects, type EffectsDiff } from './effects/diff.ts'
export type { EffectRow } from './effects/effect-rows.ts'
export { PROOFS, type Proof } from './effects/past-asker.ts'
export type { PastDecision, ReplayedPlace } from './effects/past-decision.ts'
export { reachingAnything } from './effects/reaching-anything.ts'
export {
  type Flip,
  Replay,
  type ReplayReport,
  UNREPLAYABLE,
  type Unreplayable,
} from './effects/replay.ts'
export { type Reacher, type WhoCan, whoCan } from './effects/who-can.ts'
export { type ExplainedRule, type Explanation, explain, type FailedCondition } from './explain/explain.ts'
export {
  type AskedTermFacts,
  explainTerms,
  type FailedTerm,
  type TermsExplanation,
} from './explain/explain-terms.ts'
export { type RenderOptions, renderExplanation } from './explain/render-explanation.ts'
export { defaultPolicy } from './language/default-policy.ts'
export { type ParseOptions, type ParsePolicyResult, POLICY_TEXT_MAX, parsePolicy } from './language/parse-policy.ts'
export type { Group, HostAlias, JsonValue, Policy, Rule, RuleRef, Section, TagOwners } from './language/policy.ts'
export { formatPortRanges, type PortRange } from './language/service.ts'
export { approveRoutes, approveServices, type OfferedService } from './mesh/approve-routes.ts'
export type { CapabilityGrant, CapabilityMap, FilterPorts, FilterRule } from './mesh/filter-rule.ts'
export type { MeshChange } from './mesh/mesh-facts.ts'
export { compileMesh, type MeshPolicy } from './mesh/mesh-policy.ts'
export { addressPool, hasAttribute, type MeshSettings, selfCapabilities } from './mesh/node-attributes.ts'
export { packetFilter } from './mesh/packet-filter.ts'
export { type MeshPeer, ownAllowedIps, ownPrimaryRoutes, peersOf } from './mesh/peers.ts'
export { acceptsVariable } from './ssh/accept-env.ts'
export { type AllowedLogin, type AllowedLogins, allowedLogins } from './ssh/allowed-logins.ts'
export { type CertificateTerms, certificateTerms } from './ssh/certificate-terms.ts'
export {
  decideLogin,
  decideNodeLogin,
  type LastCheck,
  LOGIN_CODES,
  type LoginCode,
  type LoginDecision,
  type LoginTerms,
  type SshRuleRef,
} from './ssh/decide-login.ts'
export {
  type ExplainedLoginRule,
  explainLogin,
  type FailedLoginCondition,
  type LoginExplanation,
} from './ssh/explain-login.ts'
export type { LoginPlace } from './ssh/login-grants.ts'
export { isSuperuser, SUPERUSERS } from './ssh/login-names.ts'
export type { LoginQuery } from './ssh/login-question.ts'
export type { LoginTarget } from './ssh/machine.ts'
export { hasChecks, type MachineCheck, machineCheck } from './ssh/machine-check.ts'
export type { NodeSshAction, NodeSshRule } from './ssh/node-ssh-rule.ts'
export { acceptAction } from './ssh/recorders.ts'
export { sshRules } from './ssh/ssh-rules.ts'
export { TEST_QUESTIONS_MAX } from './tests/question-count.ts'
export { runTests } from './tests/run-tests.ts'
export {
  type CheckResult,
  failures,
  type LoginCheckResult,
  type SshTestResult,
  TESTS_FAILED,
  type TestReport,
  type TestResult,
} from './tests/test-report.ts'
export { DIAGNOSTIC_CODES, type Diagnostic, type DiagnosticCode, formatDiagnostic } from './text/diagnostic.ts'
export { type EditPath, type EditResult, editPolicyText, type PolicyEdit, type TextChange } from './text/edit-policy.ts'
export type { Position } from './text/position.ts'
export { printPolicy } from './text/print-policy.ts'
