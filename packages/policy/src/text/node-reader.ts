import type { DiagnosticCode, DiagnosticList } from './diagnostic.ts'
import type { JsonEntry, JsonNode, JsonString } from './hujson.ts'
import { nearestName } from './nearest-name.ts'
import type { Position } from './position.ts'
import { quote } from './quote.ts'

/** Keys of one kind of object. */
export interface KeySet {
  readonly known: readonly string[]
  /** Keys of Tailscale's language that this version does not act on: refused, so that none is silently ignored. */
  readonly unsupported: readonly string[]
  /** Keys of older versions of the language, and what replaced them. */
  readonly renamed?: Readonly<Record<string, string>>
}

/** Problems after this one come without a suggestion: it compares with many names. */
const SUGGESTIONS_MAX = 20

/** Reads nodes as the shapes that the language expects, and tells of everything else. */
export class NodeReader {
  readonly position: (offset: number) => Position
  readonly #problems: DiagnosticList
  readonly #warnings: DiagnosticList
  #suggested = 0

  constructor(position: (offset: number) => Position, problems: DiagnosticList, warnings: DiagnosticList) {
    this.position = position
    this.#problems = problems
    this.#warnings = warnings
  }

  report(code: DiagnosticCode, offset: number, message: string, suggest?: () => string | undefined): void {
    const suggestion = suggest !== undefined && this.#suggested < SUGGESTIONS_MAX ? suggest() : undefined
    if (suggest !== undefined) this.#suggested++
    this.#problems.add(code, offset, message, suggestion)
  }

  warn(code: DiagnosticCode, offset: number, message: string): void {
    this.#warnings.add(code, offset, message)
  }

  /** Entries of an object with free keys; none, and a report, where it is something else. */
  entries(node: JsonNode, what: string): readonly JsonEntry[] {
    if (node.kind === 'object') return node.entries
    this.report('wrong-type', node.offset, `${what} is an object, not ${kindWords(node)}`)
    return []
  }

  /** Known keys of an object; the others are reported. */
  fields(node: JsonNode, what: string, keys: KeySet): ReadonlyMap<string, JsonNode> {
    const fields = new Map<string, JsonNode>()
    for (const { key, keyOffset, value } of this.entries(node, what)) {
      if (keys.known.includes(key)) fields.set(key, value)
      else this.#refuseKey(key, keyOffset, what, keys)
    }
    return fields
  }

  items(node: JsonNode | undefined, what: string): readonly JsonNode[] {
    if (node === undefined) return []
    if (node.kind === 'array') return node.items
    const hint = node.kind === 'string' ? `: write [${quote(node.value)}]` : ''
    this.report('wrong-type', node.offset, `${what} is a list, not ${kindWords(node)}${hint}`)
    return []
  }

  strings(node: JsonNode | undefined, what: string): readonly JsonString[] {
    return this.items(node, what).filter((item): item is JsonString => this.#isString(item, `an entry of ${what}`))
  }

  string(node: JsonNode | undefined, what: string): JsonString | undefined {
    return node !== undefined && this.#isString(node, what) ? node : undefined
  }

  #isString(node: JsonNode, what: string): node is JsonString {
    if (node.kind === 'string') return true
    this.report('wrong-type', node.offset, `${what} is a string, not ${kindWords(node)}`)
    return false
  }

  #refuseKey(key: string, offset: number, what: string, keys: KeySet): void {
    if (keys.unsupported.includes(key)) {
      this.report(
        'unsupported',
        offset,
        `${quote(key)} in ${what} is known to Tailscale, but not supported by this version`,
      )
      return
    }
    const renamed = keys.renamed !== undefined && Object.hasOwn(keys.renamed, key) ? keys.renamed[key] : undefined
    const suggest = (): string | undefined => renamed ?? nearestName(key, [...keys.known, ...keys.unsupported])
    this.report('unknown-key', offset, `unknown key ${quote(key)} in ${what}`, suggest)
  }
}

function kindWords(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return 'an object'
    case 'array':
      return 'a list'
    case 'null':
      return 'null'
    case 'string':
    case 'number':
    case 'boolean':
      return `a ${node.kind}`
    default:
      return node satisfies never
  }
}
