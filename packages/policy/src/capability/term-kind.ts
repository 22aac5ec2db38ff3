import type { JsonNode } from '../text/hujson.ts'
import type { NodeReader } from '../text/node-reader.ts'

/** One kind of value that a key of a capability may have: how it is read, combined and shown. */
export interface TermKind<T> {
  /** What may be written, for the reference page; Markdown. */
  readonly values: string
  /** Which of several holds, for the reference page. */
  readonly strictest: string
  /** The value of a node; `undefined` where that is none, which has been reported then. */
  read(node: JsonNode, what: string, reader: NodeReader): T | undefined
  /** What holds where both hold. Associative, commutative, idempotent; never wider than either. */
  meet(a: T, b: T): T
  /** As people read it, on one line. */
  text(value: T): string
}

/** One key of a capability. */
export interface TermField<T> {
  readonly kind: TermKind<T>
  /** For the reference page; Markdown, one line. */
  readonly means: string
}

export type TermSchema = Readonly<Record<string, TermField<unknown>>>

/** The values of a schema's keys; a key that is missing demands nothing. */
export type TermsOf<S extends TermSchema> = {
  readonly [K in keyof S]?: S[K] extends TermField<infer T> ? T : never
}

export function term<T>(kind: TermKind<T>, means: string): TermField<T> {
  return { kind, means }
}
