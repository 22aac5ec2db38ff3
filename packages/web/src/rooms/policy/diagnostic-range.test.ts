import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeAt } from './diagnostic-range.ts'

const line = { from: 100, text: '  "src": ["group:dba", nonsense],' }
const marked = (column: number) => {
  const { from, to } = rangeAt(line, column)
  return line.text.slice(from - line.from, to - line.from)
}

test('a mistake is marked from its quote to the one that closes it', () => {
  assert.equal(marked(3), '"src"')
  assert.equal(marked(11), '"group:dba"')
})

test('a bare word is marked as a whole, and a column beside the line not at all', () => {
  assert.equal(marked(24), 'nonsense')
  assert.equal(marked(900), '')
  assert.deepEqual(rangeAt({ from: 7, text: '' }, 1), { from: 7, to: 7 })
})

test('a quote that is escaped closes nothing', () =>
  assert.deepEqual(rangeAt({ from: 0, text: '"a\\"b"' }, 1), { from: 0, to: 6 }))
