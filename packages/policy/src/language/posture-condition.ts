import { quote } from '../text/quote.ts'
import type { PostureOperator } from './policy.ts'
import type { Parsed } from './service.ts'

export interface ConditionParts {
  readonly attribute: string
  readonly operator: PostureOperator
  readonly values: readonly (string | number | boolean)[]
}

/** Longest condition, in code units. */
const CONDITION_MAX = 4096
const ATTRIBUTE = /^[a-z][a-z0-9]*:[a-z0-9_.-]+$/i
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?$/
/** Longest first, so that `<=` is not read as `<`. */
const SYMBOLS: readonly PostureOperator[] = ['==', '!=', '<=', '>=', '<', '>']

/**
 * Reads one condition of a posture: `node:os == 'macos'`, `node:osVersion >= '13.4'`, `custom:tier IN ['a', 'b']`,
 * `custom:seen IS SET`. Texts stand in single or double quotes; numbers, `true` and `false` stand bare.
 */
export function parsePostureCondition(text: string): Parsed<ConditionParts> {
  if (text.length > CONDITION_MAX) return fault(`a condition has at most ${CONDITION_MAX} characters`)
  const words = new Words(text)
  const attribute = words.bare()
  if (!ATTRIBUTE.test(attribute)) {
    return fault(`${quote(attribute)} is no attribute; they are named like "node:os" or "custom:tier"`)
  }
  const operator = readOperator(words)
  if (operator === undefined) {
    return fault('after the attribute comes ==, !=, <, <=, >, >=, IN, NOT IN, IS SET or NOT SET')
  }
  const values = readValues(operator, words)
  if (!values.ok) return values
  if (!words.atEnd()) return fault('there is more after the end of the condition')
  return { ok: true, value: { attribute, operator, values: values.value } }
}

function readOperator(words: Words): PostureOperator | undefined {
  const symbol = words.take(SYMBOLS)
  if (symbol !== undefined) return symbol
  const first = words.bare().toUpperCase()
  if (first === 'IN') return 'IN'
  const second = words.bare().toUpperCase()
  if (first === 'IS' && second === 'SET') return 'IS SET'
  if (first === 'NOT' && (second === 'IN' || second === 'SET')) return `NOT ${second}`
  return undefined
}

function readValues(operator: PostureOperator, words: Words): Parsed<ConditionParts['values']> {
  if (operator === 'IS SET' || operator === 'NOT SET') return { ok: true, value: [] }
  if (operator !== 'IN' && operator !== 'NOT IN') {
    const value = words.value()
    return value === undefined ? fault(VALUE_FORM) : { ok: true, value: [value] }
  }
  if (words.take(['[']) === undefined) return fault(`after ${operator} comes a list: ['a', 'b']`)
  const values: (string | number | boolean)[] = []
  while (words.take([']']) === undefined) {
    const value = words.value()
    if (value === undefined) return fault(VALUE_FORM)
    values.push(value)
    if (words.take([',']) === undefined && !words.startsWith(']'))
      return fault('entries of a list are set apart by commas')
  }
  if (values.length === 0) return fault('the list is empty')
  return { ok: true, value: values }
}

const VALUE_FORM = "a value is a text in quotes ('macos'), a number, true or false"

/** Walks over a condition; every step takes what it reads, and space before it. */
class Words {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  atEnd(): boolean {
    this.#skipSpace()
    return this.#at >= this.#text.length
  }

  startsWith(mark: string): boolean {
    this.#skipSpace()
    return this.#text.startsWith(mark, this.#at)
  }

  take<T extends string>(marks: readonly T[]): T | undefined {
    const mark = marks.find((candidate) => this.startsWith(candidate))
    if (mark !== undefined) this.#at += mark.length
    return mark
  }

  /** Letters, digits and what else stands in names and numbers; empty where something else comes. */
  bare(): string {
    this.#skipSpace()
    const start = this.#at
    while (/[A-Za-z0-9:._-]/.test(this.#text.charAt(this.#at))) this.#at++
    return this.#text.slice(start, this.#at)
  }

  value(): string | number | boolean | undefined {
    this.#skipSpace()
    const mark = this.#text.charAt(this.#at)
    if (mark === "'" || mark === '"') {
      const end = this.#text.indexOf(mark, this.#at + 1)
      if (end < 0) return undefined
      const value = this.#text.slice(this.#at + 1, end)
      this.#at = end + 1
      return value
    }
    const word = this.bare()
    if (word === 'true' || word === 'false') return word === 'true'
    return NUMBER.test(word) ? Number(word) : undefined
  }

  #skipSpace(): void {
    while (this.#text.charAt(this.#at) === ' ' || this.#text.charAt(this.#at) === '\t') this.#at++
  }
}

function fault(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message }
}
