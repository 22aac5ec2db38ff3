import type { DiagnosticCode, DiagnosticList } from './diagnostic.ts'
import type { JsonEntry, JsonNode, JsonString } from './hujson.ts'
import { nearestName } from './nearest-name.ts'
import type { Position } from './position.ts'
import { quote } from './quote.ts'

/** Keys of one kind of object. */
export interface KeySet {
  readonly known: readonly string[]
  /** Keys of older versions of the language that still work, and what they are called now. */
  readonly older?: Readonly<Record<string, string>>
  /** Keys whose `null` is no absence: whether they are there at all has a meaning of its own. */
  readonly neverNull?: readonly string[]
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
    this.#problems.add(code, offset, message, suggest === undefined ? undefined : this.#suggestion(suggest))
  }

  #suggestion(suggest: () => string | undefined): string | undefined {
    return this.#suggested++ < SUGGESTIONS_MAX ? suggest() : undefined
  }

  /** Whether enough problems have been told: costly checks for more of them may be left out. */
  get full(): boolean {
    return this.#problems.full
  }

  warn(code: DiagnosticCode, offset: number, message: string): void {
    this.#warnings.add(code, offset, message)
  }

  /** Entries of an object with free keys; none, and a report, where it is something else. */
  entries(node: JsonNode | undefined, what: string): readonly JsonEntry[] {
    if (node === undefined) return []
    if (node.kind === 'object') return node.entries
    this.report('wrong-type', node.offset, `${what} is an object, not ${kindWords(node)}`)
    return []
  }

  /**
   * Known keys of an object, by their present names; the others are reported. As in Go, whose reader Tailscale uses, upper
   * and lower case are the same in them and `null` is the same as nothing.
   */
  fields(node: JsonNode, what: string, keys: KeySet): ReadonlyMap<string, JsonNode> {
    const fields = new Map<string, JsonNode>()
    const seen = new Set<string>()
    for (const { key, keyOffset, value } of this.entries(node, what)) {
      const name = knownKey(key, keys)
      if (name === undefined) {
        const suggestion = this.#suggestion(() => nearestName(key, keys.known))
        this.#problems.addUnknownKey(keyOffset, key, `unknown key ${quote(key)} in ${what}`, suggestion)
      } else if (seen.has(name)) {
        this.report('duplicate-key', keyOffset, `key ${quote(key)} in ${what} repeats "${name}"`)
      } else {
        seen.add(name)
        if (value.kind !== 'null' || keys.neverNull?.includes(name) === true) fields.set(name, value)
      }
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

  /** Entries of a list of strings, without the space around them that Tailscale does not mind. */
  strings(node: JsonNode | undefined, what: string): readonly JsonString[] {
    const strings: JsonString[] = []
    for (const item of this.items(node, what)) {
      if (this.#isString(item, `an entry of ${what}`)) strings.push(trimmed(item))
    }
    return strings
  }

  string(node: JsonNode | undefined, what: string): JsonString | undefined {
    return node !== undefined && this.#isString(node, what) ? trimmed(node) : undefined
  }

  boolean(node: JsonNode | undefined, what: string): boolean | undefined {
    if (node === undefined) return undefined
    if (node.kind === 'boolean') return node.value
    this.report('wrong-type', node.offset, `${what} is true or false, not ${kindWords(node)}`)
    return undefined
  }

  #isString(node: JsonNode, what: string): node is JsonString {
    if (node.kind === 'string') return true
    this.report('wrong-type', node.offset, `${what} is a string, not ${kindWords(node)}`)
    return false
  }
}

function knownKey(key: string, keys: KeySet): string | undefined {
  if (keys.known.includes(key)) return key
  // ASCII alone folds: other alphabets have letters that would fold into it.
  const folded = key.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  const name = keys.known.find((known) => known.toLowerCase() === folded)
  if (name !== undefined) return name
  return keys.older !== undefined && Object.hasOwn(keys.older, folded) ? keys.older[folded] : undefined
}

/** The same string, without spaces around its value. */
function trimmed(node: JsonString): JsonString {
  const value = node.value.replace(/^[ \t]+/, '')
  let end = value.length
  while (end > 0 && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--
  return value.length === node.value.length && end === value.length ? node : { ...node, value: value.slice(0, end) }
}

export function kindWords(node: JsonNode): string {
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
