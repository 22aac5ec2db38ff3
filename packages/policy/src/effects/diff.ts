import type { CompiledPolicy } from '../decide/compile.ts'
import type { Directory } from '../decide/directory.ts'
import { Claims } from './claims.ts'
import { Comparison } from './comparison.ts'
import { differingSections } from './differing-sections.ts'
import { type EffectRow, RowCollector } from './effect-rows.ts'
import { PlaceClasses } from './place-classes.ts'
import { PlaceNames } from './place-names.ts'
import { addressClasses, machineClasses, type SubjectClass, userClasses } from './subject-classes.ts'
import { SubjectNames } from './subject-names.ts'

/** What one policy lets people do that another does not. */
export interface EffectsDiff {
  /** Losses first, of each the greatest first; at most `limit`. */
  readonly rows: readonly EffectRow[]
  /** Rows beyond those given. */
  readonly more: number
  /** People who lose something, and who gain something; one may do both. */
  readonly losers: number
  readonly gainers: number
  /** Sections that differ and that decide nothing about who reaches what. */
  readonly otherSections: readonly string[]
}

export interface DiffOptions {
  /** Rows given at most. */
  readonly limit: number
}

/** Classes of people looked at before other work gets its turn. */
const BATCH = 100

/**
 * Compares two policies by what they do over the same directory: who gains and who loses which ports where. Text, order
 * and the way rules are written do not count. Both have to be compiled over `directory`.
 *
 * Work grows with the classes of people whom a changed rule concerns, times the classes of places that those rules mean:
 * never with people times targets. Yields so that the caller can give others their turn.
 */
export function* diffEffects(
  before: CompiledPolicy,
  after: CompiledPolicy,
  directory: Directory,
  { limit }: DiffOptions,
): Generator<void, EffectsDiff> {
  const policies = [before, after]
  const otherSections = differingSections(before.policy, after.policy)
  const claims = yield* Claims.of([before.policy, after.policy])
  const changed: SubjectClass[] = []
  for (const [index, subject] of (yield* subjectsOf(policies, directory)).entries()) {
    if (index % BATCH === 0) yield
    if (!sameNumbers(claims.of(subject, before), claims.of(subject, after))) changed.push(subject)
  }
  if (changed.length === 0) return { rows: [], more: 0, losers: 0, gainers: 0, otherSections }
  const places = yield* PlaceClasses.of(policies, directory)
  const comparison = new Comparison(before, after, places, claims)
  const rows = new RowCollector(places)
  for (const subject of changed) {
    for (const effect of comparison.effects(subject)) rows.add(subject, effect)
    yield
  }
  const names = { who: new SubjectNames(policies, directory), where: new PlaceNames(policies, places) }
  yield
  return { ...(yield* rows.finish(limit, names)), otherSections }
}

function* subjectsOf(
  policies: readonly CompiledPolicy[],
  directory: Directory,
): Generator<void, readonly SubjectClass[]> {
  const users = yield* userClasses(policies, directory)
  const classes = [...users, ...(yield* addressClasses(policies, 'rules')), ...machineClasses(policies)]
  // Where not everything can be told, the many come before the few.
  return classes.toSorted((a, b) => b.members.length - a.members.length)
}

function sameNumbers(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  if (one.size !== other.size) return false
  for (const each of one) if (!other.has(each)) return false
  return true
}
