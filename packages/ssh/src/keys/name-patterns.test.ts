import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { allowsPeer, matchesPattern, parseHostPatterns } from './name-patterns.ts'

test('a pattern matches what the same regular expression would', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
  fc.assert(
    fc.property(short, pattern, (name, text) => {
      const expression = text.replaceAll('.', '\\.').replaceAll('?', '.').replaceAll('*', '.*')
      assert.equal(matchesPattern(name, text), new RegExp(`^${expression}$`, 's').test(name))
    }),
    { numRuns: 5000 },
  )
})

test('lists with an empty or malformed entry are refused', () => {
  for (const text of ['', 'a,,b', 'a,', '!', 'a b', '10.0.0.1/8', 'x/24', 'a'.concat(',a'.repeat(1024))]) {
    assert.equal(parseHostPatterns(text), undefined, text.slice(0, 20))
  }
})

test('a name counts only where it was looked up, and an address matches as text too', () => {
  const patterns = parseHostPatterns('*.Example,192.0.2.*')
  assert.ok(patterns !== undefined)
  assert.equal(allowsPeer(patterns, { address: '203.0.113.1', name: 'A.EXAMPLE' }), true)
  assert.equal(allowsPeer(patterns, { address: '203.0.113.1' }), false)
  assert.equal(allowsPeer(patterns, { address: '192.0.2.5' }), true)
})
