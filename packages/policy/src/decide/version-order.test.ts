import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compareVersions } from './version-order.ts'

const ascending: readonly (readonly [string, string])[] = [
  ['', '1'],
  ['1.9', '1.40'],
  ['1.40', '1.40.1'],
  ['1.40.9', '1.42.2'],
  ['13.3.9', '13.4.0'],
  ['1.62.0-alpha', '1.62.0-beta'],
  ['1.62.0', '1.62.0-t123'],
  ['9', '10'],
  ['99999999999999999999999', '100000000000000000000000'],
  ['10.0.19045.1', '10.0.22621'],
]
for (const [less, greater] of ascending) {
  test(`version "${less}" is before "${greater}"`, () => {
    assert.ok(compareVersions(less, greater) < 0)
    assert.ok(compareVersions(greater, less) > 0)
  })
}

test('leading zeros of a number do not count', () => assert.equal(compareVersions('13.04', '13.4'), 0))

test('versions are in one order, whichever two are compared', () => {
  const version = fc.string({ unit: fc.constantFrom('0', '1', '2', '9', '.', '-', 'a'), maxLength: 8 })
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(compareVersions(a, a), 0)
      assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0)
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) assert.ok(compareVersions(a, c) <= 0)
    }),
    { numRuns: 1000 },
  )
})
