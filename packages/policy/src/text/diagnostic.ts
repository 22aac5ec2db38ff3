import type { Position } from './position.ts'
import { quote } from './quote.ts'

/** Everything that can be wrong with a policy text; stable, documented in `docs/errors.md`. */
export const DIAGNOSTIC_CODES = [
  'too-large',
  'too-deep',
  'too-many-values',
  'too-many-problems',
  'too-complex',
  'syntax',
  'duplicate-key',
  'unknown-key',
  'wrong-type',
  'missing-key',
  'bad-name',
  'bad-action',
  'bad-selector',
  'bad-address',
  'bad-port',
  'bad-protocol',
  'bad-duration',
  'bad-condition',
  'bad-value',
  'unknown-name',
  'recursive-group',
  'recursive-ipset',
  'no-effect',
] as const
export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number]

/** One thing that is wrong, or (in `Policy.warnings`) that does nothing, at one place of the text. */
export interface Diagnostic extends Position {
  readonly code: DiagnosticCode
  /** One line, safe to print: names from the text are quoted and escaped. */
  readonly message: string
  /** What was probably meant: text to put in place of the offending name or value. */
  readonly suggestion?: string
}

/** `policy.hujson:12:5: message` with the suggestion in words. */
export function formatDiagnostic(diagnostic: Diagnostic, file = 'policy'): string {
  const hint = diagnostic.suggestion === undefined ? '' : ` (did you mean ${JSON.stringify(diagnostic.suggestion)}?)`
  return `${file}:${diagnostic.line}:${diagnostic.column}: ${diagnostic.message}${hint}`
}

/** Problems told of one text: the first ones help, the thousandth does not. */
export const DIAGNOSTICS_MAX = 100

/** Gathers diagnostics up to the bound; what comes after is counted in one last line. */
export class DiagnosticList {
  readonly #locate: (offset: number) => Position
  readonly #items: Diagnostic[] = []
  #dropped = 0
  #unknownKey: { readonly offset: number; readonly key: string } | undefined

  constructor(locate: (offset: number) => Position) {
    this.#locate = locate
  }

  get full(): boolean {
    return this.#items.length >= DIAGNOSTICS_MAX
  }

  add(code: DiagnosticCode, offset: number, message: string, suggestion?: string): void {
    if (this.full) {
      this.#dropped++
      return
    }
    const place = this.#locate(offset)
    this.#items.push({ code, message, ...place, ...(suggestion === undefined ? {} : { suggestion }) })
  }

  /** A key that the language does not have. */
  addUnknownKey(offset: number, key: string, message: string, suggestion?: string): void {
    if (this.#unknownKey === undefined || offset < this.#unknownKey.offset) this.#unknownKey = { offset, key }
    this.add('unknown-key', offset, message, suggestion)
  }

  /**
   * The one message that Tailscale's control plane would answer with: it decodes the whole text, where the first unknown key
   * is a fault of its own in the words of Go, then reads section by section, definitions first, and stops at a fault. Of
   * groups within groups it names the last.
   */
  refusal(): string {
    if (this.#unknownKey !== undefined) return `json: unknown field ${quote(this.#unknownKey.key)}`
    const [first] = this.#items
    const nested = this.#items.findLast(({ code }) => code === 'recursive-group')
    return (first?.code === 'recursive-group' ? nested : first)?.message ?? ''
  }

  /** In the order of the text. */
  list(): readonly Diagnostic[] {
    const sorted = this.#items.toSorted((a, b) => a.offset - b.offset)
    if (this.#dropped === 0) return sorted
    const last = sorted.at(-1) ?? { offset: 0, line: 1, column: 1 }
    const { offset, line, column } = last
    return [
      ...sorted,
      { code: 'too-many-problems', message: `and ${this.#dropped} more problems`, offset, line, column },
    ]
  }
}
