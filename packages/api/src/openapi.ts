import { z } from 'zod'
import { errorBody } from './api-error.ts'
import { API_ERRORS } from './error-codes.ts'
import { pathParameters, type Route } from './route.ts'
import { routes } from './routes.ts'

/** A JSON Schema of draft 2020-12, which is what OpenAPI 3.1 has. */
type JsonSchema = Readonly<Record<string, unknown>>

const NDJSON = 'application/x-ndjson'

/** The route table as an OpenAPI 3.1 document: one operation for each row, named as the row. */
export function openApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, row] of Object.entries(routes)) {
    const path = row.path.replaceAll(/:([a-z_]+)/g, '{$1}')
    const operations = (paths[path] ??= {})
    operations[row.method.toLowerCase()] = operation(name, row)
  }
  const tags = [...new Set(Object.keys(routes).map(nounOf))].sort().map((name) => ({ name }))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version,
      description:
        'Operations of the gateway. Who may call one stands in its `x-callers`; failures have one form, whose codes are listed in `x-error-codes` and explained in docs/errors.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags,
    paths,
    components: {
      schemas: { Error: schemaOf(errorBody, 'output') },
      responses: {
        Error: {
          description: 'It failed.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-sallyport' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
    'x-error-codes': Object.fromEntries(
      Object.entries(API_ERRORS).map(([name, { code, status }]) => [code, { name, status }]),
    ),
  }
}

function operation(name: string, row: Route): Record<string, unknown> {
  const input = schemaOf(row.input, 'input')
  const fields = Object.entries((input['properties'] ?? {}) as Record<string, JsonSchema>)
  const required = new Set((input['required'] ?? []) as readonly string[])
  const inPath = pathParameters(row.path)
  const rest = fields.filter(([field]) => !inPath.includes(field))
  const parameters = [
    ...inPath.map((field) => ({
      name: field,
      in: 'path',
      required: true,
      schema: fields.find(([each]) => each === field)?.[1] ?? {},
    })),
    ...(row.method === 'GET'
      ? rest.map(([field, schema]) => ({ name: field, in: 'query', required: required.has(field), schema }))
      : []),
  ]
  const body: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(rest),
    required: rest.map(([field]) => field).filter((field) => required.has(field)),
    additionalProperties: false,
  }
  return {
    operationId: name,
    tags: [nounOf(name)],
    summary: row.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(row.method === 'GET'
      ? {}
      : { requestBody: { required: required.size > 0, content: { 'application/json': { schema: body } } } }),
    responses: {
      200: { description: row.stream ? 'One value a line.' : 'It is done.', content: contentOf(row) },
      default: { $ref: '#/components/responses/Error' },
    },
    security: row.callers === 'anyone' ? [] : [{ session: [] }, { bearer: [] }],
    'x-callers': row.callers,
  }
}

function contentOf({ media, stream, output }: Route): Record<string, unknown> {
  if (media !== undefined) return { [media]: {} }
  return { [stream ? NDJSON : 'application/json']: { schema: schemaOf(output, 'output') } }
}

/** What has no form in JSON Schema (a check by code) is left open; the gateway still checks it. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })
  return rest
}

function nounOf(name: string): string {
  return name.slice(0, name.indexOf('.'))
}
