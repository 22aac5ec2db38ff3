import { type Asker, addressTruth, anyOf, blockTruth, groupsTruth, type Truth, userTruth } from './match-truth.ts'
import { matchPattern } from './pattern-list.ts'
import type { MatchBlock, Place, SshdConfig, SshdSetting } from './sshd-config-file.ts'

/** A destination that sshd forwards to. */
export interface Opening {
  /** As `PermitOpen` has it, compared letter by letter there; `*` for every host. */
  readonly host: string
  /** `*` for every port. */
  readonly port: number | '*'
  /** Lines that this comes from; empty where sshd's own default opens it. */
  readonly places: readonly Place[]
}

/** A destination of `PermitOpen` that sshd takes for a mistake. */
export interface BadOpening {
  readonly place: Place
  readonly text: string
}

const EVERYTHING: Opening = { host: '*', port: '*', places: [] }
const PORT_MAX = 65_535

/** Every setting by its keyword. */
export class SshdRules {
  readonly config: SshdConfig
  readonly #byKeyword = new Map<string, SshdSetting[]>()
  readonly #openings = new Map<SshdSetting, readonly Opening[]>()
  readonly badOpenings: BadOpening[] = []

  constructor(config: SshdConfig) {
    this.config = config
    for (const setting of config.settings) {
      const list = this.#byKeyword.get(setting.keyword)
      if (list === undefined) this.#byKeyword.set(setting.keyword, [setting])
      else list.push(setting)
    }
    for (const setting of this.of('permitopen')) this.#openings.set(setting, this.#read(setting))
  }

  of(keyword: string): readonly SshdSetting[] {
    return this.#byKeyword.get(keyword) ?? []
  }

  openingsOf(setting: SshdSetting): readonly Opening[] {
    return this.#openings.get(setting) ?? []
  }

  /** Where the first of these lines stands among all that are read; -1 for none. */
  orderOf([first]: readonly Place[]): number {
    return this.config.settings.findIndex(({ place }) => place === first)
  }

  #read({ words, place }: SshdSetting): readonly Opening[] {
    const [first] = words
    if (first === 'any') return [{ ...EVERYTHING, places: [place] }]
    if (first === 'none') return []
    const openings: Opening[] = []
    for (const word of words) {
      const match = /^(?:\[([^[\]]+)\]|([^:[\]]+)):(\*|\d{1,5})$/.exec(word)
      const host = match?.[1] ?? match?.[2]
      const port = match?.[3] === '*' ? ('*' as const) : Number(match?.[3])
      if (host === undefined || (port !== '*' && (port < 1 || port > PORT_MAX))) {
        this.badOpenings.push({ place, text: word })
      } else openings.push({ host, port, places: [place] })
    }
    return openings
  }
}

/** Truths of the `Match` blocks for one asker: two askers for whom these agree are treated alike. */
export type BlockTruths = ReadonlyMap<MatchBlock, Truth>

export function blockTruths({ config }: SshdRules, asker: Asker): BlockTruths {
  return new Map(config.blocks.map((block) => [block, blockTruth(block, asker)]))
}

/**
 * What sshd opens for an asker whatever the truth of the blocks that only may apply: never more than sshd itself.
 * First value wins, and any of a block wins over the global one, as in sshd's own two readings of the file.
 */
export function openingsFor(rules: SshdRules, truths: BlockTruths): readonly Opening[] {
  for (const [keyword, opens] of [
    ['disableforwarding', (word: string) => word === 'no'],
    ['allowtcpforwarding', (word: string) => ['yes', 'all', 'local'].includes(word)],
  ] as const) {
    for (const { words } of candidates(rules.of(keyword), truths).settings) {
      if (!opens(words[0]?.toLowerCase() ?? '')) return []
    }
  }
  const { settings, defaults } = candidates(rules.of('permitopen'), truths)
  const lists = settings.map((setting) => rules.openingsOf(setting))
  if (defaults) lists.push([EVERYTHING])
  const [first = [], ...others] = lists
  return others.reduce(inBoth, first)
}

/** Whether `AllowUsers` and its like surely let an asker in. */
export function letsIn(rules: SshdRules, truths: BlockTruths, asker: Asker): boolean {
  if (asker.name === 'root') {
    // A setting of its own; only its `no` shuts the account out altogether, what else it says is about how.
    const root = candidates(rules.of('permitrootlogin'), truths).settings
    if (root.some(({ words }) => ['no', 'forced-commands-only'].includes(words[0]?.toLowerCase() ?? ''))) return false
  }
  const users = (patterns: readonly string[]): Truth =>
    patterns.map((pattern) => loginTruth(pattern, asker)).reduce(anyOf, 'no')
  const groups = (patterns: readonly string[]): Truth => groupsTruth(patterns, asker)
  for (const [keyword, truthOf] of [
    ['denyusers', users],
    ['denygroups', groups],
  ] as const) {
    if (worlds(rules.of(keyword), truths).some((patterns) => patterns.length > 0 && truthOf(patterns) !== 'no'))
      return false
  }
  for (const [keyword, truthOf] of [
    ['allowusers', users],
    ['allowgroups', groups],
  ] as const) {
    if (worlds(rules.of(keyword), truths).some((patterns) => patterns.length > 0 && truthOf(patterns) !== 'yes'))
      return false
  }
  return true
}

/** `bob`, `b*`, `bob@192.0.2.0/24`: in these lists an exclamation mark is a letter. */
function loginTruth(pattern: string, { name, from }: Asker): Truth {
  const at = pattern.lastIndexOf('@')
  const user = at < 0 ? pattern : pattern.slice(0, at)
  const named: Truth = name === undefined ? userTruth([user], undefined) : matchPattern(user, name) ? 'yes' : 'no'
  if (at < 0 || named === 'no') return named
  const host = pattern.slice(at + 1)
  const placed = host === '*' ? 'yes' : addressTruth([host], from)
  // A pattern that is no address may be a host name.
  const certain = placed === 'no' && !/^[\d.:/*]+$/.test(host) ? 'maybe' : placed
  return certain === 'yes' ? named : certain
}

/** Settings of which one decides, and whether sshd's default may: all blocks that may apply, up to the first that does. */
function candidates(
  settings: readonly SshdSetting[],
  truths: BlockTruths,
): { readonly settings: readonly SshdSetting[]; readonly defaults: boolean } {
  const found: SshdSetting[] = []
  for (const setting of settings) {
    const truth = setting.block === undefined ? 'no' : (truths.get(setting.block) ?? 'maybe')
    if (truth !== 'no') found.push(setting)
    if (truth === 'yes') return { settings: found, defaults: false }
  }
  const global = settings.find(({ block }) => block === undefined)
  return global === undefined ? { settings: found, defaults: true } : { settings: [...found, global], defaults: false }
}

/**
 * The lists that a setting which gathers its words over all lines may come to. Words of blocks take the place of the
 * global ones. Listed are the surely gathered words, and with each block that may apply its words: no other choice of
 * blocks allows less, or denies more, than one of these.
 */
function worlds(settings: readonly SshdSetting[], truths: BlockTruths): readonly (readonly string[])[] {
  const sure: string[] = []
  const global: string[] = []
  const perhaps: (readonly string[])[] = []
  for (const { block, words } of settings) {
    const truth = block === undefined ? undefined : (truths.get(block) ?? 'maybe')
    if (truth === undefined) global.push(...words)
    else if (truth === 'yes') sure.push(...words)
    else if (truth === 'maybe') perhaps.push(words)
  }
  return [sure.length > 0 ? sure : global, ...perhaps.map((words) => [...sure, ...words])]
}

/** Destinations that both lists open. */
function inBoth(a: readonly Opening[], b: readonly Opening[]): readonly Opening[] {
  if (a === b) return a
  const found = new Map<string, Opening>()
  for (const left of a) {
    for (const right of b) {
      const host = narrower(left.host, right.host)
      const port = narrower(left.port, right.port)
      if (host === undefined || port === undefined) continue
      const key = `${host} ${port}`
      if (!found.has(key)) found.set(key, { host, port, places: narrowing(left, right, host, port) })
    }
  }
  return [...found.values()]
}

/** Lines of the side that says it as narrowly; of both where neither alone does. */
function narrowing(left: Opening, right: Opening, host: string, port: number | '*'): readonly Place[] {
  if (left.host === host && left.port === port) return left.places
  if (right.host === host && right.port === port) return right.places
  return [...new Set([...left.places, ...right.places])]
}

function narrower<T>(a: T | '*', b: T | '*'): T | '*' | undefined {
  if (a === '*') return b
  return b === '*' || a === b ? a : undefined
}

/** Whether one opening holds all of another. */
export function covers(outer: Pick<Opening, 'host' | 'port'>, inner: Pick<Opening, 'host' | 'port'>): boolean {
  return (outer.host === '*' || outer.host === inner.host) && (outer.port === '*' || outer.port === inner.port)
}
