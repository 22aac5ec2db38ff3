import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalHost } from './canonical-host.ts'

const address = (text: string) => ({ kind: 'address', address: text })
const name = (text: string) => ({ kind: 'name', name: text })

test('one form for every way to write a host', () => {
  const table: [string, object][] = [
    ['DB1.Example.COM', name('db1.example.com')],
    ['db1.', name('db1')],
    ['_srv.example', name('_srv.example')],
    ['3com.example', name('3com.example')],
    ['192.0.2.1', address('192.0.2.1')],
    ['192.0.2.1.', address('192.0.2.1')],
    ['::ffff:192.0.2.1', address('192.0.2.1')],
    ['::FFFF:c000:0201', address('192.0.2.1')],
    ['[2001:DB8::1]', address('2001:db8::1')],
    ['2001:db8:0:0:0:0:0:1', address('2001:db8::1')],
  ]
  for (const [text, expected] of table) assert.deepEqual(canonicalHost(text), expected, text)
})

test('V-D09 numbers that some resolver would read as an address have no meaning', () => {
  const texts = [
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '127.1',
    '127.0.1',
    '0177.0.0.1',
    '127.0.0.01',
    '1.2.3.4.5',
    'a.0x1',
    'host.1',
  ]
  for (const text of texts) assert.equal(canonicalHost(text), undefined, text)
})

test('what no resolver should see has no meaning', () => {
  const texts = [
    '',
    '.',
    'a..b',
    '..',
    '-a',
    'a-',
    'a b',
    'a/b',
    'a\0b',
    'a\nb',
    'ä',
    '$(id)',
    'fe80::1%eth0',
    '[db1]',
    '[::1',
    '[]',
    'a'.repeat(64),
  ]
  for (const text of texts) assert.equal(canonicalHost(text), undefined, JSON.stringify(text))
  assert.equal(canonicalHost(`${'a.'.repeat(127)}a`)?.kind, undefined)
})

test('a canonical form is its own canonical form', () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
      const host = canonicalHost(text)
      if (host === undefined) return
      assert.deepEqual(canonicalHost(host.kind === 'name' ? host.name : host.address), host)
    }),
  )
})
