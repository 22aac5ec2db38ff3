import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { DEPTH_MAX, type JsonNode, parseHujson, VALUES_MAX } from './hujson.ts'
import { jsonValue } from './json-value.ts'

function plain(node: JsonNode): unknown {
  if (node.kind === 'object') return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]))
  if (node.kind === 'array') return node.items.map(plain)
  return node.kind === 'string' ? node.value : node.kind
}

function problem(text: string): string {
  const result = parseHujson(text)
  assert.ok(!result.ok)
  return result.problems.map(({ code, offset, message }) => `${code}@${offset}: ${message}`).join('\n')
}

test('comments and trailing commas are no part of the value', () => {
  const result = parseHujson('// first\n{"a": [/* one */ "x",], /* b */ "c": {"d": 1,},\n} // end')
  assert.ok(result.ok)
  assert.deepEqual(plain(result.root), { a: ['x'], c: { d: 'number' } })
})

test('offsets are those of the text', () => {
  const result = parseHujson('{ /* é */ "a": "b" }')
  assert.ok(result.ok && result.root.kind === 'object')
  const [entry] = result.root.entries
  assert.deepEqual([entry?.keyOffset, entry?.value.offset], [10, 15])
})

const faults: readonly (readonly [string, string])[] = [
  ['', 'syntax@0: the file is empty; the least policy is {}'],
  ['  // only a comment\n', 'syntax@20: the file is empty; the least policy is {}'],
  ['{', 'syntax@1: expected a key in double quotes or "}", found the end of the file'],
  ['[1,,2]', 'syntax@3: expected a value, found ","'],
  ['[,]', 'syntax@1: expected a value, found ","'],
  ['{"a" 1}', 'syntax@5: expected ":" after key "a", found "1"'],
  ['{"a": 1 "b": 2}', 'syntax@8: expected "," or "}", found "b"'],
  ['{a: 1}', 'syntax@1: expected a key in double quotes or "}", found "a"'],
  ["{'a': 1}", 'syntax@1: expected a key in double quotes or "}", found "\'a\'"'],
  ['[01]', 'syntax@2: expected "," or "]", found "1"'],
  ['[1.]', 'syntax@1: number is incomplete'],
  ['[NaN]', 'syntax@1: expected a value, found "NaN"'],
  ['{} {}', 'syntax@3: "{" after the end of the policy'],
  ['{"a": "x\n"}', 'syntax@6: string does not end on its line'],
  ['["\\x"]', 'syntax@1: bad escape in a string'],
  ['["\\u12"]', 'syntax@1: bad \\u escape in a string'],
  ['["\u0007"]', 'syntax@1: control character in a string; write it as \\u00xx'],
  ['["\\ud800"]', 'syntax@1: half of a surrogate pair in a string'],
  ['{} /* no end', 'syntax@3: comment does not end'],
  ['\ufeff{}', 'syntax@0: the file starts with a byte order mark; save it as UTF-8 without one'],
  ['{\u00a0}', 'syntax@1: expected a key in double quotes or "}", found the character U+00A0'],
  ['[\u202e]', 'syntax@1: expected a value, found the character U+202E'],
  ['{"a": 1, "a": 2}', 'duplicate-key@9: key "a" appears twice in the same object'],
  ['{"a": 1, "\\u0061": 2}', 'duplicate-key@9: key "a" appears twice in the same object'],
  ['{"__proto__": 1, "__proto__": 2}', 'duplicate-key@17: key "__proto__" appears twice in the same object'],
]
for (const [text, expected] of faults) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.equal(problem(text), expected))
}

test('10,000 levels of nesting are refused at the bound, not at the end of the stack', () => {
  const text = '['.repeat(10_000) + ']'.repeat(10_000)
  assert.equal(problem(text), `too-deep@${DEPTH_MAX}: nested deeper than ${DEPTH_MAX} levels`)
  assert.match(problem('{"a":'.repeat(10_000)), /^too-deep@/)
})

test('the deepest legal nesting is read', () => {
  assert.ok(parseHujson('['.repeat(DEPTH_MAX) + ']'.repeat(DEPTH_MAX)).ok)
})

test('more values than a policy can need are refused', () => {
  assert.match(problem(`[${'1,'.repeat(VALUES_MAX + 1)}]`), /^too-many-values@/)
})

test('reads every JSON text as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      const result = parseHujson(text)
      assert.ok(result.ok)
      assert.deepEqual(jsonValue(result.root), JSON.parse(text))
      assert.deepEqual([result.root.offset, result.root.end], [0, text.length])
    }),
    { numRuns: 500 },
  )
})

test('a number that no reader could hold is refused, and minus zero is zero', () => {
  assert.equal(problem('[1e999]'), 'syntax@1: number is too large')
  const zero = parseHujson('-0')
  assert.ok(zero.ok && Object.is(jsonValue(zero.root), 0))
})

test('never throws, whatever the text', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '//',
    '/*',
    '*/',
    '\n',
    'a',
    '\\',
    '1',
    '-',
    'true',
    '\u2028',
    '\ud800',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => void parseHujson(parts.join(''))),
    { numRuns: 5000 },
  )
})
