import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokensOf } from './audit-query.ts'
import { readAuditSearch } from './audit-search.ts'
import { keepViews, readViews, USUAL_VIEWS, VIEWS_MAX, withView } from './saved-views.ts'

class Kept {
  readonly #values = new Map<string, string>()
  getItem(key: string): string | null {
    return this.#values.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.#values.set(key, value)
  }
}

const view = (name: string, search: Record<string, unknown>) => ({ name, search: readAuditSearch(search) })

test('views are kept for each person apart, without the event that was open', () => {
  const storage = new Kept()
  keepViews('mira', [view('Databases', { target: 'db-1', after: '7d', event: 7 })], storage)
  const [kept] = readViews('mira', storage)
  assert.equal(kept?.name, 'Databases')
  assert.deepEqual(
    tokensOf(kept?.search ?? readAuditSearch({})).map(({ field, value }) => `${field}:${value}`),
    ['target:db-1', 'after:7d'],
  )
  assert.equal(kept?.search.event, undefined)
  assert.deepEqual(readViews('tomas', storage), [])
})

test('what is no list of views is none, and there is a bound', () => {
  const storage = new Kept()
  for (const bad of ['{', '{"a":1}', 'null', '[null, 5, {"name": 3}, {"name": "x"}]']) {
    storage.setItem('sallyport.audit-views.mira', bad)
    assert.deepEqual(readViews('mira', storage), [], bad)
  }
  keepViews(
    'mira',
    Array.from({ length: VIEWS_MAX + 5 }, (_, index) => view(`v${index}`, {})),
    storage,
  )
  assert.equal(readViews('mira', storage).length, VIEWS_MAX)
})

test('a view takes the place of the one with its name', () => {
  const views = withView(withView([], view('B', { actor: 'a' })), view('A', {}))
  assert.deepEqual(
    withView(views, view('B', { actor: 'b' })).map(({ name, search }) => [name, search.actor]),
    [
      ['A', undefined],
      ['B', 'b'],
    ],
  )
})

test('the usual views are queries that filter', () => {
  for (const { name, search } of USUAL_VIEWS) assert.ok(tokensOf(search).length > 0, name)
})
