import { z } from 'zod'
import { pathParameters, type Route } from './route.ts'

/** A route's input as it travels: parameters in the path, the rest in the query (GET) or in a JSON body. */
export interface EncodedInput {
  /** Path with its query. */
  readonly path: string
  readonly body: string | undefined
}

/** Client side: fills the path and spreads the rest. Values of a GET are texts, numbers, booleans, and lists of them. */
export function encodeInput(route: Route, input: Readonly<Record<string, unknown>>): EncodedInput {
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined))
  const path = route.path
    .split('/')
    .map((segment) => {
      if (!segment.startsWith(':')) return segment
      const name = segment.slice(1)
      const value = rest.get(name)
      rest.delete(name)
      return encodeURIComponent(String(value))
    })
    .join('/')
  if (route.method !== 'GET') return { path, body: JSON.stringify(Object.fromEntries(rest)) }
  const query = new URLSearchParams(
    [...rest].flatMap(([name, value]) => several(value).map((one) => [name, String(one)])),
  )
  return { path: query.size === 0 ? path : `${path}?${query.toString()}`, body: undefined }
}

/**
 * Server side: puts the parts together again and checks them. A query or path text becomes a number or a boolean only
 * where the schema has one; a query field that comes again is a list, which a schema has to know. Unknown fields, and body
 * fields that name a path parameter, are refused.
 */
export function decodeInput<R extends Route>(
  route: R,
  parameters: Readonly<Record<string, string>>,
  query: URLSearchParams,
  body: unknown,
): z.ZodSafeParseResult<z.output<R['input']>> {
  const raw = Object.create(null) as Record<string, unknown>
  if (route.method === 'GET') {
    const values = new Map<string, unknown[]>()
    for (const [name, value] of query) {
      const read = fromText(route, name, value)
      const before = values.get(name)
      if (before === undefined) values.set(name, [read])
      else before.push(read)
    }
    // A second value is never dropped: one reader would take the first and another the last.
    for (const [name, [first, ...more]] of values) raw[name] = more.length === 0 ? first : [first, ...more]
  } else if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    Object.assign(raw, body)
  } else if (body !== undefined) {
    raw['body'] = body
  }
  for (const name of pathParameters(route.path)) {
    const value = parameters[name]
    raw[name] = name in raw ? [raw[name], value] : value === undefined ? undefined : fromText(route, name, value)
  }
  return route.input.safeParse({ ...raw }) as z.ZodSafeParseResult<z.output<R['input']>>
}

function fromText(route: Route, name: string, text: string): unknown {
  const field = Object.hasOwn(route.input.shape, name) ? bare(route.input.shape[name] as z.ZodType) : undefined
  if (field instanceof z.ZodNumber) return /^-?\d{1,16}(\.\d{1,16})?$/.test(text) ? Number(text) : text
  if (field instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text
  return text
}

function several(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** The schema under `.optional()` and `.default()`. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return bare(schema.unwrap() as z.ZodType)
  return schema
}
