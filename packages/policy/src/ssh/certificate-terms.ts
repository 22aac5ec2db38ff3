import { type IpAddress, parseIpAddress } from '../address/ip-address.ts'
import { type IpRange, rangeHolds } from '../address/ip-range.ts'
import { prefixesOf } from '../address/prefixes.ts'
import { mergeRanges, subtractRanges } from '../address/range-set.ts'
import { type AnyOf, byKey } from '../capability/kinds/all-of.ts'
import type { SshTerms } from '../capability/ssh-terms.ts'
import { sshTermsIndex } from '../capability/terms-for.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { subjectOf } from '../decide/decide.ts'
import type { TargetFacts } from '../decide/directory.ts'
import { type Endpoint, endpointAt, endpointOfTags } from '../decide/endpoint.ts'
import { type LoginPlace, loginPlaces } from './login-grants.ts'

/** What a certificate may say of a person who gets it now, and what has to bind it. */
export interface CertificateTerms {
  readonly places: readonly LoginPlace[]
  /** Whether it may name the person alone, for targets that know nothing of places. */
  readonly name: boolean
  /** Prefixes that its bearer has to come from, at least one; absent where anywhere will do. */
  readonly sources?: readonly string[]
  /** What targets have to run for them, whatever they ask for. */
  readonly forceCommand?: string
}

/** What terms demand at some endpoints together. */
interface Demand {
  readonly sources: readonly AnyOf<IpRange>[]
  /** Of each endpoint, sorted texts: what it forces; none where it forces nothing. */
  readonly commands: ReadonlySet<string>
}

/** An endpoint that forces no command, among `Demand.commands`; no command is empty. */
const FREE = ''
/** An endpoint that forces several: nothing can be run there. */
const NONE = '\n'
/** Prefixes in one certificate: sshd walks them at every login, and certificates travel in every one. */
const PREFIXES_MAX = 256

/**
 * The places of `loginPlaces` that a certificate for somebody who is at `source` (text of an address; undefined: nobody
 * knows) may name, with what has to bind it so that it is wider than the terms of no target that it is good for. It is good
 * for the targets of its places, and for those that the policy opens to the person. A place is left out where the person is
 * not where its terms want them, and where it forces a command that not everything does that the certificate is good for;
 * the person's name is left out where the policy opens such a target.
 */
export function certificateTerms(
  compiled: CompiledPolicy,
  userName: string,
  source: string | undefined,
): CertificateTerms {
  const places = loginPlaces(compiled, userName)
  const { directory, rules, policy } = compiled
  const user = directory.user(userName)
  const index = sshTermsIndex(policy)
  if (user === undefined || user.disabled || !index.demandsAny(['sources', 'forceCommand']))
    return { places, name: true }
  const here = source === undefined ? undefined : parseIpAddress(source)
  const subject = subjectOf(user, source)
  const wherever = subjectOf(user, undefined)

  // Many targets have the same terms: the index gives the same object for them.
  const known = new Map<SshTerms | undefined, Demand>()
  const demandAt = (endpoint: Endpoint): Demand => {
    const terms = index.meetWherever(wherever, endpoint)
    let demand = known.get(terms)
    if (demand === undefined) {
      const { sources = [], forceCommand = [] } = terms ?? {}
      demand = { sources, commands: new Set([forceCommand.length > 1 ? NONE : (forceCommand[0] ?? FREE)]) }
      known.set(terms, demand)
    }
    return demand
  }
  const isOpen = (endpoint: Endpoint): boolean => rules.matching(subject, endpoint).length > 0

  const everywhere = new Set<Demand>()
  const byTag = new Map<string, Set<Demand>>()
  const openDemands = new Set<Demand>()
  for (const target of directory.targets) {
    for (const endpoint of endpointsOf(target, compiled)) {
      const demand = demandAt(endpoint)
      everywhere.add(demand)
      for (const tag of target.tags) {
        const there = byTag.get(tag)
        if (there === undefined) byTag.set(tag, new Set([demand]))
        else there.add(demand)
      }
      if (!openDemands.has(demand) && isOpen(endpoint)) openDemands.add(demand)
    }
  }
  const demandOfPlace = (place: string): Demand => {
    const there = place === 'any' ? everywhere : (byTag.get(place) ?? new Set())
    // A tag that no target has yet may have one before the certificate ends.
    return there.size === 0 ? demandAt(endpointOfTags(place === 'any' ? [] : [place])) : together([...there])
  }
  const demands = new Map([...new Set(places.map(({ place }) => place))].map((place) => [place, demandOfPlace(place)]))

  const usable = (demand: Demand | undefined): demand is Demand =>
    demand?.sources.every(({ entries }) => holds(entries, here)) === true
  const opened = [...openDemands]
  const goodFor = [...demands.values(), ...opened].filter(usable)
  const command = onlyOne(goodFor.map(({ commands }) => commands))
  const fits = (demand: Demand | undefined): demand is Demand =>
    usable(demand) && demand.commands.size === 1 && demand.commands.has(command)
  const lists = byKey(goodFor.filter(fits).flatMap(({ sources }) => sources))
  return {
    places: places.filter(({ place }) => fits(demands.get(place))),
    name: opened.every(fits),
    ...(lists.length === 0 || here === undefined ? {} : { sources: prefixesIn(lists, here) }),
    ...(command === FREE ? {} : { forceCommand: command }),
  }
}

/** Addresses as the inventory has them; of a name nothing is known but its tags. */
function endpointsOf({ name, addresses, tags }: TargetFacts, { directory }: CompiledPolicy): readonly Endpoint[] {
  return addresses.map((text) => {
    const address = parseIpAddress(text)
    return address === undefined ? endpointOfTags(tags, name) : endpointAt(address, tags, directory)
  })
}

function together(demands: readonly Demand[]): Demand {
  return {
    sources: byKey(demands.flatMap(({ sources }) => sources)),
    commands: new Set(demands.flatMap(({ commands }) => [...commands])),
  }
}

/** The command that everything forces; none where something forces none or another, or where there is nothing. */
function onlyOne(sets: readonly ReadonlySet<string>[]): string {
  const [command, ...others] = new Set(sets.flatMap((set) => [...set]))
  return command === undefined || command === NONE || others.length > 0 ? FREE : command
}

function holds(ranges: readonly IpRange[], address: IpAddress | undefined): boolean {
  return address !== undefined && ranges.some((range) => rangeHolds(range, address))
}

/** What is in every list. Where that takes too many prefixes, the one address, which is in all of them. */
function prefixesIn(lists: readonly AnyOf<IpRange>[], here: IpAddress): readonly string[] {
  let common: readonly IpRange[] | undefined
  for (const { entries } of lists) {
    const merged = mergeRanges(entries)
    common = common === undefined ? merged : subtractRanges(common, subtractRanges(common, merged))
  }
  const prefixes = (common ?? []).flatMap(prefixesOf)
  const { family, value } = here
  return prefixes.length <= PREFIXES_MAX ? prefixes : prefixesOf({ family, first: value, last: value })
}
