import { z } from 'zod'
import { count, note, port, selector, time } from './primitives.ts'

/** Longest policy text, in characters: tens of thousands of rules, and as JSON still below the largest request. */
export const POLICY_TEXT_MAX = 4 * 1024 * 1024
export const policyText = z.string().max(POLICY_TEXT_MAX)

export const policyVersion = z.object({
  version: count,
  applied_at: time,
  applied_by: z.string(),
  message: z.string(),
  /** Lower-case hex of the text's SHA-256. */
  sha256: z.string(),
})
export type PolicyVersion = z.infer<typeof policyVersion>

export const policyDocument = policyVersion.extend({ text: z.string() })
export type PolicyDocument = z.infer<typeof policyDocument>

export const diagnostic = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  /** From 1. */
  line: z.int(),
  /** From 1, in characters. */
  column: z.int(),
  /** What the writer may have meant. */
  suggestion: z.string().nullable(),
})
export type Diagnostic = z.infer<typeof diagnostic>

export const policyTestFailure = z.object({
  /** The test's `src`. */
  source: z.string(),
  destination: z.string(),
  expected: z.enum(['accept', 'deny']),
  got: z.enum(['accept', 'deny']),
  line: z.int(),
  why: z.string(),
})
export type PolicyTestFailure = z.infer<typeof policyTestFailure>

export const policyReport = z.object({
  /** Whether it would be taken: no error, and every test passes. */
  ok: z.boolean(),
  diagnostics: z.array(diagnostic),
  /** Assertions in the `tests` section. */
  tests: count,
  failures: z.array(policyTestFailure),
})
export type PolicyReport = z.infer<typeof policyReport>

/** Longest destination, in characters: a DNS name, its final dot and brackets. */
export const HOST_MAX = 256

export const explainInput = z.strictObject({
  user: selector,
  host: z.string().min(1).max(HOST_MAX),
  port: port.default(22),
  /** Ask this text instead of the policy in force. */
  text: policyText.optional(),
})

export const explanation = z.object({
  verdict: z.enum(['allow', 'deny']),
  user: z.string(),
  destination: z.string(),
  /** One row for each address the destination has. */
  addresses: z.array(
    z.object({
      address: z.string(),
      verdict: z.enum(['allow', 'deny']),
      /** `SP2103 policy.denied`, where denied. */
      code: z.string().nullable(),
      /** The rule that decided: `grants[2]`, and its line. */
      rule: z.string().nullable(),
      line: z.int().nullable(),
      why: z.array(z.string()),
    }),
  ),
  /** Conditions that failed and what would make it allow, in words. */
  why: z.string(),
  fix: z.string().nullable(),
  policy_version: count,
})
export type Explanation = z.infer<typeof explanation>

export const policyApplyInput = z.strictObject({
  text: policyText,
  message: note.default(''),
  /** Refuse where another version is in force by now. */
  expected_version: count.optional(),
  /** Take it even where its author, or every administrator, would reach nothing any more. */
  allow_lockout: z.boolean().default(false),
})

export const policyRollbackInput = policyApplyInput.omit({ text: true }).extend({
  /** Version whose text is to be in force again. */
  version: count,
})

export const policyApplied = policyVersion.extend({
  /** False where the text is the one in force already. */
  changed: z.boolean(),
  /** Passages that the new policy no longer allows and that were ended. */
  ended_passages: count,
  /** Login names of those who reach nothing any more, where it was insisted on. */
  locked_out: z.array(z.string()),
})
export type PolicyApplied = z.infer<typeof policyApplied>
