import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isInNetwork, parseIpAddress, parseIpNetwork, parseNetworkList } from './ip-address.ts'

test('addresses are read as node:net reads them, but for IPv4 in other notations', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom(...'0123456789abf.:'.split('')) })),
      (text) => {
        assert.equal(parseIpAddress(text) !== undefined, isIPv4(text) || isIPv6(text), text)
      },
    ),
    { numRuns: 2000 },
  )
  for (const text of [
    '010.0.0.1',
    '1.2.3',
    '0x7f.0.0.1',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.4%eth0',
    '::1::',
    '1:2:3:4:5:6:7::8:9',
  ]) {
    assert.equal(parseIpAddress(text), undefined, text)
  }
})

test('V-B14 an IPv4-mapped address is the IPv4 address, in every spelling', () => {
  const plain = parseIpAddress('192.0.2.1')
  for (const text of ['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1']) {
    assert.deepEqual(parseIpAddress(text), plain, text)
  }
  assert.deepEqual(parseIpAddress('fe80::1%eth0'), parseIpAddress('fe80::1'))
  assert.notDeepEqual(parseIpAddress('::192.0.2.1'), plain)
})

test('a network holds the addresses with its prefix and no others', () => {
  const cases: readonly (readonly [network: string, inside: readonly string[], outside: readonly string[]])[] = [
    ['192.0.2.0/24', ['192.0.2.0', '192.0.2.255', '::ffff:192.0.2.9'], ['192.0.3.0', '::1', '::c000:200']],
    ['::ffff:192.0.2.0/120', ['192.0.2.9'], ['192.0.3.9']],
    ['0.0.0.0/0', ['255.1.2.3'], ['::1']],
    ['::/0', ['::1', '2001:db8::1'], ['192.0.2.1']],
    ['192.0.2.1', ['192.0.2.1'], ['192.0.2.2']],
    ['2001:db8::/33', ['2001:db8:7fff::1'], ['2001:db8:8000::1']],
  ]
  for (const [text, inside, outside] of cases) {
    const network = parseIpNetwork(text)
    assert.ok(network !== undefined, text)
    const holds = (address: string) => {
      const parsed = parseIpAddress(address)
      assert.ok(parsed !== undefined, address)
      return isInNetwork(parsed, network)
    }
    for (const address of inside) assert.equal(holds(address), true, `${address} in ${text}`)
    for (const address of outside) assert.equal(holds(address), false, `${address} in ${text}`)
  }
})

test('networks with bits behind the prefix, or no prefix to speak of, are refused', () => {
  for (const text of [
    '10.0.0.1/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '/8',
    '',
    '::ffff:0.0.0.0/95',
    'fe80::%1/64',
  ]) {
    assert.equal(parseIpNetwork(text), undefined, text)
  }
})

test('a list with one malformed network, or none at all, is no list', () => {
  assert.equal(parseNetworkList('10.0.0.0/8,::1')?.length, 2)
  for (const text of ['', '10.0.0.0/8,', '10.0.0.0/8, ::1', '10.0.0.0/8,x'])
    assert.equal(parseNetworkList(text), undefined)
})
