import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { peerText } from './peer-text.ts'

const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u

suite('peer text', () => {
  const cases = [
    { name: 'plain text stays', given: 'alice', expected: 'alice' },
    { name: 'letters of all languages stay', given: 'Jiří 日本 😀', expected: 'Jiří 日本 😀' },
    { name: 'ESC is written out', given: '\x1b[2J', expected: '\\u001b[2J' },
    { name: 'a line feed is written out', given: 'a\nb\r', expected: 'a\\u000ab\\u000d' },
    { name: 'C1 and DEL are written out', given: '\x9b31m\x7f', expected: '\\u009b31m\\u007f' },
    { name: 'line and paragraph separators are written out', given: '\u2028\u2029', expected: '\\u2028\\u2029' },
    { name: 'bidirectional overrides are written out', given: 'a\u202eb', expected: 'a\\u202eb' },
    { name: 'zero-width characters are written out', given: 'a\u200bb\ufeff', expected: 'a\\u200bb\\ufeff' },
    { name: 'a lone surrogate is written out', given: '\ud83d!', expected: '\\ud83d!' },
    { name: 'a tag character beyond the basic plane is written out', given: '\u{e0041}', expected: '\\udb40\\udc41' },
  ]
  for (const { name, given, expected } of cases) test(name, () => assert.equal(peerText(given, 256), expected))

  test('what does not fit is cut between characters, with a mark that counts the rest', () => {
    assert.equal(peerText('x'.repeat(1_000_000), 20), `${'x'.repeat(6)}…+999994`)
    assert.equal(peerText(`${'x'.repeat(10)}😀`.repeat(5), 30), `${'x'.repeat(10)}😀xx…+46`)
  })

  test('every text is harmless and fits its JSON string', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 20, max: 300 }),
        (text, maxBytes) => {
          const kept = peerText(text, maxBytes)
          assert.ok(!HARMFUL.test(kept))
          assert.ok(Buffer.byteLength(JSON.stringify(kept)) - 2 <= maxBytes)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('looking at a megabyte costs no more than looking at what is kept', () => {
    const megabyte = '\x1b'.repeat(1_000_000)
    const started = performance.now()
    for (let i = 0; i < 1000; i++) peerText(megabyte, 256)
    assert.ok(performance.now() - started < 2000)
  })
})
