import type { JsonValue } from '../language/policy.ts'

/** Longest value that is written on one line, in code units. */
const LINE_MAX = 100

export interface JsonLayout {
  /** What stands before the line on which the value starts. */
  readonly indent: string
  /** One further level. */
  readonly unit: string
  readonly lineEnd: string
}

/** A value as people write it in a policy: on one line where it fits, `{ "src": ["a"], "dst": ["b"] }`, else on several. */
export function printJson(value: JsonValue, layout: JsonLayout): string {
  const line = onOneLine(value)
  if (line.length <= LINE_MAX || typeof value !== 'object' || value === null) return line
  const inner = { ...layout, indent: layout.indent + layout.unit }
  const parts = isList(value)
    ? value.map((item) => printJson(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${printJson(item, inner)}`)
  const [open, close] = isList(value) ? ['[', ']'] : ['{', '}']
  const lines = parts.map((part) => `${inner.indent}${part},`)
  return [open, ...lines, `${layout.indent}${close}`].join(layout.lineEnd)
}

function onOneLine(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isList(value)) return `[${value.map(onOneLine).join(', ')}]`
  const entries = Object.entries(value)
  if (entries.length === 0) return '{}'
  return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`).join(', ')} }`
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
