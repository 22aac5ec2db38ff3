import { ROLES } from '@sallyport/model'
import { formatIpRange } from '../address/ip-range.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Directory } from '../decide/directory.ts'
import type { Effect } from './comparison.ts'
import { joinRanges } from './join-ranges.ts'
import type { SubjectClass } from './subject-classes.ts'
import { NAMES_MAX, type Named, told } from './told.ts'

interface Candidate {
  readonly name: string
  readonly people: readonly string[]
}

/** Tells many people by the groups and roles that policies know them by. */
export class SubjectNames {
  readonly #before: CompiledPolicy
  readonly #after: CompiledPolicy
  readonly #directory: Directory
  readonly #enabled: ReadonlySet<string>
  readonly #candidates = new Map<CompiledPolicy, readonly Candidate[]>()

  constructor([before, after]: readonly CompiledPolicy[], directory: Directory) {
    if (before === undefined || after === undefined) throw new RangeError('two policies are compared')
    this.#before = before
    this.#after = after
    this.#directory = directory
    this.#enabled = new Set(directory.users.flatMap(({ name, disabled }) => (disabled ? [] : [name])))
  }

  of(kind: SubjectClass['kind'], subjects: readonly SubjectClass[], change: Effect['change']): Named {
    if (kind === 'address') {
      const ranges = subjects.flatMap((each) => each.ranges ?? [])
      return told(joinRanges(ranges).map((range) => `anyone from ${formatIpRange(range)}`))
    }
    if (kind === 'machines') return told(subjects.flatMap(({ members }) => members))
    const people = new Set(subjects.flatMap(({ members }) => members))
    const names: string[] = []
    const left = new Set(people)
    // Who loses is known by the groups of before, who gains by those of after.
    for (const candidate of this.#known(change === 'loses' ? this.#before : this.#after)) {
      if (left.size === 0 || names.length === NAMES_MAX) break
      if (candidate.people.length > people.size || !candidate.people.every((name) => people.has(name))) continue
      if (!candidate.people.some((name) => left.has(name))) continue
      names.push(candidate.name)
      for (const name of candidate.people) left.delete(name)
    }
    return told([...names, ...[...left].sort()])
  }

  #known(policy: CompiledPolicy): readonly Candidate[] {
    let known = this.#candidates.get(policy)
    if (known === undefined) {
      known = this.#find(policy)
      this.#candidates.set(policy, known)
    }
    return known
  }

  /** Groups of two and more, the great ones first. */
  #find({ policy }: CompiledPolicy): readonly Candidate[] {
    const users = this.#directory.users.filter(({ disabled }) => !disabled)
    const vouched = vouchedMembers(users)
    const groups = [...policy.groups.values()].map(({ name, members }) => ({
      name,
      people: [...new Set([...members.map((member) => member.name), ...(vouched.get(name) ?? [])])].filter((member) =>
        this.#enabled.has(member),
      ),
    }))
    const roles = ROLES.map((role) => ({
      name: `autogroup:${role}`,
      people: users.filter((user) => role === 'member' || user.role === role).map(({ name }) => name),
    }))
    return [...roles, ...groups]
      .filter(({ people }) => people.length > 1)
      .sort((a, b) => b.people.length - a.people.length)
  }
}

/** Members of groups that others than the policy vouch for. */
function vouchedMembers(users: Directory['users']): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>()
  for (const { name, groups = [] } of users) {
    for (const group of groups) {
      const list = members.get(group)
      if (list === undefined) members.set(group, [name])
      else list.push(name)
    }
  }
  return members
}
