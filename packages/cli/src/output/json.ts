import { CommandError } from '../command-error.ts'

/** What `--json` asked for: all fields, or these. */
export type JsonFields = 'all' | readonly string[]

/** A value as one JSON text, reduced to the fields asked for; a list is reduced row by row. */
export function renderJson(value: unknown, fields: JsonFields): string {
  return `${JSON.stringify(reduce(value, fields), null, 2)}\n`
}

/** One line of newline-delimited JSON. */
export function renderJsonLine(value: unknown, fields: JsonFields): string {
  return `${JSON.stringify(reduce(value, fields))}\n`
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
