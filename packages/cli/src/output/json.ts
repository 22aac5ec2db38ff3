import { CommandError } from '../command-error.ts'
import { printableLines } from './escape.ts'

/** What `--json` asked for: all fields, or these. */
export type JsonFields = 'all' | readonly string[]

/** A value as one JSON text, reduced to the fields asked for; a list is reduced row by row. */
export function renderJson(value: unknown, fields: JsonFields): string {
  return `${encode(reduce(value, fields), 2)}\n`
}

/** One line of newline-delimited JSON. */
export function renderJsonLine(value: unknown, fields: JsonFields = 'all'): string {
  return `${encode(reduce(value, fields))}\n`
}

/** JSON leaves C1 controls and bidirectional marks as they are; inside its strings, where alone they can stand, `\u` says the same. */
function encode(value: unknown, indent?: number): string {
  return printableLines(JSON.stringify(value, null, indent))
}

function reduce(value: unknown, fields: JsonFields): unknown {
  if (fields === 'all') return value
  if (Array.isArray(value)) return value.map((row) => reduce(row, fields))
  if (typeof value !== 'object' || value === null) return value
  const record = value as Record<string, unknown>
  return Object.fromEntries(
    fields.map((field) => {
      if (!Object.hasOwn(record, field)) {
        throw new CommandError('usage.unknown-field', `there is no field “${field}” here`, {
          fix: `choose of ${Object.keys(record).join(',')}`,
        })
      }
      return [field, record[field]]
    }),
  )
}
