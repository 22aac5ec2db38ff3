import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptsVariable, VARIABLE_NAME_MAX } from './accept-env.ts'

const cases: readonly (readonly [pattern: string, accepted: readonly string[], refused: readonly string[]])[] = [
  ['TERM', ['TERM'], ['TERMS', 'term', 'TER', '']],
  ['FOO_*', ['FOO_', 'FOO_A', 'FOO_A_B'], ['FOO', 'AFOO_B']],
  ['FOO_?', ['FOO_A'], ['FOO_', 'FOO_AB']],
  ['*', ['', 'A', 'LD_PRELOAD'], []],
  ['**', ['', 'A'], []],
  ['*X', ['X', 'AX', 'XX', 'XYX'], ['XA']],
  ['X*Y', ['XY', 'XAY', 'XYXY'], ['XYA']],
  ['*A*B', ['AB', 'XAYAB', 'ABB'], ['BA', 'AXBX']],
  ['?*?', ['AB', 'ABC'], ['A', '']],
]
for (const [pattern, accepted, refused] of cases) {
  test(`${pattern} accepts ${accepted.join(' ')} and not ${refused.join(' ')}`, () => {
    for (const name of accepted) assert.equal(acceptsVariable(['NEVER', pattern], name), true, name)
    for (const name of refused) assert.equal(acceptsVariable([pattern], name), false, name)
  })
}

test('without patterns nothing is accepted', () => assert.equal(acceptsVariable([], 'TERM'), false))

test('a hostile pattern and name take no time to speak of', () => {
  // The best of several: a machine may be busy once, but work takes its time every time.
  const times = Array.from({ length: 5 }, () => {
    const before = performance.now()
    assert.equal(acceptsVariable(['*a'.repeat(128)], `${'a'.repeat(VARIABLE_NAME_MAX - 1)}b`), false)
    return performance.now() - before
  })
  assert.ok(Math.min(...times) < 100, times.join(' '))
  assert.equal(acceptsVariable(['*'], 'a'.repeat(VARIABLE_NAME_MAX + 1)), false)
})
