import { OLDER_ACL_KEYS, OLDER_TEST_KEYS } from '../language/older-keys.ts'
import type { JsonValue } from '../language/policy.ts'
import { type JsonEntry, type JsonNode, parseHujson } from './hujson.ts'
import { type JsonLayout, printJson } from './print-json.ts'
import { quote } from './quote.ts'
import { lineStart, skipLineTrivia, skipSpace, skipTrivia } from './trivia.ts'

/** Keys of objects and indexes of lists, from the top: `['groups', 'group:dba', 0]`, `['acls', 3]`. */
export type EditPath = readonly (string | number)[]

export type PolicyEdit =
  /** Puts a value in place of the one at the path, or adds the key that the path ends with. */
  | { readonly kind: 'set'; readonly path: EditPath; readonly value: JsonValue }
  /** Adds a value at the end of the list at the path. */
  | { readonly kind: 'append'; readonly path: EditPath; readonly value: JsonValue }
  /** Takes a key or an entry of a list out. */
  | { readonly kind: 'remove'; readonly path: EditPath }

/** One place where the text changes. */
export interface TextChange {
  /** UTF-16 code units from the start of the old text. */
  readonly offset: number
  /** Code units taken out there. */
  readonly removed: number
  readonly inserted: string
}

export type EditResult =
  | { readonly ok: true; readonly text: string; readonly changes: readonly TextChange[] }
  | { readonly ok: false; readonly message: string }

/**
 * Makes one edit in a policy's text and leaves every other character as it is: comments, layout, trailing commas. Objects
 * and lists on the way that do not exist yet are made. Keys are found as the language reads them (`ACLs` for `acls`,
 * `users` for `src`). Comments go only with a value that they stand in. Whether the result is a policy is not looked at.
 */
export function editPolicyText(text: string, edit: PolicyEdit): EditResult {
  const tree = parseHujson(text)
  if (!tree.ok) return { ok: false, message: tree.problems[0]?.message ?? 'not HuJSON' }
  const editor = new Editor(text)
  const message =
    edit.kind === 'remove'
      ? editor.remove(tree.root, edit.path)
      : editor.put(tree.root, edit.path, edit.value, edit.kind)
  return message === undefined ? { ok: true, ...editor.result() } : { ok: false, message }
}

interface Container {
  readonly node: JsonNode & { readonly kind: 'object' | 'array' }
  /** Where each entry starts and ends; of an object's, the key is part. */
  readonly spans: readonly { readonly start: number; readonly end: number }[]
}

class Editor {
  readonly #text: string
  readonly #changes: TextChange[] = []
  readonly #lineEnd: string
  readonly #unit: string

  constructor(text: string) {
    this.#text = text
    this.#lineEnd = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
    this.#unit = /[\r\n]([ \t]+)[^\s]/.exec(text)?.[1] ?? '  '
  }

  result(): { readonly text: string; readonly changes: readonly TextChange[] } {
    const changes = this.#changes.toSorted((a, b) => a.offset - b.offset)
    let text = ''
    let at = 0
    for (const { offset, removed, inserted } of changes) {
      text += this.#text.slice(at, offset) + inserted
      at = offset + removed
    }
    return { text: text + this.#text.slice(at), changes }
  }

  /** What is wrong, or `undefined` where the change was noted. */
  put(root: JsonNode, path: EditPath, value: JsonValue, kind: 'set' | 'append'): string | undefined {
    let node = root
    for (const [depth, step] of path.entries()) {
      const next = child(node, path, depth)
      if (next === undefined) {
        const rest = path.slice(depth + 1)
        const missing = made(rest, kind === 'append' ? [value] : value)
        return missing === undefined ? nothingAt(path) : this.#add(node, step, missing, path.slice(0, depth + 1))
      }
      node = next
    }
    if (kind === 'append') {
      return node.kind === 'array' ? this.#add(node, node.items.length, value, path) : nothingAt(path)
    }
    this.#change(node.offset, node.end - node.offset, printJson(value, this.#layout(this.#indentAt(node.offset))))
    return undefined
  }

  remove(root: JsonNode, path: EditPath): string | undefined {
    const last = path.at(-1)
    if (last === undefined) return 'the whole policy cannot be removed'
    let node = root
    for (const depth of path.slice(0, -1).keys()) {
      const next = child(node, path, depth)
      if (next === undefined) return nothingAt(path)
      node = next
    }
    if (node.kind !== 'object' && node.kind !== 'array') return nothingAt(path)
    const index = node.kind === 'array' ? last : entryIndex(node.entries, path, path.length - 1)
    const container = spansOf(node)
    if (typeof index !== 'number' || container.spans[index] === undefined) return nothingAt(path)
    this.#take(container, index)
    return undefined
  }

  #add(node: JsonNode, step: string | number, value: JsonValue, path: EditPath): string | undefined {
    if (node.kind === 'object' ? typeof step !== 'string' : node.kind !== 'array' || step !== node.items.length) {
      return nothingAt(path)
    }
    const container = spansOf(node as Container['node'])
    const key = typeof step === 'string' && node.kind === 'object' ? `${JSON.stringify(step)}: ` : ''
    const last = container.spans.at(-1)
    if (last === undefined) this.#addFirst(container.node, key, value)
    else this.#addAfter(container, last, key, value)
    return undefined
  }

  /** Into an object or list that has no entries, though perhaps comments. */
  #addFirst(node: Container['node'], key: string, value: JsonValue): void {
    const close = node.end - 1
    const indent = this.#indentAt(node.offset)
    const inner = indent + this.#unit
    const inside = this.#text.slice(node.offset + 1, close)
    const printed = `${key}${printJson(value, this.#layout(inner))}`
    if (/[\r\n]/.test(inside)) {
      // Before the line of the closing bracket, after whatever comments there are.
      const start = lineStart(this.#text, close)
      const onOwnLine = skipSpace(this.#text, start, false) === close
      if (onOwnLine) this.#change(start, 0, `${inner}${printed},${this.#lineEnd}`)
      else this.#change(close, 0, `${this.#lineEnd}${inner}${printed}${this.#lineEnd}${indent}`)
    } else if (inside.trim() === '' && (typeof value !== 'object' || value === null)) {
      this.#change(node.offset + 1, inside.length, node.kind === 'object' ? ` ${printed} ` : printed)
    } else {
      this.#change(close, 0, `${this.#lineEnd}${inner}${printed},${this.#lineEnd}${indent}`)
    }
  }

  #addAfter(container: Container, last: Container['spans'][number], key: string, value: JsonValue): void {
    const text = this.#text
    const comma = this.#commaAfter(last.end)
    const hasComma = comma !== undefined
    const indent = this.#indentAt(last.start)
    const ownLine = skipSpace(text, lineStart(text, last.start), false) === last.start
    const from = hasComma ? comma + 1 : last.end
    const at = skipLineTrivia(text, from)
    const afterLineComment = /[\r\n]/.test(text.charAt(skipSpace(text, at, false))) && at > from
    const printed = `${key}${printJson(value, this.#layout(indent))}${hasComma ? ',' : ''}`
    const before = ownLine || afterLineComment ? `${this.#lineEnd}${indent}` : ' '
    if (hasComma || at > last.end) {
      if (!hasComma) this.#change(last.end, 0, ',')
      this.#change(at, 0, `${before}${printed}`)
    } else this.#change(at, 0, `,${before}${printed}`)
  }

  #take({ node, spans }: Container, index: number): void {
    const text = this.#text
    const span = spans[index]
    if (span === undefined) return
    const comma = this.#commaAfter(span.end)
    const previous = spans[index - 1]
    // Without one of its own, the comma before it would become a trailing one.
    const other = comma === undefined && previous !== undefined ? this.#commaAfter(previous.end) : undefined
    const pieces = [{ start: span.start, end: span.end }]
    const separator = comma ?? other
    if (separator !== undefined) pieces.push({ start: separator, end: separator + 1 })
    const end = comma !== undefined && skipSpace(text, span.end, true) === comma ? comma + 1 : span.end
    const line = lineStart(text, span.start)
    const rest = skipSpace(text, end, false)
    const ownLines = line > node.offset && skipSpace(text, line, false) === span.start && isLineEnd(text, rest)
    if (ownLines) pieces.push({ start: line, end: lineStop(text, rest) })
    else if (comma === end - 1) pieces.push({ start: end, end: rest })
    else if (other !== undefined && skipSpace(text, other + 1, false) === span.start) {
      pieces.push({ start: other, end: span.start })
    }
    for (const { start, end: stop } of joined(pieces)) this.#change(start, stop - start, '')
  }

  /** The offset of the comma after an entry, where there is one. */
  #commaAfter(end: number): number | undefined {
    const at = skipTrivia(this.#text, end)
    return this.#text[at] === ',' ? at : undefined
  }

  #indentAt(offset: number): string {
    const start = lineStart(this.#text, offset)
    return this.#text.slice(start, skipSpace(this.#text, start, false))
  }

  #layout(indent: string): JsonLayout {
    return { indent, unit: this.#unit, lineEnd: this.#lineEnd }
  }

  #change(offset: number, removed: number, inserted: string): void {
    this.#changes.push({ offset, removed, inserted })
  }
}

function child(node: JsonNode, path: EditPath, depth: number): JsonNode | undefined {
  const step = path[depth]
  if (node.kind === 'array') return typeof step === 'number' ? node.items[step] : undefined
  if (node.kind !== 'object') return undefined
  const index = entryIndex(node.entries, path, depth)
  return index === undefined ? undefined : node.entries[index]?.value
}

/** Sections and the fields of their entries have keys of the language, which it reads by more than one spelling. */
function entryIndex(entries: readonly JsonEntry[], path: EditPath, depth: number): number | undefined {
  const step = path[depth]
  if (typeof step !== 'string') return undefined
  const exact = entries.findIndex(({ key }) => key === step)
  if (exact >= 0) return exact
  const isField = depth === 2 && typeof path[1] === 'number'
  if (depth > 0 && !isField && !(depth === 1 && path[0] === 'autoApprovers')) return undefined
  const olderKeys = Object.entries(path[0] === 'tests' ? OLDER_TEST_KEYS : path[0] === 'acls' ? OLDER_ACL_KEYS : {})
  const older = isField ? olderKeys.filter(([, present]) => present === step).map(([key]) => key) : []
  const spellings = new Set([step.toLowerCase(), ...older])
  const index = entries.findIndex(({ key }) => spellings.has(key.toLowerCase()))
  return index < 0 ? undefined : index
}

function spansOf(node: Container['node']): Container {
  const spans =
    node.kind === 'array'
      ? node.items.map(({ offset, end }) => ({ start: offset, end }))
      : node.entries.map(({ keyOffset, value }) => ({ start: keyOffset, end: value.end }))
  return { node, spans }
}

/** The value wrapped in what the rest of the path asks for. */
function made(path: EditPath, value: JsonValue): JsonValue | undefined {
  let wrapped = value
  for (const step of path.toReversed()) {
    if (typeof step === 'number' && step !== 0) return undefined
    wrapped = typeof step === 'number' ? [wrapped] : Object.fromEntries([[step, wrapped]])
  }
  return wrapped
}

function nothingAt(path: EditPath): string {
  const words = path.map((step) => (typeof step === 'number' ? `[${step}]` : `[${quote(step)}]`))
  return `there is nothing to edit at ${words.join('')}`
}

function isLineEnd(text: string, at: number): boolean {
  return at >= text.length || text[at] === '\n' || text[at] === '\r'
}

/** Just after the line end at `at`. */
function lineStop(text: string, at: number): number {
  if (text[at] === '\r' && text[at + 1] === '\n') return at + 2
  return Math.min(at + 1, text.length)
}

/** Sorted, overlaps made one. */
function joined(pieces: readonly { start: number; end: number }[]): readonly { start: number; end: number }[] {
  const result: { start: number; end: number }[] = []
  for (const piece of pieces.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last !== undefined && piece.start <= last.end) last.end = Math.max(last.end, piece.end)
    else result.push({ ...piece })
  }
  return result
}
