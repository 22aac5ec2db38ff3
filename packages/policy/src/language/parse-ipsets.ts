import { INTERNET_RANGES } from '../address/internet.ts'
import { type IpRange, looksLikeIp, parseIpRange } from '../address/ip-range.ts'
import { mergeRanges, subtractRanges } from '../address/range-set.ts'
import type { JsonNode } from '../text/hujson.ts'
import { nearestName } from '../text/nearest-name.ts'
import type { NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import type { HostAlias, IpSet } from './policy.ts'
import { isIpSetName } from './selector.ts'

/** Ranges that are looked at while sets are worked out, over all of them: half a second of work. */
export const IPSET_WORK_MAX = 1_000_000

interface Operation {
  readonly operator: 'add' | 'remove'
  readonly target: readonly IpRange[] | { readonly ipset: string }
  readonly offset: number
}

interface Definition {
  readonly name: string
  readonly offset: number
  readonly entries: readonly string[]
  readonly operations: readonly Operation[]
}

/** Reads `ipsets`, and works out which addresses each of them holds. */
export function parseIpSets(
  section: JsonNode | undefined,
  reader: NodeReader,
  hosts: ReadonlyMap<string, HostAlias>,
): ReadonlyMap<string, IpSet> {
  const entries = reader.entries(section, '"ipsets"')
  const names = new Set(entries.map(({ key }) => key))
  const definitions = new Map<string, Definition>()
  for (const { key, keyOffset, value } of entries) {
    if (isIpSetName(key)) definitions.set(key, parseDefinition(key, keyOffset, value, reader, hosts, names))
    else reader.report('bad-name', keyOffset, `ipsets[${quote(key)}]: an IP set is named "ipset:" and letters`)
  }
  return new Evaluation(definitions, reader).all()
}

function parseDefinition(
  name: string,
  offset: number,
  node: JsonNode,
  reader: NodeReader,
  hosts: ReadonlyMap<string, HostAlias>,
  names: ReadonlySet<string>,
): Definition {
  const where = `ipsets[${quote(name)}]`
  const strings = reader.strings(node, where)
  const operations: Operation[] = []
  const removes = strings.some(({ value }) => value.startsWith('remove '))
  for (const { value, offset: at } of strings) {
    const space = value.indexOf(' ')
    const word = space < 0 ? '' : value.slice(0, space)
    const target = value.slice(space + 1).trim()
    if (word !== '' && word !== 'add' && word !== 'remove') {
      reader.report('bad-selector', at, `${where}: ${quote(value)}: an entry is "add" or "remove" and what is meant`)
      continue
    }
    if (word === '' && removes) {
      const message = `${where}: ${quote(value)}: in a set that removes, every entry says "add" or "remove"`
      reader.report('bad-selector', at, message)
      continue
    }
    const found = readTarget(target, hosts, names)
    if (found.ok) operations.push({ operator: word === 'remove' ? 'remove' : 'add', target: found.target, offset: at })
    else reader.report(found.code, at, `${where}: ${quote(target)}: ${found.message}`, found.suggest)
  }
  return { name, offset, entries: strings.map(({ value }) => value), operations }
}

type TargetResult =
  | { readonly ok: true; readonly target: Operation['target'] }
  | {
      readonly ok: false
      readonly code: 'unknown-name' | 'bad-address' | 'bad-selector'
      readonly message: string
      readonly suggest?: () => string | undefined
    }

function readTarget(text: string, hosts: ReadonlyMap<string, HostAlias>, names: ReadonlySet<string>): TargetResult {
  if (text === 'autogroup:internet') return { ok: true, target: INTERNET_RANGES }
  if (text.startsWith('ipset:')) {
    if (names.has(text)) return { ok: true, target: { ipset: text } }
    const suggest = (): string | undefined => nearestName(text, names)
    return { ok: false, code: 'unknown-name', message: 'ipset not found', suggest }
  }
  const isHost = text.startsWith('host:')
  const host = hosts.get((isHost ? text.slice('host:'.length) : text).toLowerCase())
  if (host !== undefined) return { ok: true, target: [host.range] }
  if (isHost) return { ok: false, code: 'unknown-name', message: 'host not found' }
  const result = parseIpRange(text)
  if (result.ok) return { ok: true, target: [result.range] }
  if (looksLikeIp(text)) return { ok: false, code: 'bad-address', message: result.message }
  const message = 'IP sets hold addresses, prefixes, hosts, autogroup:internet and other IP sets'
  return { ok: false, code: 'bad-selector', message }
}

/** INVARIANT: a name is in `#under` exactly while the sets that it needs are being worked out. */
class Evaluation {
  readonly #definitions: ReadonlyMap<string, Definition>
  readonly #reader: NodeReader
  readonly #done = new Map<string, IpSet>()
  readonly #under = new Set<string>()
  #work = 0
  #refused = false

  constructor(definitions: ReadonlyMap<string, Definition>, reader: NodeReader) {
    this.#definitions = definitions
    this.#reader = reader
  }

  /** In the order of the text, not of need. */
  all(): ReadonlyMap<string, IpSet> {
    for (const definition of this.#definitions.values()) this.#visit(definition)
    const done = [...this.#definitions.keys()].map((name) => this.#done.get(name))
    return new Map(done.filter((ipset) => ipset !== undefined).map((ipset) => [ipset.name, ipset]))
  }

  /** What a set needs comes before it. The stack is here, not the machine's: sets may hold sets to any depth. */
  #visit(root: Definition): void {
    const stack: { readonly definition: Definition; next: number }[] = []
    const enter = (definition: Definition): void => {
      if (this.#done.has(definition.name)) return
      this.#under.add(definition.name)
      stack.push({ definition, next: 0 })
    }
    enter(root)
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const { definition } = frame
      const operation = definition.operations[frame.next++]
      if (operation === undefined) {
        stack.pop()
        this.#under.delete(definition.name)
        this.#done.set(definition.name, this.#evaluated(definition))
      } else if ('ipset' in operation.target) this.#need(definition, operation.target.ipset, operation.offset, enter)
    }
  }

  #need(definition: Definition, name: string, offset: number, enter: (definition: Definition) => void): void {
    const needed = this.#definitions.get(name)
    if (this.#under.has(name)) {
      const message = `ipsets[${quote(definition.name)}]: ${quote(name)}: IP sets cannot hold each other in a circle`
      this.#reader.report('recursive-ipset', offset, message)
    } else if (needed !== undefined) enter(needed)
  }

  #evaluated({ name, entries, operations, offset }: Definition): IpSet {
    let ranges: readonly IpRange[] = []
    for (const { operator, batch } of batches(operations)) {
      const operands = batch.map(({ target }) => this.#rangesOf(target))
      // Counted before they are copied into one list.
      this.#work += operands.reduce((sum, operand) => sum + operand.length, ranges.length)
      if (this.#work > IPSET_WORK_MAX) {
        this.#refuse(offset)
        break
      }
      const all = operands.flat()
      ranges = operator === 'add' ? mergeRanges([...ranges, ...all]) : subtractRanges(ranges, mergeRanges(all))
    }
    return { name, ranges, entries, position: this.#reader.position(offset) }
  }

  #rangesOf(target: Operation['target']): readonly IpRange[] {
    return 'ipset' in target ? (this.#done.get(target.ipset)?.ranges ?? []) : target
  }

  #refuse(offset: number): void {
    if (this.#refused) return
    this.#refused = true
    this.#reader.report('too-complex', offset, `IP sets up to here hold more than ${IPSET_WORK_MAX} ranges`)
  }
}

/** Runs of the same operator: order matters only between adding and removing. */
function batches(operations: readonly Operation[]): readonly { operator: 'add' | 'remove'; batch: Operation[] }[] {
  const runs: { operator: 'add' | 'remove'; batch: Operation[] }[] = []
  for (const operation of operations) {
    const last = runs.at(-1)
    if (last?.operator === operation.operator) last.batch.push(operation)
    else runs.push({ operator: operation.operator, batch: [operation] })
  }
  return runs
}
