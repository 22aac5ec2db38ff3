import type { Policy } from '../language/policy.ts'
import { type Directory, type DirectoryChanges, DirectoryIndex } from './directory.ts'
import { RuleIndex } from './rule-index.ts'

/** A policy over the facts of one moment, ready to decide. Immutable: new facts or new rules make a new one. */
export interface CompiledPolicy {
  readonly policy: Policy
  readonly directory: DirectoryIndex
  readonly rules: RuleIndex
}

/** The index of rules depends on the policy alone, so it is kept as long as the policy is. */
const indexes = new WeakMap<Policy, RuleIndex>()

/**
 * Joins a policy with the facts it is decided over. Compile again whenever a user, a target or a machine changes: a user
 * that the directory does not hold is denied. With the same policy object that costs one walk over the directory;
 * `withChanges` costs less. Where nobody says what changed, `before` gives facts to compare with, by content, and what is
 * the same is shared: also what was worked out for users who stay as they were.
 */
export function compilePolicy(policy: Policy, directory: Directory, before?: CompiledPolicy): CompiledPolicy {
  let rules = indexes.get(policy)
  if (rules === undefined) {
    rules = new RuleIndex(policy)
    indexes.set(policy, rules)
  }
  if (before === undefined) return { policy, directory: DirectoryIndex.of(directory), rules }
  return { policy, directory: before.directory.with(before.directory.changesTo(directory)), rules }
}

/**
 * The same policy after users, targets or machines came, went or changed: what `compilePolicy` makes of the new facts, in
 * time for what changed. The one before stays as it was; the two share everything else.
 */
export function withChanges(compiled: CompiledPolicy, changes: DirectoryChanges): CompiledPolicy {
  return { ...compiled, directory: compiled.directory.with(changes) }
}
