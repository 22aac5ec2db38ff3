import { ROLES } from '@sallyport/model'
import type { IpRange } from '../address/ip-range.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { Person } from '../decide/directory.ts'
import { personKeys, sourceKey } from '../decide/subject.ts'
import type { Rule } from '../language/policy.ts'
import type { Diagnostic } from '../text/diagnostic.ts'
import { MeetingPlaces, mergedRanges, overlap, type Work } from './meeting-places.ts'
import { sshTermsIndex } from './terms-for.ts'

/** Steps of comparing grants, targets and ranges: a fraction of a second. What is beyond is not told. */
const WORK_MAX = 2_000_000
/** Conflicts told: whoever mends one sees the next. */
const TOLD_MAX = 20

/** A grant that forces commands. */
interface Forcing {
  readonly rule: Rule
  readonly commands: readonly string[]
}

/**
 * Warnings for grants that force different commands on one person at one target: no certificate gets anybody in there. People
 * are those of the directory, those whom the policy names, and one of each role whom nobody has added yet; which targets have
 * several tags the inventory says. Postures are taken to hold.
 */
export function commandConflicts(compiled: CompiledPolicy): readonly Diagnostic[] {
  const forcing = sshTermsIndex(compiled.policy).demands.flatMap(({ rule, terms: { forceCommand } }): Forcing[] =>
    forceCommand === undefined ? [] : [{ rule, commands: forceCommand }],
  )
  if (new Set(forcing.flatMap(({ commands }) => commands)).size < 2) return []
  const told = new Map<Forcing, string>()
  for (const each of forcing) if (each.commands.length > 1) told.set(each, 'forces several commands')
  const work: Work = { left: WORK_MAX }
  const places = new MeetingPlaces(compiled.directory, work)
  for (const [one, other] of meetingPairs(compiled, forcing, work)) {
    if (told.size >= TOLD_MAX) break
    if (told.has(other) || !places.meet(one.rule, other.rule)) continue
    const before = `grants[${one.rule.index}] (line ${one.rule.position.line})`
    told.set(other, `forces another command than ${before} on people and targets that both mean`)
  }
  return [...told]
    .slice(0, TOLD_MAX)
    .map(([{ rule }, what]) => ({
      code: 'no-effect' as const,
      message: `grants[${rule.index}] ${what}: no certificate gets in there`,
      ...rule.position,
    }))
    .toSorted((a, b) => a.offset - b.offset)
}

/** Grants with different commands that mean one person, the earlier first; each pair once. */
function* meetingPairs(
  compiled: CompiledPolicy,
  forcing: readonly Forcing[],
  work: Work,
): Generator<readonly [Forcing, Forcing]> {
  const byKey = new Map<string, number[]>()
  const byAddress: number[] = []
  for (const [place, { rule }] of forcing.entries()) {
    for (const key of new Set(rule.sources.map(sourceKey))) {
      if (key === undefined) byAddress.push(place)
      else {
        const known = byKey.get(key)
        if (known === undefined) byKey.set(key, [place])
        else known.push(place)
      }
    }
  }
  const addresses = new Map<Forcing, readonly IpRange[]>()
  const from = (each: Forcing): readonly IpRange[] => {
    const ranges = addresses.get(each) ?? mergedRanges(each.rule.sources, work)
    addresses.set(each, ranges)
    return ranges
  }
  const classes = new Set<string>()
  const seen = new Set<number>()
  for (const person of peopleOf(compiled, forcing)) {
    const keys = ['*', ...personKeys(person, compiled.rules.memberships)]
    if (work.left < 0) return
    const own = new Set(keys.flatMap((key) => byKey.get(key) ?? []))
    work.left -= own.size
    const name = [...own].sort((a, b) => a - b).join()
    if (classes.has(name)) continue
    classes.add(name)
    const meant = [...new Set([...own, ...byAddress])].sort((a, b) => a - b)
    for (const [index, later] of meant.entries()) {
      for (const earlier of meant.slice(0, index)) {
        if (--work.left < 0) return
        const [one, other] = [forcing[earlier], forcing[later]]
        const pair = earlier * forcing.length + later
        if (one === undefined || other === undefined || seen.has(pair)) continue
        if (one.commands.join('\n') === other.commands.join('\n')) continue
        if (!own.has(earlier) && !own.has(later) && !overlap(from(one), from(other), work)) continue
        seen.add(pair)
        yield [one, other]
      }
    }
  }
}

/** Everybody whom grants may mean. */
function peopleOf({ directory, policy }: CompiledPolicy, forcing: readonly Forcing[]): readonly Person[] {
  const named = forcing.flatMap(({ rule }) =>
    rule.sources.flatMap((selector) => {
      if (selector.kind === 'user') return [selector.name]
      return selector.kind === 'group' ? (policy.groups.get(selector.text)?.members ?? []).map(({ name }) => name) : []
    }),
  )
  const absent = [...new Set(named)].filter((name) => directory.user(name) === undefined)
  return [
    ...directory.users.filter(({ disabled }) => !disabled),
    ...absent.map((name) => ({ name, role: 'member' as const })),
    ...ROLES.map((role) => ({ name: '', role })),
  ]
}
