import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { escapeHtml, goOnPage } from '../http/page-text.ts'
import { nextPage } from './next-page.ts'

test('a page of ours stays as it is, with its query and fragment', () => {
  for (const path of ['/', '/targets', '/device?code=ABCD-EFGH', '/policy#line-4', '/users/alice@example.com'])
    assert.equal(nextPage(path), path)
})

test('V-E06 everything else is the first page: other origins in every spelling, our own endpoints, nothing at all', () => {
  const foreign = [
    undefined,
    '',
    'targets',
    'javascript:alert(1)',
    'https://evil.example/',
    'https:evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    '/a b',
    '/\u2028x',
    '/auth/oidc/work/start',
    '/AUTH/x',
    '/v1/status',
    `/${'x'.repeat(3000)}`,
  ]
  for (const text of foreign) assert.equal(nextPage(text), '/', String(text))
})

test('V-E06 whatever a link says, what comes of it is in this origin and ends neither attribute nor header', () => {
  const pieces = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    ':',
    '@',
    '?',
    '#',
    '"',
    "'",
    '<',
    '>',
    '\r',
    '\n',
    '\t',
    'evil.example',
    'x',
    '&',
  )
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(pieces).map((parts) => `/${parts.join('')}`),
  )
  fc.assert(
    fc.property(text, (link) => {
      const next = nextPage(link)
      assert.match(next, /^\/(?![/\\])[^\s"<>\\]*$/)
      assert.equal(new URL(next, 'https://gw.example.com').origin, 'https://gw.example.com')
      assert.equal(nextPage(next), next, 'stable')
      assert.ok(goOnPage('Signed in', next).includes(`content="0;url=${escapeHtml(next)}"`))
    }),
  )
})
