import { createScanner } from 'jsonc-parser'
import type { DiagnosticCode } from './diagnostic.ts'
import { nameCharacter, quote } from './quote.ts'

/**
 * Reads HuJSON (JSON with comments and trailing commas) into a tree that keeps every offset. The tokens are those of
 * jsonc-parser's scanner; the tree is built here because the library's own recurses without a bound, lets repeated keys
 * pass, and recovers from mistakes, which a policy must not.
 */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull

interface Spot {
  /** UTF-16 code units from the start of the text. */
  readonly offset: number
  /** Just after its last character. */
  readonly end: number
}
export interface JsonObject extends Spot {
  readonly kind: 'object'
  readonly entries: readonly JsonEntry[]
}
export interface JsonEntry {
  readonly key: string
  readonly keyOffset: number
  readonly value: JsonNode
}
export interface JsonArray extends Spot {
  readonly kind: 'array'
  readonly items: readonly JsonNode[]
}
export interface JsonString extends Spot {
  readonly kind: 'string'
  readonly value: string
}
export interface JsonNumber extends Spot {
  readonly kind: 'number'
  /** As JavaScript reads it: a double, never infinite. */
  readonly value: number
}
export interface JsonBoolean extends Spot {
  readonly kind: 'boolean'
  readonly value: boolean
}
export interface JsonNull extends Spot {
  readonly kind: 'null'
}

export interface HujsonProblem {
  readonly code: DiagnosticCode
  readonly offset: number
  readonly message: string
}
export type HujsonResult =
  | { readonly ok: true; readonly root: JsonNode }
  | { readonly ok: false; readonly problems: readonly HujsonProblem[] }

/** Deepest nesting: the language itself needs five levels. */
export const DEPTH_MAX = 32
/** Most values in one text: bounds the tree to some 100 MB; a policy of 10,000 rules has about 100,000. */
export const VALUES_MAX = 1_000_000
/** Repeated keys told of at most; the caller bounds the rest. */
const DUPLICATES_MAX = 100

/** Token and error numbers of jsonc-parser, whose `const enum`s do not survive type stripping. */
const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  null: 7,
  true: 8,
  false: 9,
  string: 10,
  number: 11,
  lineComment: 12,
  trivia: 15,
  end: 17,
} as const
const SCAN_ERRORS: Readonly<Record<number, string>> = {
  1: 'comment does not end',
  2: 'string does not end on its line',
  3: 'number is incomplete',
  4: 'bad \\u escape in a string',
  5: 'bad escape in a string',
  6: 'control character in a string; write it as \\u00xx',
}

/** Space, tab, line feed, carriage return. */
const SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

/** The tree, or what is wrong: the first syntax error, with any repeated keys before it. */
export function parseHujson(text: string): HujsonResult {
  if (text.startsWith('\ufeff')) {
    const message = 'the file starts with a byte order mark; save it as UTF-8 without one'
    return { ok: false, problems: [{ code: 'syntax', offset: 0, message }] }
  }
  const reader = new HujsonReader(text)
  try {
    const root = reader.document()
    return reader.duplicates.length === 0 ? { ok: true, root } : { ok: false, problems: reader.duplicates }
  } catch (error) {
    if (!(error instanceof HujsonFault)) throw error
    return { ok: false, problems: [...reader.duplicates, error.problem] }
  }
}

/** Ends the reading at the first fault; never leaves this file. */
class HujsonFault extends Error {
  readonly problem: HujsonProblem

  constructor(problem: HujsonProblem) {
    super(problem.message)
    this.problem = problem
  }
}

/** INVARIANT: within `document`, `#token` is the next token not yet taken, never a comment or space. */
class HujsonReader {
  readonly duplicates: HujsonProblem[] = []
  readonly #text: string
  readonly #scanner: ReturnType<typeof createScanner>
  #token: number = TOKEN.end
  /** Just after the token that was taken last. */
  #end = 0
  #values = 0

  constructor(text: string) {
    this.#text = text
    this.#scanner = createScanner(text, false)
  }

  /** To be called once. */
  document(): JsonNode {
    this.#advance()
    if (this.#token === TOKEN.end) this.#fail('syntax', 'the file is empty; the least policy is {}')
    const root = this.#value(0)
    if (this.#token !== TOKEN.end) this.#fail('syntax', `${this.#describe()} after the end of the policy`)
    return root
  }

  #value(depth: number): JsonNode {
    const offset = this.#scanner.getTokenOffset()
    if (++this.#values > VALUES_MAX) this.#fail('too-many-values', `more than ${VALUES_MAX} values`)
    switch (this.#token) {
      case TOKEN.openBrace:
        return this.#object(offset, depth + 1)
      case TOKEN.openBracket:
        return this.#array(offset, depth + 1)
      case TOKEN.string:
        return { kind: 'string', offset, value: this.#string(), end: this.#end }
      case TOKEN.number:
        return { kind: 'number', offset, value: this.#number(), end: this.#end }
      case TOKEN.true:
        this.#advance()
        return { kind: 'boolean', offset, value: true, end: this.#end }
      case TOKEN.false:
        this.#advance()
        return { kind: 'boolean', offset, value: false, end: this.#end }
      case TOKEN.null:
        this.#advance()
        return { kind: 'null', offset, end: this.#end }
      default:
        return this.#fail('syntax', `expected a value, found ${this.#describe()}`)
    }
  }

  #object(offset: number, depth: number): JsonObject {
    this.#checkDepth(depth)
    this.#advance()
    const entries: JsonEntry[] = []
    const seen = new Set<string>()
    while (this.#token !== TOKEN.closeBrace) {
      const keyOffset = this.#scanner.getTokenOffset()
      if (this.#token !== TOKEN.string)
        this.#fail('syntax', `expected a key in double quotes or "}", found ${this.#describe()}`)
      const key = this.#string()
      if (seen.has(key)) this.#duplicate(key, keyOffset)
      seen.add(key)
      if (!this.#at(TOKEN.colon))
        this.#fail('syntax', `expected ":" after key ${quote(key)}, found ${this.#describe()}`)
      this.#advance()
      entries.push({ key, keyOffset, value: this.#value(depth) })
      this.#separator(TOKEN.closeBrace, '}')
    }
    this.#advance()
    return { kind: 'object', offset, entries, end: this.#end }
  }

  #array(offset: number, depth: number): JsonArray {
    this.#checkDepth(depth)
    this.#advance()
    const items: JsonNode[] = []
    while (this.#token !== TOKEN.closeBracket) {
      items.push(this.#value(depth))
      this.#separator(TOKEN.closeBracket, ']')
    }
    this.#advance()
    return { kind: 'array', offset, items, end: this.#end }
  }

  #separator(close: number, closeText: string): void {
    if (this.#token === TOKEN.comma) this.#advance()
    else if (this.#token !== close) this.#fail('syntax', `expected "," or "${closeText}", found ${this.#describe()}`)
  }

  #at(token: number): boolean {
    return this.#token === token
  }

  #string(): string {
    const value = this.#scanner.getTokenValue()
    if (!value.isWellFormed()) this.#fail('syntax', 'half of a surrogate pair in a string')
    this.#advance()
    return value
  }

  #number(): number {
    const value = Number(this.#scanner.getTokenValue())
    if (!Number.isFinite(value)) this.#fail('syntax', 'number is too large')
    this.#advance()
    // Minus zero is a difference that no reader of JSON should depend on.
    return value === 0 ? 0 : value
  }

  #checkDepth(depth: number): void {
    if (depth > DEPTH_MAX) this.#fail('too-deep', `nested deeper than ${DEPTH_MAX} levels`)
  }

  #duplicate(key: string, offset: number): void {
    if (this.duplicates.length >= DUPLICATES_MAX) return
    this.duplicates.push({
      code: 'duplicate-key',
      offset,
      message: `key ${quote(key)} appears twice in the same object`,
    })
  }

  #advance(): void {
    this.#end = this.#scanner.getTokenOffset() + this.#scanner.getTokenLength()
    do {
      this.#skipSpace()
      this.#token = this.#scanner.scan()
      const fault = SCAN_ERRORS[this.#scanner.getTokenError()]
      if (fault !== undefined) this.#fail('syntax', fault)
    } while (this.#token >= TOKEN.lineComment && this.#token <= TOKEN.trivia)
  }

  /** The scanner would copy every space into a token's value, which takes seconds for a file of nothing else. */
  #skipSpace(): void {
    const start = this.#scanner.getPosition()
    let at = start
    while (SPACE.has(this.#text.charCodeAt(at))) at++
    if (at > start) this.#scanner.setPosition(at)
  }

  #describe(): string {
    if (this.#token === TOKEN.end) return 'the end of the file'
    const char = String.fromCodePoint(this.#text.codePointAt(this.#scanner.getTokenOffset()) ?? 0)
    return /^[\x21-\x7e]$/.test(char) ? quote(this.#tokenText()) : `the character ${nameCharacter(char)}`
  }

  #tokenText(): string {
    const start = this.#scanner.getTokenOffset()
    const text = this.#text.slice(start, start + Math.min(this.#scanner.getTokenLength(), 40))
    return this.#token === TOKEN.string ? text.replaceAll('"', '') : text
  }

  #fail(code: DiagnosticCode, message: string): never {
    throw new HujsonFault({ code, offset: this.#scanner.getTokenOffset(), message })
  }
}
