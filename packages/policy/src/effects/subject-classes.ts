import { formatIpRange, type IpRange } from '../address/ip-range.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { subjectOf } from '../decide/decide.ts'
import type { Directory } from '../decide/directory.ts'
import { rangesOf, type Subject, subjectKeys } from '../decide/subject.ts'
import type { Policy, Selector } from '../language/policy.ts'
import { addressGroups } from './address-groups.ts'
import { joinRanges } from './join-ranges.ts'
import { RangeLists } from './range-lists.ts'

/** Subjects that no rule of the policies compared can tell apart: one question answers for all of them. */
export interface SubjectClass {
  /** People; whoever signs in from an address that rules name; machines of the mesh with a tag that rules name. */
  readonly kind: 'users' | 'address' | 'machines'
  /** Login names, ranges of addresses, or one tag; in the order of the directory. */
  readonly members: readonly string[]
  readonly subject: Subject
  /** Of a class of addresses: where they are. */
  readonly ranges?: readonly IpRange[]
}

/** Users read before other work gets its turn. */
const BATCH = 1000

/** People as rules tell them apart, coming from addresses that no rule names. Disabled ones reach nothing and are left out. */
export function* userClasses(
  policies: readonly CompiledPolicy[],
  { users, nodes = [] }: Directory,
): Generator<void, readonly SubjectClass[]> {
  const owners = selfMatters(policies) ? new Set(nodes.map(({ user }) => user)) : undefined
  const classes = new Map<string, { readonly subject: Subject; readonly members: string[] }>()
  for (const [index, user] of users.entries()) {
    if (index % BATCH === 0) yield
    if (user.disabled) continue
    const subject = subjectOf(user, undefined)
    const telling = policies.map((policy) => tellingKeys(policy, subject).join('\n'))
    // Everybody's own machines are places of their own.
    if (owners?.has(user.name) === true) telling.push(user.name)
    const key = telling.join('\n\n')
    const known = classes.get(key)
    if (known === undefined) classes.set(key, { subject, members: [user.name] })
    else known.members.push(user.name)
  }
  return [...classes.values()].map(({ subject, members }) => ({ kind: 'users', subject, members }))
}

/**
 * Whoever signs in from addresses that some `rules` do not tell apart, or also no `sources` of theirs, and is in no group and
 * nobody special.
 */
export function* addressClasses(
  policies: readonly CompiledPolicy[],
  toldApart: 'rules' | 'sources',
): Generator<void, readonly SubjectClass[]> {
  const sets = policies.flatMap(({ policy }) =>
    toldApart === 'rules' ? sourcesByRule(policy) : policy.rules.flatMap(({ sources }) => sources.map(rangesOf)),
  )
  const { groups } = yield* addressGroups(sets)
  return groups.map((stretches): SubjectClass => {
    const ranges = joinRanges(stretches)
    const [first] = ranges
    const source = first === undefined ? {} : { source: { family: first.family, value: first.first } }
    return {
      kind: 'address',
      members: ranges.map(formatIpRange),
      ranges,
      // No login name can be empty.
      subject: { user: { name: '', role: 'member' }, tags: [], tagged: false, ...source },
    }
  })
}

/** The addresses that each rule has among its sources; one list for rules that have the same ones. */
function sourcesByRule({ rules }: Policy): readonly (readonly IpRange[])[] {
  const lists = new RangeLists()
  const sets = new Map<string, readonly IpRange[]>()
  for (const { sources } of rules) {
    const addressed = sources.map((selector) => ({ selector, ranges: rangesOf(selector) }))
    const key = addressed.map(({ selector }) => sourceText(selector, lists)).join('\n')
    if (sets.has(key)) continue
    const held = addressed.map(({ ranges }) => ranges).filter(({ length }) => length > 0)
    sets.set(key, held.length === 1 ? (held[0] ?? []) : held.flat())
  }
  return [...sets.values()]
}

function sourceText(selector: Selector, lists: RangeLists): string {
  if (selector.kind === 'addresses') return formatIpRange(selector.range)
  return selector.kind === 'ipset' ? `ipset ${lists.number(selector.ranges)}` : ''
}

/** Machines of the mesh by the tags that rules name as sources. */
export function machineClasses(policies: readonly CompiledPolicy[]): readonly SubjectClass[] {
  const sources = policies.flatMap(({ policy }) => policy.rules.flatMap((rule) => rule.sources))
  const tags = new Set(sources.filter(({ kind }) => kind === 'tag').map(({ text }) => text))
  const classes = [...tags].map(
    (tag): SubjectClass => ({ kind: 'machines', members: [tag], subject: { tags: [tag], tagged: true } }),
  )
  if (!sources.some(({ text }) => text === 'autogroup:tagged')) return classes
  return [...classes, { kind: 'machines', members: ['autogroup:tagged'], subject: { tags: [], tagged: true } }]
}

/** Keys of a subject that stand as a source in some rule. */
export function tellingKeys({ rules }: CompiledPolicy, subject: Subject): readonly string[] {
  return subjectKeys(subject, rules.memberships).filter((key) => rules.hasSource(key))
}

function selfMatters(policies: readonly CompiledPolicy[]): boolean {
  return policies.some(({ policy }) =>
    policy.rules.some(({ destinations }) => destinations.some(({ selector }) => selector.text === 'autogroup:self')),
  )
}
