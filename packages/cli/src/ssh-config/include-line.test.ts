import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { withInclude, withoutInclude } from './include-line.ts'

const OURS = 'sallyport.conf'

test('the line comes first, once, with the line ends of the file', () => {
  const table: [name: string, before: string, after: string][] = [
    ['an empty file', '', 'Include sallyport.conf\n'],
    ['without a last line end', 'Host a', 'Include sallyport.conf\nHost a'],
    ['line ends of Windows', 'Host a\r\n', 'Include sallyport.conf\r\nHost a\r\n'],
    [
      'inside a Host block it would count for that host alone',
      'Host a\nInclude sallyport.conf\n',
      'Include sallyport.conf\nHost a\n',
    ],
    ['twice', 'Include sallyport.conf\n# x\ninclude "sallyport.conf"\n', 'Include sallyport.conf\n# x\n'],
  ]
  for (const [name, before, after] of table) {
    assert.equal(withInclude(before, OURS), after, name)
    assert.equal(withInclude(after, OURS), after, `${name}, again`)
  }
})

test('a line that its owner put elsewhere before the first block stays where it is', () => {
  for (const config of [
    '# mine\n\tinclude=sallyport.conf  \nHost a\n',
    'ServerAliveInterval 5\nInclude ~/.ssh/sallyport.conf\n',
  ])
    assert.equal(withInclude(config, OURS), config)
})

test('lines that only look like ours are their owner’s', () => {
  const theirs =
    '#Include sallyport.conf\nInclude sallyport.conf.d\nIncludes sallyport.conf\nInclude other sallyport.conf\n'
  assert.equal(withoutInclude(theirs, OURS), theirs)
})

test('whatever the file: written and removed again it is byte for byte what it was', () => {
  const line = fc.constantFrom(
    'Host a',
    'Match all',
    '  User x',
    '',
    '\t',
    '# \xe9',
    'Include x',
    'Include sallyport.conf x',
    '\0',
  )
  const end = fc.constantFrom('\n', '\r\n')
  const config = fc
    .tuple(fc.array(fc.tuple(line, end)), fc.oneof(fc.constant(''), line))
    .map(([lines, last]) => lines.flat().join('') + last)
  fc.assert(
    fc.property(config, (before) => {
      const after = withInclude(before, OURS)
      assert.equal(withInclude(after, OURS), after)
      assert.ok(after.endsWith(before))
      assert.equal(withoutInclude(after, OURS), before)
    }),
  )
})
