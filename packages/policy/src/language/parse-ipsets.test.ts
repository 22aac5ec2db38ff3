import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatIpRange } from '../address/ip-range.ts'
import { policyOf } from '../testing/compile-text.ts'
import { parsePolicy } from './parse-policy.ts'

const HOSTS = { office: '192.0.2.0/24', db1: '10.0.0.5' }

function rangesOf(ipsets: Readonly<Record<string, readonly string[]>>, name: string): readonly string[] {
  const ipset = policyOf({ acls: [], hosts: HOSTS, ipsets }).ipsets.get(name)
  assert.ok(ipset !== undefined)
  return ipset.ranges.map(formatIpRange)
}

test('a set holds addresses, prefixes, ranges and hosts, with overlaps made one', () => {
  const entries = ['10.0.0.0/24', '10.0.0.128-10.0.1.9', 'host:office', 'DB1', 'fd00::/8', 'add 192.0.3.0/24']
  assert.deepEqual(rangesOf({ 'ipset:a': entries }, 'ipset:a'), ['10.0.0.0-10.0.1.9', '192.0.2.0/23', 'fd00::/8'])
})

test('operations apply in their order', () => {
  const sets = {
    'ipset:a': ['add 10.0.0.0/30', 'remove 10.0.0.1', 'add 10.0.0.1'],
    'ipset:b': ['remove 10.0.0.1', 'add 10.0.0.0/30', 'remove host:db1', 'remove 10.0.0.2'],
  }
  assert.deepEqual(rangesOf(sets, 'ipset:a'), ['10.0.0.0/30'])
  assert.deepEqual(rangesOf(sets, 'ipset:b'), ['10.0.0.0/31', '10.0.0.3'])
})

test('a set holds other sets, wherever they are defined', () => {
  const sets = {
    'ipset:c': ['add ipset:b', 'remove ipset:a'],
    'ipset:b': ['ipset:a', '10.9.0.0/16'],
    'ipset:a': ['10.1.0.0/16'],
  }
  assert.deepEqual(rangesOf(sets, 'ipset:c'), ['10.9.0.0/16'])
})

test('the internet without a network of it', () => {
  const ranges = rangesOf({ 'ipset:a': ['add autogroup:internet', 'remove 8.0.0.0/8', 'remove 2000::/3'] }, 'ipset:a')
  assert.deepEqual(ranges.slice(0, 2), ['0.0.0.0/5', '9.0.0.0/8'])
  assert.ok(ranges.every((range) => !range.includes(':')))
})

test('chains of 10,000 sets are worked out in both directions', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `ipset:x${index}`)
  const chain = (order: readonly string[]): Record<string, readonly string[]> =>
    Object.fromEntries(order.map((name, index) => [name, [order[index - 1] ?? '10.0.0.1']]))
  assert.deepEqual(rangesOf(chain(names), 'ipset:x9999'), ['10.0.0.1'])
  const upwards = Object.fromEntries(Object.entries(chain(names)).toReversed())
  assert.deepEqual(rangesOf(upwards, 'ipset:x9999'), ['10.0.0.1'])
})

for (const [name, ipsets, expected] of [
  ['itself', { 'ipset:a': ['ipset:a'] }, ['ipsets["ipset:a"]: "ipset:a": IP sets cannot hold each other in a circle']],
  [
    'itself through others',
    { 'ipset:a': ['ipset:b'], 'ipset:b': ['10.0.0.1', 'ipset:c'], 'ipset:c': ['ipset:a'] },
    ['ipsets["ipset:c"]: "ipset:a": IP sets cannot hold each other in a circle'],
  ],
  ['what is not defined', { 'ipset:a': ['ipset:bb'] }, ['ipsets["ipset:a"]: "ipset:bb": ipset not found']],
  [
    'people and tags',
    { 'ipset:a': ['group:dba', 'tag:db', 'autogroup:member'] },
    ['"group:dba"', '"tag:db"', '"autogroup:member"'].map(
      (what) =>
        `ipsets["ipset:a"]: ${what}: IP sets hold addresses, prefixes, hosts, autogroup:internet and other IP sets`,
    ),
  ],
  ['half an address', { 'ipset:a': ['10.0.0'] }, ['ipsets["ipset:a"]: "10.0.0": not an IP address']],
  [
    'another operation',
    { 'ipset:a': ['keep 10.0.0.1'] },
    ['ipsets["ipset:a"]: "keep 10.0.0.1": an entry is "add" or "remove" and what is meant'],
  ],
  [
    'entries without a word beside one that removes',
    { 'ipset:a': ['10.0.0.0/8', 'remove 10.0.0.1'] },
    ['ipsets["ipset:a"]: "10.0.0.0/8": in a set that removes, every entry says "add" or "remove"'],
  ],
  ['a wrong name', { prod: [] }, ['ipsets["prod"]: an IP set is named "ipset:" and letters']],
] as const) {
  test(`a set cannot hold ${name}`, () => {
    const result = parsePolicy(JSON.stringify({ acls: [], ipsets }))
    assert.ok(!result.ok)
    assert.deepEqual(
      result.diagnostics.map(({ message }) => message),
      expected,
    )
  })
}
