import { z } from 'zod'
import { count, port } from './primitives.ts'

const login = z.object({
  login: z.string(),
  /** `check`: whoever uses it is checked from time to time. */
  action: z.enum(['accept', 'check']),
})

/** A target that somebody may reach, and why. */
export const reachableTarget = z.object({
  name: z.string(),
  address: z.string(),
  /** Where its SSH server listens. */
  port,
  tags: z.array(z.string()),
  /** TCP ports that are open to them there, as a policy would say it: `22,5432`, `*`. */
  ports: z.string(),
  /** The port that the rule and the command are about: the target's own where that is open, otherwise the lowest that is. */
  opened: port,
  /** The rule that decides: `grants[2], line 14`, and its line. */
  rule: z.string(),
  line: z.int(),
  /** What `ssh` of the policy says of logins there; null where it says nothing and the target alone decides. */
  logins: z
    .object({
      names: z.array(login),
      /** Every other name but a superuser’s; null where none. */
      others: login.shape.action.nullable(),
    })
    .nullable(),
})
export type ReachableTarget = z.infer<typeof reachableTarget>

export const reachableTargets = z.object({
  /** Sorted by name; one page. */
  targets: z.array(reachableTarget),
  /** What to give as `after` for the page after this one; null at the end. */
  next: z.string().nullable(),
  /** How many targets the inventory has in all is not theirs to know; whether rules open addresses beside it is. */
  beyond: z.boolean(),
  /** Where `ssh -J` goes. */
  gateway: z.object({ host: z.string(), port }),
  host_keys: z.array(z.object({ type: z.string(), fingerprint: z.string() })),
  policy_version: count,
})
export type ReachableTargets = z.infer<typeof reachableTargets>

/** A rule that means a group, and what it opens. */
const groupRule = z.object({
  rule: z.string(),
  line: z.int(),
  /** Entries of its `dst` as written. */
  destinations: z.array(z.string()),
  /** A grant's `ip`, as written; empty where `dst` says it, or where it opens no port. */
  ports: z.array(z.string()),
})

export const policyGroup = z.object({
  /** `group:dba`. */
  name: z.string(),
  line: z.int(),
  members: z.array(
    z.object({
      name: z.string(),
      /** `absent`: the policy names somebody who is not there. */
      state: z.enum(['enabled', 'disabled', 'absent']),
    }),
  ),
  rules: z.array(groupRule),
})
export type PolicyGroup = z.infer<typeof policyGroup>

export const policyGroups = z.object({ groups: z.array(policyGroup), policy_version: count })
export type PolicyGroups = z.infer<typeof policyGroups>
