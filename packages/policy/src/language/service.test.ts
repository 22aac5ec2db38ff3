import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatPortRanges,
  mergePortRanges,
  parseAclService,
  parseGrantService,
  serviceHolds,
  TCP,
  UDP,
} from './service.ts'

const grants: readonly (readonly [string, readonly number[] | undefined, string])[] = [
  ['*', [6, 17, 1, 58], '*'],
  ['22', [6, 17, 1, 58], '22'],
  ['47', [6, 17, 1, 58], '47'],
  ['80-443', [6, 17, 1, 58], '80-443'],
  ['22,80-90', [6, 17, 1, 58], '22,80-90'],
  ['tcp:22', [6], '22'],
  ['tcp:*', [6], '*'],
  ['icmp:*', [1], '*'],
  ['udp:53', [17], '53'],
  ['6:22', [6], '22'],
  ['sctp:1-65535', [132], '1-65535'],
]
for (const [text, protocols, ports] of grants) {
  test(`a grant's ip ${text} opens ports ${ports}`, () => {
    const service = parseGrantService(text)
    assert.ok(service.ok)
    assert.deepEqual(service.value.protocols, protocols)
    assert.equal(formatPortRanges(service.value.ports), ports)
  })
}

const refused: readonly (readonly [string, string])[] = [
  ['icmp', 'port range "icmp": invalid first integer'],
  ['tcp:0', `port range "0": first port must be >0, or use '*' for wildcard`],
  ['tcp:22-', 'port range "22-": invalid last integer'],
  ['tcp:-22', 'port range "-22": invalid first integer'],
  ['22-21', 'port range "22-21": first port must be <= last port'],
  ['65536', 'port range "65536": a port is at most 65535'],
  ['1-99999999999', 'port range "1-99999999999": invalid last integer'],
  ['', 'port range "": invalid first integer'],
  ['22,', 'port range "": invalid first integer'],
  ['22 ', 'port range "22 ": invalid first integer'],
  ['٢٢', 'port range "٢٢": invalid first integer'],
  ['*:22', 'unknown protocol "*"'],
  ['06:22', 'unknown protocol "06"'],
  ['256:*', 'unknown protocol "256"'],
  ['constructor:22', 'unknown protocol "constructor"'],
  ['icmp:22', 'protocol icmp has no ports: write "*" as its port'],
  ['gre:1-2', 'protocol gre has no ports: write "*" as its port'],
]
for (const [text, message] of refused) {
  test(`a grant's ip ${JSON.stringify(text)} is refused`, () => {
    assert.deepEqual(parseGrantService(text), { ok: false, message })
  })
}

test('a rule without proto opens TCP and UDP, one with proto only that', () => {
  const both = parseAclService('22', undefined)
  const udp = parseAclService('22', 'udp')
  assert.ok(both.ok && udp.ok)
  assert.equal(serviceHolds(both.value, TCP, 22), true)
  assert.equal(serviceHolds(udp.value, TCP, 22), false)
  assert.equal(serviceHolds(udp.value, UDP, 22), true)
  assert.equal(serviceHolds(both.value, TCP, 23), false)
})

test('a list of more than 1024 port ranges is refused', () => {
  const text = Array.from({ length: 1025 }, (_, index) => index + 1).join(',')
  assert.deepEqual(parseAclService(text, undefined), { ok: false, message: 'more than 1024 port ranges' })
})

test('overlapping and neighbouring port ranges merge', () => {
  const ranges = [
    { first: 80, last: 90 },
    { first: 22, last: 22 },
    { first: 85, last: 100 },
    { first: 101, last: 101 },
  ]
  assert.equal(formatPortRanges(mergePortRanges(ranges)), '22,80-101')
})
