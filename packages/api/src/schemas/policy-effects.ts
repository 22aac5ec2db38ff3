import { z } from 'zod'
import { HOST_MAX, LOGIN_MAX, policyText } from './policy.ts'
import { count, limit, port, selector, time } from './primitives.ts'

/** Which policy is asked about: a text, an earlier version, or (neither) the one in force. */
const candidate = { text: policyText.optional(), version: count.optional() }

const named = {
  /** Selectors as policies write them, then single names. */
  names: z.array(z.string()),
  /** Single names that are not told. */
  more: count,
}

export const policyDiffInput = z.strictObject({
  ...candidate,
  /** Version to compare with; with a text the one in force, without one the version before it. */
  against: count.optional(),
  limit,
})

export const policyEffect = z.object({
  change: z.enum(['loses', 'gains']),
  /** People; whoever signs in from an address; machines with a tag. */
  kind: z.enum(['users', 'address', 'machines']),
  who: z.object({ ...named, people: count }),
  /** As a grant's `ip` would say it: `22`, `tcp:22 udp:53`, `*`. */
  opened: z.string(),
  where: z.object({ ...named, targets: count, examples: z.array(z.string()) }),
  /** Whether other rules leave some of these people some of it. */
  partly: z.boolean(),
})
export type PolicyEffect = z.infer<typeof policyEffect>

export const policyDiff = z.object({
  /** Version compared with. */
  against: count,
  /** Version compared, or null for a text. */
  version: count.nullable(),
  /** Whether the texts are the same, byte for byte. */
  same_text: z.boolean(),
  /** Losses first, of each the greatest first. */
  effects: z.array(policyEffect),
  /** Effects beyond the limit. */
  more: count,
  /** People who lose something. */
  losers: count,
  gainers: count,
  /** Sections that differ and decide nothing about who reaches what. */
  other_sections: z.array(z.string()),
})
export type PolicyDiff = z.infer<typeof policyDiff>

export const whoCanInput = z.strictObject({
  ...candidate,
  host: z.string().min(1).max(HOST_MAX),
  port: port.default(22),
  /** As whom they would log in there: who may not is left out. */
  login: z.string().min(1).max(LOGIN_MAX).optional(),
  limit,
  /** Only names after this one: the `next` of the page before. */
  after: selector.optional(),
})

const reacher = z.object({
  name: z.string(),
  /** `grants[2], line 14`. */
  rule: z.string(),
  line: z.int(),
  /** The rule's source that means them: `group:dba`. */
  source: z.string(),
  /** Address of the destination that it opens; null where only the tags of a target are known. */
  address: z.string().nullable(),
  /** What `ssh` says of the login; null where none was given, or the policy has no `ssh`. */
  login: z.enum(['accept', 'check']).nullable(),
})
export type Reacher = z.infer<typeof reacher>

export const whoCan = z.object({
  destination: z.string(),
  addresses: z.array(z.string()),
  /** Sorted by name; one page. */
  users: z.array(reacher),
  /** All who may, on every page. */
  total: count,
  /** All enabled users. */
  of: count,
  /** What to give as `after` for the page after this one. */
  next: z.string().nullable(),
  /** How many may by which rule and source, the most first. */
  by_rule: z.array(z.object({ rule: z.string(), line: z.int(), source: z.string(), users: count })),
  /** Whoever signs in from there. */
  from_addresses: z.array(reacher),
  /** Machines of the mesh, by their tags. */
  machines: z.array(reacher),
  /** Why nobody may, where the destination means nothing. */
  why: z.string().nullable(),
  /** 0 for a text. */
  policy_version: count,
})
export type WhoCan = z.infer<typeof whoCan>

/** Flips in one answer: it is one line of a stream, and lines have a bound. */
const FLIPS_MAX = 500

export const simulateInput = z.strictObject({
  ...candidate,
  /** Decisions not before this time; 30 days back unless told. */
  since: time.optional(),
  limit: z.int().min(1).max(FLIPS_MAX).default(100),
})

const flip = z.object({
  user: z.string(),
  host: z.string(),
  target: z.string().nullable(),
  address: z.string(),
  port,
  was: z.enum(['allow', 'deny']),
  /** Where the policy of then said so, in the log's words; null where no line did. */
  was_rule: z.string().nullable(),
  was_version: count.nullable(),
  /** `ask`: it stays allowed, and wants a proof first that the policy in force does not want. */
  becomes: z.enum(['allow', 'deny', 'ask']),
  /** The candidate's line that says so: `grants[2], line 14`; null where it is denied because no line allows it. */
  rule: z.string().nullable(),
  line: z.int().nullable(),
  /** The policy's own code, or the term that fails: `hours`. */
  code: z.string(),
  /** What has to be proved first. */
  proofs: z.array(z.enum(['factor', 'command', 'post-quantum', 'check'])),
  /** Whether the policy in force decides so too: then it is not the candidate's doing. */
  already_so: z.boolean(),
  count,
  first: time,
  last: time,
  /** Newest entry of the audit log that says so. */
  sequence: count,
})
export type PolicyFlip = z.infer<typeof flip>

const simulation = z.object({
  since: time,
  /** Decisions asked again. */
  replayed: count,
  /** Of them those that the candidate decides otherwise. */
  flipped: count,
  /** Of those, decisions that the policy in force no longer takes either. */
  already_so: count,
  /** Decisions that stay allowed, and want a proof first that the policy in force does not want. */
  asked: count,
  /** The most frequent first. */
  flips: z.array(flip),
  /** Decisions in groups beyond the limit. */
  more: count,
  /** What could not be asked again, by why. */
  skipped: z.object({
    user_gone: count,
    user_disabled: count,
    target_gone: count,
    address_unknown: count,
    not_by_policy: count,
    /** A proof was missing, the candidate wants one too, and whether it would be there is not in the log. */
    proof_unknown: count,
  }),
})
export type PolicySimulation = z.infer<typeof simulation>

/** One line of a simulation: how far it has come, and at the end what it found. */
export const simulationStep = z.object({ read: count, result: simulation.nullable() })
export type SimulationStep = z.infer<typeof simulationStep>
