export { parseIpAddress } from './address/ip-address.ts'
export { type SpecialClass } from './address/special-address.ts'
export { type CompiledPolicy, compilePolicy } from './decide/compile.ts'
export {
  DECISION_CODES,
  type Decision,
  type DecisionCode,
  decide,
  type Query,
} from './decide/decide.ts'
export type { Directory, MeshNode, TargetFacts, UserFacts } from './decide/directory.ts'
export {
  type CheckResult,
  failures,
  runTests,
  TEST_QUESTIONS_MAX,
  type TestReport,
  type TestResult,
} from './decide/policy-tests.ts'
export { type ReachableTarget, reachable, reachesAnything } from './decide/reachable.ts'
export { type ResolvedHost, resolveHost } from './decide/resolve-host.ts'
export { type ExplainedRule, type Explanation, explain, type FailedCondition } from './explain/explain.ts'
export { type RenderOptions, renderExplanation } from './explain/render-explanation.ts'
export { defaultPolicy } from './language/default-policy.ts'
export { type ParseOptions, type ParsePolicyResult, POLICY_TEXT_MAX, parsePolicy } from './language/parse-policy.ts'
export type { Group, HostAlias, Policy, Rule, RuleRef, Section, TagOwners } from './language/policy.ts'
export { formatPortRanges, type PortRange } from './language/service.ts'
export { DIAGNOSTIC_CODES, type Diagnostic, type DiagnosticCode, formatDiagnostic } from './text/diagnostic.ts'
export type { Position } from './text/position.ts'
export { printPolicy } from './text/print-policy.ts'
