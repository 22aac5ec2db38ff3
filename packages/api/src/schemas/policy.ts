import { FACTOR_KINDS } from '@sallyport/model'
import { z } from 'zod'
import { count, note, port, SELECTOR_MAX, selector, time } from './primitives.ts'

/** Longest policy text, in UTF-16 code units: as much as the policy language reads. */
export const POLICY_TEXT_MAX = 8 * 1024 * 1024
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
  /** The test's `src`; empty where the whole test could not be asked. */
  source: z.string(),
  /** `db1:22` of `tests`, `root@tag:db` of `sshTests`. */
  destination: z.string(),
  /** `check` in `sshTests` alone. */
  expected: z.enum(['accept', 'check', 'deny']),
  got: z.enum(['accept', 'check', 'deny']),
  line: z.int(),
  why: z.string(),
})
export type PolicyTestFailure = z.infer<typeof policyTestFailure>

export const policyReport = z.object({
  /** Whether it would be taken: no error, and every test passes. */
  ok: z.boolean(),
  diagnostics: z.array(diagnostic),
  /** Assertions in `tests` and `sshTests`. */
  tests: count,
  failures: z.array(policyTestFailure),
})
export type PolicyReport = z.infer<typeof policyReport>

/** Longest destination, in characters: a DNS name, its final dot and brackets. */
export const HOST_MAX = 256

/** Longest login name on a target, in characters. */
export const LOGIN_MAX = 128
/** Longest text of an IP address. */
const ADDRESS_MAX = 45
/** Attributes of a device, and proofs, that a question may give. */
const GIVEN_MAX = 64
const ATTRIBUTE_MAX = 256
/** A year and a day: no demand is for an older proof. */
const FACTOR_AGE_MAX_S = 366 * 86_400

export const explainInput = z.strictObject({
  user: selector,
  host: z.string().min(1).max(HOST_MAX),
  port: port.default(22),
  /** As whom they log in there: then what `ssh` says is told too. */
  login: z.string().min(1).max(LOGIN_MAX).optional(),
  /** IP address they come from. */
  from: z.string().min(2).max(ADDRESS_MAX).optional(),
  /** When they come; now, unless told. */
  at: time.optional(),
  /** What they proved, and how long ago. */
  factors: z
    .array(
      z.strictObject({
        kind: z.enum(FACTOR_KINDS),
        age_seconds: z.int().min(0).max(FACTOR_AGE_MAX_S),
      }),
    )
    .max(GIVEN_MAX)
    .optional(),
  /** What is known of the device they come from: `node:os`. */
  attributes: z
    .record(z.string().max(ATTRIBUTE_MAX), z.union([z.string().max(ATTRIBUTE_MAX), z.number(), z.boolean()]))
    .refine((given) => Object.keys(given).length <= GIVEN_MAX, `at most ${GIVEN_MAX} attributes`)
    .optional(),
  /** Ask this text instead of the policy in force. */
  text: policyText.optional(),
})

export type ExplainInput = z.infer<typeof explainInput>

export const explanation = z.object({
  /** Of the whole question: the address, the terms, and the login where one was given. */
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
      /** The rules that allow; where none does, the nearest ones with what fails in each. */
      why: z.array(z.string()),
      /** Rules that are not told: they fail by more, or allow it too. */
      others: count,
    }),
  ),
  /** What grants with `sallyport.dev/cap/ssh` demand; null where none does. */
  terms: z
    .object({
      verdict: z.enum(['allow', 'deny']),
      /** What holds, the strictest of all lines. */
      holds: z.array(z.string()),
      /** Lines that make terms, and terms that fail. */
      why: z.array(z.string()),
      fix: z.array(z.string()),
    })
    .nullable(),
  /** What `ssh` says of the login; null where none was given. */
  login: z
    .object({
      name: z.string(),
      verdict: z.enum(['accept', 'check', 'deny']),
      code: z.string(),
      rule: z.string().nullable(),
      line: z.int().nullable(),
      why: z.array(z.string()),
      others: count,
      fix: z.array(z.string()),
    })
    .nullable(),
  /** Conditions that failed and what would make it allow, in words. */
  why: z.string(),
  /** Each on a line of its own, the likeliest first. */
  fix: z.string().nullable(),
  /** What of all this the SSH door enforces, and the check it asks for; null where that is everything and there is none. */
  door: z.string().nullable(),
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

/** Edits in one request, and steps of a path: more is a new policy. */
const EDITS_MAX = 50
const PATH_MAX = 16
/** Levels of a value: the language itself has fewer. */
const VALUE_DEPTH_MAX = 32

const editPath = z
  .array(z.union([z.string().max(SELECTOR_MAX), count]))
  .min(1)
  .max(PATH_MAX)
  .readonly()
/** What JSON can say, so deep at most. A body is JSON already. */
const editValue = z.custom<JsonValue>((value) => value !== undefined && isShallow(value, VALUE_DEPTH_MAX))

type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1))
}

export const policyEditInput = policyApplyInput.omit({ text: true }).extend({
  /** One after the other, each on the text that the one before left. */
  edits: z
    .array(
      z.discriminatedUnion('kind', [
        /** Puts a value in place of the one at the path, or adds the key that the path ends with. */
        z.strictObject({ kind: z.literal('set'), path: editPath, value: editValue }),
        /** Adds a value at the end of the list at the path. */
        z.strictObject({ kind: z.literal('append'), path: editPath, value: editValue }),
        /** Takes a key or an entry of a list out. */
        z.strictObject({ kind: z.literal('remove'), path: editPath }),
      ]),
    )
    .min(1)
    .max(EDITS_MAX),
  /** Version that the paths were read from: the edit is refused where another is in force by now. */
  expected_version: count,
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
