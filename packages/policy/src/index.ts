export { type CompiledPolicy, compilePolicy } from './compile.ts'
export {
  DECISION_CODES,
  type Decision,
  type DecisionCode,
  decide,
  type Query,
} from './decide.ts'
export { defaultPolicy } from './default-policy.ts'
export { DIAGNOSTIC_CODES, type Diagnostic, type DiagnosticCode, formatDiagnostic } from './diagnostic.ts'
export type { Directory, TargetFacts, UserFacts } from './directory.ts'
export { type ExplainedRule, type Explanation, explain, type FailedCondition } from './explain.ts'
export { parseIpAddress } from './ip-address.ts'
export { type ParsePolicyResult, POLICY_TEXT_MAX, parsePolicy } from './parse-policy.ts'
export type { Group, HostAlias, Policy, Rule, RuleRef, Section, TagOwners } from './policy.ts'
export {
  type CheckResult,
  failures,
  runTests,
  TEST_QUESTIONS_MAX,
  type TestReport,
  type TestResult,
} from './policy-tests.ts'
export type { Position } from './position.ts'
export { printPolicy } from './print-policy.ts'
export { type ReachableTarget, reachable, reachesAnything } from './reachable.ts'
export { type RenderOptions, renderExplanation } from './render-explanation.ts'
export { type ResolvedHost, resolveHost } from './resolve-host.ts'
export { formatPortRanges, type PortRange } from './service.ts'
export { type SpecialClass } from './special-address.ts'
