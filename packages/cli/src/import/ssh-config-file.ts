import { inPatternList } from './pattern-list.ts'
import { splitConfigLine } from './split-config-line.ts'

/** What an ssh_config says of one host that it names without wildcards. */
export interface ConfigHost {
  readonly name: string
  readonly hostName: string | undefined
  readonly port: number | undefined
  readonly hostKeyAlias: string | undefined
  /** It is reached by running a command, not by an address. */
  readonly proxyCommand: boolean
}

interface Block {
  /** Pattern lists that all have to match; `undefined` never applies: it stands under a `Match`. */
  readonly conditions: readonly (readonly string[])[] | undefined
  readonly settings: Map<string, string>
}

/** Deepest nesting of Include, as ssh has it. */
const INCLUDE_DEPTH_MAX = 16
/** Most lines that are read, includes counted: far above any real configuration, far below what would take long. */
const LINES_MAX = 200_000

/** Reads the files an `Include` names; a pattern may match several. */
export type ReadIncluded = (pattern: string) => Promise<readonly string[]>

/**
 * The hosts of an ssh_config: for each name in a `Host` line the first value of each keyword that applies to it, as ssh
 * itself decides (ssh_config(5)). `Match` blocks are passed over: what they say depends on more than the name.
 */
export async function configHosts(text: string, readIncluded: ReadIncluded): Promise<ConfigHost[]> {
  const reader = new ConfigReader(readIncluded)
  await reader.read(text, [], 0)
  const { blocks } = reader
  const names = new Set<string>()
  for (const { conditions } of blocks) {
    for (const pattern of conditions?.at(-1) ?? []) {
      if (!/[*?!]/.test(pattern) && applies(conditions, pattern)) names.add(pattern)
    }
  }
  return [...names].map((name) => hostOf(name, blocks))
}

function hostOf(name: string, blocks: readonly Block[]): ConfigHost {
  const value = (keyword: string) =>
    blocks.find(({ conditions, settings }) => settings.has(keyword) && applies(conditions, name))?.settings.get(keyword)
  const port = Number(value('port'))
  const command = value('proxycommand')
  return {
    name,
    hostName: value('hostname')?.replaceAll(/%[h%]/g, (token) => (token === '%h' ? name : '%')),
    port: Number.isInteger(port) && port > 0 ? port : undefined,
    hostKeyAlias: value('hostkeyalias'),
    proxyCommand: command !== undefined && command.toLowerCase() !== 'none',
  }
}

class ConfigReader {
  readonly blocks: Block[] = []
  readonly #readIncluded: ReadIncluded
  #lines = 0

  constructor(readIncluded: ReadIncluded) {
    this.#readIncluded = readIncluded
  }

  /** Reads a file under the conditions of the place that includes it. */
  async read(text: string, outer: Block['conditions'], depth: number): Promise<void> {
    let conditions = outer
    let settings = this.#open(conditions)
    for (const line of text.split('\n')) {
      if (++this.#lines > LINES_MAX) return
      const { keyword, words, rest } = splitConfigLine(line)
      if (keyword === 'host') {
        conditions = outer === undefined ? undefined : [...outer, words]
        settings = this.#open(conditions)
      } else if (keyword === 'match') {
        conditions = undefined
        settings = this.#open(conditions)
      } else if (keyword === 'include') {
        if (depth >= INCLUDE_DEPTH_MAX) continue
        for (const pattern of words)
          for (const included of await this.#readIncluded(pattern)) await this.read(included, conditions, depth + 1)
        settings = this.#open(conditions)
      } else if (keyword !== '' && !settings.has(keyword)) {
        // A proxy command is the rest of its line, quotes and all.
        const value = keyword === 'proxycommand' ? rest : words[0]
        if (value !== undefined && value !== '') settings.set(keyword, value)
      }
    }
  }

  #open(conditions: Block['conditions']): Map<string, string> {
    const settings = new Map<string, string>()
    this.blocks.push({ conditions, settings })
    return settings
  }
}

function applies(conditions: Block['conditions'], name: string): boolean {
  return conditions?.every((patterns) => inPatternList(patterns, name)) ?? false
}
