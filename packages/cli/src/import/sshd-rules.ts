import type { Accounts } from './accounts.ts'
import { type Prefix, prefixOf } from './address-pattern.ts'
import type { Asker } from './match-truth.ts'
import { isPlainPattern } from './pattern-list.ts'
import { blockTruths, covers, letsIn, type Opening, openingsFor, type SshdRules } from './sshd-access.ts'
import type { MatchBlock, Place, SshdConfig } from './sshd-config-file.ts'

/** People whom one line of the configuration lets go to the same destinations. */
export interface ImportedRule {
  /** Lines that open it; none where sshd's default does. */
  readonly places: readonly Place[]
  /** Destinations, without regard to the lines: those are `places`. */
  readonly openings: readonly Opening[]
  /** Accounts, or everybody who signs in, or everybody who signs in from there. */
  readonly who: { readonly accounts: readonly string[] } | 'everybody' | { readonly from: Prefix }
}

export interface ImportedRules {
  readonly rules: readonly ImportedRule[]
  /** What each known account may open from anywhere; an account that may not sign in opens nothing. */
  readonly openings: ReadonlyMap<string, readonly Opening[]>
  /** Openings of everybody else that could not become a rule for everybody, because somebody is left out of them. */
  readonly narrowed: readonly { readonly openings: readonly Opening[]; readonly leftOut: string }[]
  /** `Match Address` blocks too many to ask about, with so many accounts. */
  readonly tooMany: boolean
}

/** Questions of accounts by source prefixes: some seconds' worth. */
const ADDRESS_QUESTIONS_MAX = 200_000

/** Works out, account by account, what sshd opens, and puts together again what comes from the same lines. */
export function rulesOf(sshd: SshdRules, accounts: Accounts): ImportedRules {
  const names = accountNames(sshd.config, accounts)
  const ask = asking(sshd, accounts)
  const openings = new Map(names.map((name) => [name, ask(name, undefined)]))
  const others = ask(undefined, undefined)

  const rules = new Map<string, { opened: Opened; accounts: string[] }>()
  for (const [name, opened] of openings) {
    for (const part of byPlaces(opened)) {
      const rule = rules.get(part.key)
      if (rule === undefined) rules.set(part.key, { opened: part, accounts: [name] })
      else rule.accounts.push(name)
    }
  }
  const everybody: ImportedRule[] = []
  const narrowed: { openings: readonly Opening[]; leftOut: string }[] = []
  for (const part of byPlaces(others)) {
    const leftOut = names.find((name) => !coverAll(openings.get(name) ?? [], part.openings))
    if (leftOut === undefined) {
      everybody.push({ ...shown(part), who: 'everybody' })
      rules.delete(part.key)
    } else narrowed.push({ openings: part.openings, leftOut })
  }
  const own = [...rules.values()]
    .filter(
      ({ opened }) =>
        !coverAll(
          everybody.flatMap((rule) => rule.openings),
          opened.openings,
        ),
    )
    .toSorted((a, b) => sshd.orderOf(a.opened.places) - sshd.orderOf(b.opened.places))
    .map(({ opened, accounts: who }): ImportedRule => ({ ...shown(opened), who: { accounts: who } }))

  const prefixes = addressPrefixes(sshd.config.blocks)
  const tooMany = prefixes.length * (names.length + 1) > ADDRESS_QUESTIONS_MAX
  const placed = tooMany ? [] : fromAddresses(prefixes, names, ask, others)
  return { rules: [...everybody, ...own, ...placed], openings, narrowed, tooMany }
}

/** Every account that files or the configuration itself name. */
function accountNames(config: SshdConfig, accounts: Accounts): readonly string[] {
  const names = new Set(accounts.names)
  for (const { criteria } of config.blocks) {
    for (const { kind, patterns } of criteria) {
      if (kind !== 'user') continue
      for (const pattern of patterns) {
        const name = pattern.startsWith('!') ? pattern.slice(1) : pattern
        if (name !== '' && isPlainPattern(name)) names.add(name)
      }
    }
  }
  for (const { keyword, words } of config.settings) {
    if (keyword !== 'allowusers' && keyword !== 'denyusers') continue
    for (const word of words) {
      const at = word.lastIndexOf('@')
      const name = at < 0 ? word : word.slice(0, at)
      if (name !== '' && isPlainPattern(name)) names.add(name)
    }
  }
  if (config.settings.some(({ keyword }) => keyword === 'permitrootlogin')) names.add('root')
  return [...names]
}

type Ask = (name: string | undefined, from: Prefix | undefined) => readonly Opening[]

/** Accounts for whom the same blocks apply share an answer. */
function asking(sshd: SshdRules, accounts: Accounts): Ask {
  const answers = new Map<string, readonly Opening[]>()
  return (name, from) => {
    const asker: Asker = { name, accounts, from }
    const truths = blockTruths(sshd, asker)
    if (!letsIn(sshd, truths, asker)) return []
    const key = [...truths.values()].join()
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = openingsFor(sshd, truths)
    answers.set(key, answer)
    return answer
  }
}

interface Opened {
  readonly key: string
  readonly places: readonly Place[]
  readonly openings: readonly Opening[]
}

function byPlaces(openings: readonly Opening[]): readonly Opened[] {
  const groups = new Map<string, Opening[]>()
  for (const opening of openings) {
    const places = JSON.stringify(opening.places)
    const group = groups.get(places)
    if (group === undefined) groups.set(places, [opening])
    else group.push(opening)
  }
  return [...groups.values()].map((group) => ({
    key: JSON.stringify(group),
    places: group[0]?.places ?? [],
    openings: group,
  }))
}

function shown({ places, openings }: Opened): Pick<ImportedRule, 'places' | 'openings'> {
  return { places, openings }
}

function coverAll(outer: readonly Opening[], inner: readonly Opening[]): boolean {
  if (outer === inner) return true
  const exact = new Set(outer.map(({ host, port }) => `${host} ${port}`))
  const wide = outer.filter(({ host, port }) => host === '*' || port === '*')
  return inner.every(
    (opening) => exact.has(`${opening.host} ${opening.port}`) || wide.some((each) => covers(each, opening)),
  )
}

/** Prefixes that blocks name, without those that take something out again. */
function addressPrefixes(blocks: readonly MatchBlock[]): readonly Prefix[] {
  const prefixes = new Map<string, Prefix>()
  for (const { criteria } of blocks) {
    for (const { kind, patterns } of criteria) {
      if (kind !== 'address') continue
      for (const pattern of patterns) {
        const prefix = pattern.startsWith('!') ? undefined : prefixOf(pattern)
        if (prefix !== undefined) prefixes.set(prefix.text, prefix)
      }
    }
  }
  return [...prefixes.values()]
}

/** What everybody, known or not, may open from a prefix, beyond what they may from anywhere. */
function fromAddresses(
  prefixes: readonly Prefix[],
  names: readonly string[],
  ask: Ask,
  anywhere: readonly Opening[],
): readonly ImportedRule[] {
  const rules: ImportedRule[] = []
  for (const from of prefixes) {
    const everyone = ask(undefined, from)
    if (everyone.length === 0) continue
    const others = new Set(names.map((name) => ask(name, from)))
    const shared = everyone.filter(
      (opening) => !coverAll(anywhere, [opening]) && [...others].every((each) => coverAll(each, [opening])),
    )
    for (const part of byPlaces(shared)) rules.push({ ...shown(part), who: { from } })
  }
  return rules
}
