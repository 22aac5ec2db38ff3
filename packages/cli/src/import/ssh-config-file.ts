/** What an ssh_config says of one host that it names without wildcards. */
export interface ConfigHost {
  readonly name: string
  readonly hostName: string | undefined
  readonly port: number | undefined
  readonly hostKeyAlias: string | undefined
  readonly proxyCommand: boolean
}

interface Block {
  readonly patterns: readonly string[]
  readonly settings: Map<string, string>
}

/** Deepest nesting of Include, as ssh has it. */
const INCLUDE_DEPTH_MAX = 16

/** Reads the files an `Include` names; a pattern may match several. */
export type ReadIncluded = (pattern: string) => Promise<readonly string[]>

/**
 * The hosts of an ssh_config: for each name in a `Host` line the first value of each keyword that applies to it, as ssh
 * itself decides. `Match` blocks are passed over: what they say depends on more than the name.
 */
export async function configHosts(text: string, readIncluded: ReadIncluded): Promise<ConfigHost[]> {
  const blocks: Block[] = [{ patterns: ['*'], settings: new Map() }]
  await collect(text, readIncluded, blocks, 0)
  const names = new Set(blocks.flatMap(({ patterns }) => patterns).filter((pattern) => !/[*?!]/.test(pattern)))
  return [...names].map((name) => {
    const value = (keyword: string) =>
      blocks.find(({ patterns, settings }) => settings.has(keyword) && matches(patterns, name))?.settings.get(keyword)
    const port = Number(value('port'))
    const command = value('proxycommand')
    return {
      name,
      hostName: value('hostname')?.replaceAll('%h', name).replaceAll('%%', '%'),
      port: Number.isInteger(port) && port > 0 ? port : undefined,
      hostKeyAlias: value('hostkeyalias'),
      proxyCommand: command !== undefined && command.toLowerCase() !== 'none',
    }
  })
}

async function collect(text: string, readIncluded: ReadIncluded, blocks: Block[], depth: number): Promise<void> {
  for (const line of text.split('\n')) {
    const words = splitWords(line)
    const keyword = words.shift()?.toLowerCase()
    if (keyword === undefined) continue
    if (keyword === 'host') blocks.push({ patterns: words, settings: new Map() })
    else if (keyword === 'match') blocks.push({ patterns: [], settings: new Map() })
    else if (keyword === 'include') {
      if (depth >= INCLUDE_DEPTH_MAX) continue
      const outside = blocks.at(-1)?.patterns ?? ['*']
      for (const pattern of words) {
        for (const included of await readIncluded(pattern)) await collect(included, readIncluded, blocks, depth + 1)
      }
      blocks.push({ patterns: outside, settings: new Map() })
    } else {
      const settings = blocks.at(-1)?.settings
      if (settings !== undefined && !settings.has(keyword)) settings.set(keyword, words.join(' '))
    }
  }
}

/** Words of a line: `Keyword value`, `Keyword=value`, `"quoted words"`; nothing behind a `#`. */
function splitWords(line: string): string[] {
  const spaced = line.trim().replace(/^([A-Za-z]+)\s*=\s*/, '$1 ')
  const words: string[] = []
  for (const [, quoted, plain] of spaced.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith('#') === true) break
    words.push(quoted ?? plain ?? '')
  }
  return words
}

/** OpenSSH's pattern list: a name must match one pattern and no negated one. */
function matches(patterns: readonly string[], name: string): boolean {
  let found = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (!wildcard(negated ? pattern.slice(1) : pattern, name)) continue
    if (negated) return false
    found = true
  }
  return found
}

function wildcard(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(name.toLowerCase())
}
