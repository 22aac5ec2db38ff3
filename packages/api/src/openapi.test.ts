import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openApi } from './openapi.ts'
import { pathParameters, type Route } from './route.ts'
import { routes } from './routes.ts'

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: object
  }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties: object } }>>
  }
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly content?: object; readonly $ref?: string }>
  >
  readonly security: readonly object[]
}
const document = openApi('1.2.3') as {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: object
}
const table: [string, Route][] = Object.entries(routes)

test('it is JSON, says its version, and has every route once under its own method and path, and nothing else', () => {
  assert.match(document.openapi, /^3\.1\.\d+$/)
  assert.equal(document.info.version, '1.2.3')
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document)
  for (const [name, { method, path }] of table) {
    const place = path.replaceAll(/:([a-z_]+)/g, '{$1}')
    assert.equal(document.paths[place]?.[method.toLowerCase()]?.operationId, name)
  }
  const operations = Object.values(document.paths).flatMap((each) => Object.values(each))
  assert.equal(operations.length, table.length)
})

test('parameters of paths are declared and required, and each field of the input stands in one place', () => {
  for (const [name, { method, path, input }] of table) {
    const place = path.replaceAll(/:([a-z_]+)/g, '{$1}')
    const found = document.paths[place]?.[method.toLowerCase()]
    const inPath = (found?.parameters ?? []).filter((each) => each.in === 'path')
    assert.deepEqual(
      inPath.map((each) => each.name),
      pathParameters(path),
      name,
    )
    assert.ok(
      inPath.every(({ required, schema }) => required && Object.keys(schema).length > 0),
      name,
    )
    const inQuery = (found?.parameters ?? []).filter((each) => each.in === 'query').map((each) => each.name)
    const inBody = Object.keys(found?.requestBody?.content['application/json']?.schema.properties ?? {})
    const fields = [...inPath.map((each) => each.name), ...inQuery, ...inBody]
    assert.deepEqual(fields.toSorted(), Object.keys(input.shape).toSorted(), name)
    assert.ok(method === 'GET' ? found?.requestBody === undefined : inQuery.length === 0, name)
  }
})

test('every operation answers with something, fails in the one form, and says whether it takes signing in', () => {
  for (const [name, { method, path, callers }] of table) {
    const found = document.paths[path.replaceAll(/:([a-z_]+)/g, '{$1}')]?.[method.toLowerCase()]
    assert.equal(Object.keys(found?.responses['200']?.content ?? {}).length, 1, name)
    assert.equal(found?.responses['default']?.$ref, '#/components/responses/Error', name)
    assert.equal(found?.security.length === 0, callers === 'anyone', name)
  }
})

test('every reference leads to something', () => {
  for (const [, target = ''] of JSON.stringify(document).matchAll(/"\$ref":"(#[^"]*)"/g)) {
    const segments = target.slice(2).split('/')
    const found = segments.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
    assert.ok(found !== undefined, target)
  }
})
