import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formatIpAddress, parseIpAddress } from './ip-address.ts'

const canonical: readonly (readonly [string, string])[] = [
  ['10.0.0.5', '10.0.0.5'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['FD7A:115C:A1E0::1', 'fd7a:115c:a1e0::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['64:ff9b::10.0.0.5', '64:ff9b::a00:5'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::ffff:10.0.0.5', '10.0.0.5'],
  ['::FFFF:7f00:1', '127.0.0.1'],
  ['0:0:0:0:0:ffff:127.0.0.1', '127.0.0.1'],
]
for (const [text, expected] of canonical) {
  test(`reads ${text} as ${expected}`, () => {
    const address = parseIpAddress(text)
    assert.ok(address)
    assert.equal(formatIpAddress(address), expected)
  })
}

const refused = [
  '',
  ' 10.0.0.5',
  '10.0.0.5 ',
  '10.0.0',
  '10.0.0.5.6',
  '10.0.0.256',
  '010.0.0.5',
  '0x7f.0.0.1',
  '0x7f000001',
  '2130706433',
  '127.1',
  '1.2.3.4.',
  '١٢٧.0.0.1',
  '127。0。0。1',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  'g::1',
  '::1%lo',
  '[::1]',
  '::ffff:127.0.0.01',
  '::127.0.0.1:1',
  '1.2.3.4::',
  '10.0.0.5/32',
  '::\u0000',
  `${'0'.repeat(60)}::1`,
]
for (const text of refused) {
  test(`V-D09 refuses the address ${JSON.stringify(text)}`, () => assert.equal(parseIpAddress(text), undefined))
}

test('agrees with the parser of URLs on every address, and its text reads back', () => {
  const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6())
  fc.assert(
    fc.property(anyAddress, (text) => {
      const address = parseIpAddress(text)
      assert.ok(address)
      assert.deepEqual(parseIpAddress(formatIpAddress(address)), address)
      const host = new URL(text.includes(':') ? `http://[${text}]` : `http://${text}`).hostname.replaceAll(/[[\]]/g, '')
      const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(host)
      const [high, low] = [1, 2].map((group) => Number.parseInt(mapped?.[group] ?? '0', 16))
      const dotted = [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255].join('.')
      assert.equal(formatIpAddress(address), mapped === null ? host : dotted)
    }),
    { numRuns: 2000 },
  )
})
