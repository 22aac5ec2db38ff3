import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as assertProperty, dictionary, property, string } from 'fast-check'
import { printable, printableDeep, printableLines } from './escape.ts'
import { renderJson, renderJsonLine } from './json.ts'

test('fields are chosen row by row, in the order asked for', () => {
  const rows = [
    { id: 'a', name: 'x', size: 1 },
    { id: 'b', name: 'y', size: 2 },
  ]
  assert.deepEqual(JSON.parse(renderJson(rows, ['name', 'id'])), [
    { name: 'x', id: 'a' },
    { name: 'y', id: 'b' },
  ])
})

test('an unknown field is refused, and those that are there are named', () => {
  assert.throws(() => renderJson({ id: 1, name: 2 }, ['nmae']), {
    reason: 'usage.unknown-field',
    fix: 'choose of id,name',
  })
})

test('a field that only the prototype has is no field', () => {
  assert.throws(() => renderJson({ id: 1 }, ['constructor']), { reason: 'usage.unknown-field' })
})

test('JSON reads back as the value it was made of, and holds nothing a terminal obeys', () => {
  const text = string({ unit: 'binary', maxLength: 40 })
  assertProperty(
    property(dictionary(text, array(text)), (value) => {
      const line = renderJsonLine(value)
      assert.deepEqual(JSON.parse(line), { ...value })
      assert.doesNotMatch(line.slice(0, -1), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    }),
  )
})

test('a printable text is one line, stays as it is when escaped again, and keeps all that is visible', () => {
  assertProperty(
    property(string({ unit: 'binary', maxLength: 60 }), (text) => {
      const once = printable(text)
      assert.doesNotMatch(once, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      assert.equal(printable(once), once)
    }),
  )
  assert.equal(printable('Žluťoučký kůň, 日本, 🚀'), 'Žluťoučký kůň, 日本, 🚀')
  assert.equal(printable('a\nb'), 'a\\u000ab')
  assert.equal(printableLines('a\n\tb\u001b'), 'a\n\tb\\u001b')
})

test('escaping reaches every text of a value, names of fields too, and leaves the rest', () => {
  assert.deepEqual(printableDeep({ 'a\u001b': ['\u0007', 1, null, true], b: { c: '\u202e' } }), {
    'a\\u001b': ['\\u0007', 1, null, true],
    b: { c: '\\u202e' },
  })
})
