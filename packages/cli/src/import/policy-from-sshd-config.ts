import { BlockList, isIP } from 'node:net'
import type { Accounts } from './accounts.ts'
import { type Opening, SshdRules } from './sshd-access.ts'
import type { MatchBlock, Place, SshdConfig } from './sshd-config-file.ts'
import { CARRIED, elsewhere, whyNotCarried } from './sshd-notes.ts'
import { type ImportedRule, rulesOf } from './sshd-rules.ts'
import { listText, type PolicyDestination, type PolicyRule, testsOfRules } from './tests-of-rules.ts'

export interface ImportOptions {
  /** Domain of login names: `alice` becomes `alice@example.com`; without it `alice@`, a login name without a domain. */
  readonly domain?: string
  /** Addresses of the names in `PermitOpen`, IPv4 before IPv6 if that is to be the first; a name may be absent. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
}

export interface ImportNote {
  /** Absent for what belongs to no line. */
  readonly place?: Place
  readonly text: string
}

export interface ImportedPolicy {
  /** HuJSON, ending with a line feed. */
  readonly text: string
  /** What could not be carried over, and what to look at. */
  readonly notes: readonly ImportNote[]
}

/** Accounts that a rule lists one by one before they become a group of their own. */
const LISTED_MAX = 6
/** Destinations that a note lists. */
const ASKED_MAX = 12
/** A comment or note repeats so much of a line. */
const COMMENT_MAX = 160
/** Longest note, in characters. */
const NOTE_MAX = 600
/** What a login name of the policy is made of. */
const LOGIN = /^[a-z0-9._%+'~-]{1,64}$/
const ALIAS = /^[a-z0-9_](?:[a-z0-9_.-]{0,250}[a-z0-9_])?$/
const GROUP = /^[A-Za-z0-9._+-]{1,64}$/

/** Hosts that `PermitOpen` names and that are no addresses: what `ImportOptions.addresses` should know. */
export function hostNamesOf(config: SshdConfig): readonly string[] {
  const sshd = new SshdRules(config)
  const hosts = sshd.of('permitopen').flatMap((setting) => sshd.openingsOf(setting).map(({ host }) => host))
  return [...new Set(hosts)].filter((host) => host !== '*' && isIP(host) === 0)
}

/**
 * Makes a policy of what an OpenSSH jump host lets people reach. It never opens more than sshd does: what depends on
 * something that the files do not say is left out, and noted.
 */
export function policyFromSshdConfig(config: SshdConfig, accounts: Accounts, options: ImportOptions): ImportedPolicy {
  return new PolicyMaker(config, accounts, options).make()
}

class PolicyMaker {
  readonly #config: SshdConfig
  readonly #accounts: Accounts
  readonly #options: ImportOptions
  readonly #sshd: SshdRules
  readonly #notes: ImportNote[] = []
  readonly #aliases = new Map<string, string>()
  /** Members by the name of their group in the policy. */
  readonly #groups = new Map<string, readonly string[]>()
  /** Groups of the policy that are used. */
  readonly #used = new Set<string>()

  constructor(config: SshdConfig, accounts: Accounts, options: ImportOptions) {
    this.#config = config
    this.#accounts = accounts
    this.#options = options
    this.#sshd = new SshdRules(config)
  }

  make(): ImportedPolicy {
    for (const { place, text } of this.#config.missing) this.#note(`${text}: names no file beside this one`, place)
    for (const { place, text } of this.#sshd.badOpenings) this.#note(`PermitOpen ${text}: not HOST:PORT`, place)
    const imported = rulesOf(this.#sshd, this.#accounts)
    const logins = this.#loginsOf([...imported.openings.keys()])
    this.#findGroups(imported.openings, logins)
    const rules = imported.rules
      .map(
        (rule, index): PolicyRule => ({
          rule,
          src: this.#sourceOf(rule, index, logins),
          dst: rule.openings.flatMap((opening) => this.#destinationsOf(opening)),
        }),
      )
      .filter(({ src }) => src.length > 0)
    this.#noteWhatIsLeft(imported, rules)
    const tests = testsOfRules(rules, logins)
    return { text: this.#print(rules, tests), notes: this.#notes }
  }

  #note(text: string, place?: Place): void {
    this.#notes.push(
      place === undefined ? { text: plain(text, NOTE_MAX) } : { place: plain(place), text: plain(text, NOTE_MAX) },
    )
  }

  /** Login names of the policy. Two accounts that differ by case alone would be one person here: neither is carried over. */
  #loginsOf(names: readonly string[]): ReadonlyMap<string, string> {
    const byFolded = new Map<string, string[]>()
    for (const name of names) {
      const folded = name.toLowerCase()
      byFolded.set(folded, [...(byFolded.get(folded) ?? []), name])
    }
    const logins = new Map<string, string>()
    for (const [folded, [name = '', other]] of byFolded) {
      if (other !== undefined)
        this.#note(`${name} and ${other} differ by upper and lower case alone; neither is carried over`)
      else if (!LOGIN.test(folded)) this.#note(`${name} cannot be a login name here, and is not carried over`)
      else logins.set(name, `${folded}@${this.#options.domain ?? ''}`)
    }
    return logins
  }

  /** Groups that the configuration speaks of, with those of their members who may sign in and go somewhere. */
  #findGroups(openings: ReadonlyMap<string, readonly Opening[]>, logins: ReadonlyMap<string, string>): void {
    const spokenOf = new Set<string>()
    for (const { criteria } of this.#config.blocks)
      for (const { kind, patterns } of criteria) if (kind === 'group') for (const each of patterns) spokenOf.add(each)
    for (const setting of this.#sshd.of('allowgroups')) for (const each of setting.words) spokenOf.add(each)
    for (const group of spokenOf) {
      const members = this.#accounts
        .membersOf(group)
        ?.filter((name) => logins.has(name) && (openings.get(name) ?? []).length > 0)
      if (members !== undefined && members.length > 0 && GROUP.test(group)) this.#groups.set(`group:${group}`, members)
    }
  }

  #sourceOf({ who }: ImportedRule, index: number, logins: ReadonlyMap<string, string>): readonly string[] {
    if (who === 'everybody') return ['autogroup:member']
    if ('from' in who) return [who.from.text]
    const left = new Set(who.accounts.filter((name) => logins.has(name)))
    const src: string[] = []
    const largestFirst = [...this.#groups].toSorted(([, a], [, b]) => b.length - a.length)
    const wanted = new Set(left)
    for (const [group, members] of largestFirst) {
      if (!members.every((name) => wanted.has(name)) || !members.some((name) => left.has(name))) continue
      for (const name of members) left.delete(name)
      this.#used.add(group)
      src.push(group)
    }
    if (left.size > LISTED_MAX) {
      const group = `group:people-of-rule-${index + 1}`
      this.#groups.set(group, [...left])
      this.#used.add(group)
      return [...src, group]
    }
    return [...src, ...[...left].map((name) => logins.get(name) ?? '')]
  }

  #destinationsOf({ host, port }: Opening): readonly PolicyDestination[] {
    if (host === '*') return [{ text: `*:${port}`, address: '*', port }]
    const isAddress = isIP(host) !== 0 && !host.includes('%')
    const addresses = isAddress ? [host] : (this.#options.addresses.get(host) ?? [])
    if (addresses.length === 0) {
      return [{ text: `${host}:${port}`, address: '', port, leftOut: 'no address is known for this name' }]
    }
    return addresses.map((address, index): PolicyDestination => {
      const text = `${isAddress || index > 0 ? bracketed(address) : this.#aliasOf(host, address)}:${port}`
      if (!isOwn(address)) return { text, address, port }
      const leftOut = 'there this is the jump host itself, here it would be the gateway'
      return { text: `${host}:${port}`, address, port, leftOut }
    })
  }

  #aliasOf(host: string, address: string): string {
    const alias = host.toLowerCase()
    // What begins as a number may be read as an address.
    if (!ALIAS.test(alias) || /^\d+(?:\.|$)/.test(alias)) return bracketed(address)
    if (isOwn(address)) return alias
    const known = this.#aliases.get(alias)
    if (known === undefined) this.#aliases.set(alias, address)
    return known === undefined || known === address ? alias : bracketed(address)
  }

  #noteWhatIsLeft(imported: ReturnType<typeof rulesOf>, rules: readonly PolicyRule[]): void {
    const carried = new Set(rules.flatMap(({ rule }) => rule.places))
    for (const setting of this.#sshd.of('permitopen')) {
      if (this.#sshd.openingsOf(setting).length > 0 && !carried.has(setting.place))
        this.#note(
          `${under(setting.text, setting.block)}: not carried over; ${whyNotCarried(setting, this.#sshd.of('permitopen'))}`,
          setting.place,
        )
    }
    for (const keyword of ['denyusers', 'denygroups'])
      for (const { text, block, place } of this.#sshd.of(keyword))
        this.#note(`${under(text, block)}: a policy has no deny; who it may mean is left out of every rule`, place)
    for (const keyword of ['allowusers', 'allowgroups', 'denyusers', 'denygroups'])
      for (const { words, place } of this.#sshd.of(keyword))
        for (const word of words) if (/[*?]/.test(word) && !/^\*+$/.test(word)) this.#note(this.#globNote(word), place)
    for (const { criteria, place } of this.#config.blocks)
      for (const { kind, patterns } of criteria)
        for (const pattern of patterns) this.#noteCriterion(kind, pattern, place)
    for (const { openings, leftOut } of imported.narrowed) {
      const what = openings
        .map(({ host, port }) => `${host}:${port}`)
        .slice(0, ASKED_MAX)
        .join(' ')
      this.#note(
        `${what}: open there to every account, but not to ${leftOut}; here only to the accounts that files name (--users-from)`,
      )
    }
    const everybody = rules.find(({ rule }) => rule.who === 'everybody')
    if (everybody !== undefined)
      this.#note('open there to every account, and here to every user of the gateway', everybody.rule.places[0])
    if (imported.narrowed.length === 0 && everybody === undefined)
      this.#note('accounts that no file names are in no rule (--users-from)')
    if (imported.tooMany)
      this.#note('too many source prefixes and accounts to compare; no rule was made of Match Address')
    for (const { dst, rule } of rules)
      for (const { text, leftOut } of dst)
        if (leftOut !== undefined) this.#note(`PermitOpen ${text}: ${leftOut}`, rule.places[0])
    const counted = new Map<string, number>()
    const told = new Set<string>()
    for (const setting of this.#config.settings) {
      const where = elsewhere(setting)
      if (where !== undefined && !told.has(setting.keyword)) this.#note(`${setting.text}: ${where}`, setting.place)
      if (where !== undefined) told.add(setting.keyword)
      else if (!CARRIED.includes(setting.keyword)) counted.set(setting.keyword, (counted.get(setting.keyword) ?? 0) + 1)
    }
    if (counted.size > 0)
      this.#note(`settings that do not decide who may reach what: ${[...counted.keys()].join(', ')}`)
  }

  #globNote(pattern: string): string {
    return `${pattern}: a policy has no such patterns; of the accounts that files name, those that fit are listed`
  }

  #noteCriterion(kind: string, written: string, place: Place): void {
    const pattern = written.startsWith('!') ? written.slice(1) : written
    const isGlob = /[*?]/.test(pattern) && !/^\*+$/.test(pattern)
    if (kind === 'user' && isGlob) this.#note(this.#globNote(pattern), place)
    if (kind === 'group' && !isGlob && this.#accounts.membersOf(pattern) === undefined)
      this.#note(
        `group ${pattern}: its members are not known; give /etc/group and /etc/passwd with --users-from`,
        place,
      )
  }
  #print(rules: readonly PolicyRule[], tests: readonly string[]): string {
    const sections: string[] = []
    const logins = this.#loginTexts()
    if (this.#used.size > 0) {
      sections.push('  "groups": {')
      for (const group of this.#used)
        sections.push(`    ${JSON.stringify(group)}: ${listText((this.#groups.get(group) ?? []).map(logins))},`)
      sections.push('  },')
    }
    if (this.#aliases.size > 0) {
      sections.push('  "hosts": {')
      for (const [alias, address] of this.#aliases)
        sections.push(`    ${JSON.stringify(alias)}: ${JSON.stringify(address)},`)
      sections.push('  },')
    }
    sections.push('  "acls": [', ...rules.flatMap((rule) => this.#ruleLines(rule)), '  ],')
    if (tests.length > 0) sections.push('  "tests": [', ...tests, '  ],')
    return `${HEADER}{\n${sections.join('\n')}\n}\n`
  }

  #loginTexts(): (name: string) => string {
    return (name) => `${name.toLowerCase()}@${this.#options.domain ?? ''}`
  }

  #ruleLines({ rule, src, dst }: PolicyRule): readonly string[] {
    const lines: string[] = []
    if (rule.places.length === 0) lines.push('    // no PermitOpen holds for them: sshd opens everything')
    for (const place of rule.places) {
      const setting = this.#sshd.of('permitopen').find((each) => each.place === place)
      lines.push(`    // ${plain(place)}: ${plain(setting?.text ?? '')}`)
      for (let block = setting?.block; block !== undefined; block = block.outer)
        lines.push(`    //   under ${plain(block.place)}: ${plain(block.text)}`)
    }
    for (const { text, leftOut } of dst)
      if (leftOut !== undefined) lines.push(`    // left out: ${plain(text)}, ${leftOut}`)
    const live = [...new Set(dst.filter(({ leftOut }) => leftOut === undefined).map(({ text }) => text))]
    if (live.length > 0)
      lines.push(`    { "action": "accept", "proto": "tcp", "src": ${listText(src)}, "dst": ${listText(live)} },`)
    return lines
  }
}

const HEADER = `// Made from an sshd_config by "sallyport policy import". It opens nothing that sshd does not open.
// sshd compares the names of PermitOpen letter by letter; here the address decides, by whatever name it is asked for.
// "*" leaves out loopback, link-local and their like; sshd's "any" does not.
`

const OWN = new BlockList()
OWN.addSubnet('127.0.0.0', 8, 'ipv4')
OWN.addSubnet('0.0.0.0', 8, 'ipv4')
OWN.addSubnet('::', 127, 'ipv6')

/** Whether an address means the machine that dials it. */
function isOwn(address: string): boolean {
  return OWN.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

function under(text: string, block: MatchBlock | undefined): string {
  return block === undefined ? plain(text) : `${plain(text)} under ${plain(block.text)}`
}

/** Fit for a comment and for a terminal: one line of printable ASCII. */
function plain(text: string, max: number = COMMENT_MAX): string {
  const shown = text.replaceAll(/[^\x20-\x7e’]/g, '?')
  return shown.length > max ? `${shown.slice(0, max)}...` : shown
}
