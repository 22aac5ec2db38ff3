import { splitConfigLine } from './split-config-line.ts'

/** Where a line stands, as people name it: `sshd_config:12`. */
export type Place = string

/** One condition of a `Match` line. */
export interface Criterion {
  /** In lower case: `user`, `group`, `address`, `host`, `all`, … */
  readonly kind: string
  /** Its comma-separated patterns. */
  readonly patterns: readonly string[]
}

/** A `Match` block: all of its criteria hold, and those of the block it is included from. */
export interface MatchBlock {
  readonly place: Place
  /** The `Match` line as it stands. */
  readonly text: string
  readonly criteria: readonly Criterion[]
  readonly outer: MatchBlock | undefined
}

export interface SshdSetting {
  /** In lower case. */
  readonly keyword: string
  readonly words: readonly string[]
  readonly text: string
  readonly place: Place
  /** `undefined` for what holds globally. */
  readonly block: MatchBlock | undefined
}

export interface SshdConfig {
  /** In the order in which sshd reads them, included files in their places. */
  readonly settings: readonly SshdSetting[]
  readonly blocks: readonly MatchBlock[]
  /** `Include`s that named no file at hand, and files that are included too deep. */
  readonly missing: readonly { readonly place: Place; readonly text: string }[]
}

/** A file of the configuration: how people know it, and what it holds. */
export interface ConfigFile {
  readonly name: string
  readonly text: string
}

/** Files that an `Include` pattern names, in the order sshd takes them; none where it names no file at hand. */
export type IncludedFiles = (pattern: string) => Promise<readonly ConfigFile[]>

/** A configuration that sshd would not start with. */
export class SshdConfigFault extends Error {
  readonly place: Place

  constructor(place: Place, message: string) {
    super(message)
    this.name = 'SshdConfigFault'
    this.place = place
  }
}

/** Deepest nesting of Include, as sshd has it. */
const INCLUDE_DEPTH_MAX = 16
/** Most lines that are read, includes counted: far above any real configuration, far below what would take long. */
const LINES_MAX = 200_000
/** `Match` blocks: each is asked for each account. */
const BLOCKS_MAX = 2_000
/** Criteria without an argument. */
const BARE_CRITERIA: readonly string[] = ['all', 'invalid-user', 'canonical', 'final']

/**
 * Reads an sshd_config with its includes (sshd_config(5)). A `Match` block goes on to the next `Match` or the end of its
 * file; what a block includes holds under its conditions too.
 */
export async function readSshdConfig(file: ConfigFile, includedFiles: IncludedFiles): Promise<SshdConfig> {
  const settings: SshdSetting[] = []
  const blocks: MatchBlock[] = []
  const missing: { place: Place; text: string }[] = []
  let lines = 0

  const read = async ({ name, text }: ConfigFile, outer: MatchBlock | undefined, depth: number): Promise<void> => {
    let block = outer
    for (const [index, line] of text.split('\n').entries()) {
      const place = `${name}:${index + 1}`
      if (++lines > LINES_MAX) throw new SshdConfigFault(place, `more than ${LINES_MAX} lines`)
      const { keyword, words } = splitConfigLine(line)
      if (keyword === '') continue
      if (keyword === 'match') {
        block = { place, text: line.trim(), criteria: criteriaOf(words, place), outer }
        blocks.push(block)
        if (blocks.length > BLOCKS_MAX) throw new SshdConfigFault(place, `more than ${BLOCKS_MAX} Match blocks`)
      } else if (keyword === 'include') {
        if (depth >= INCLUDE_DEPTH_MAX) throw new SshdConfigFault(place, 'too many files include one another')
        for (const pattern of words) {
          const included = await includedFiles(pattern)
          if (included.length === 0) missing.push({ place, text: line.trim() })
          for (const each of included) await read(each, block, depth + 1)
        }
      } else settings.push({ keyword, words, text: line.trim(), place, block })
    }
  }

  await read(file, undefined, 0)
  return { settings, blocks, missing }
}

function criteriaOf(words: readonly string[], place: Place): readonly Criterion[] {
  const criteria: Criterion[] = []
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const equals = word.indexOf('=')
    const kind = (equals < 0 ? word : word.slice(0, equals)).toLowerCase()
    if (BARE_CRITERIA.includes(kind)) {
      criteria.push({ kind, patterns: [] })
      continue
    }
    const list = equals < 0 ? rest.shift() : word.slice(equals + 1)
    if (list === undefined || list === '') throw new SshdConfigFault(place, `Match ${kind} has no argument`)
    criteria.push({ kind, patterns: list.split(',') })
  }
  if (criteria.length === 0) throw new SshdConfigFault(place, 'Match has no criteria')
  return criteria
}
