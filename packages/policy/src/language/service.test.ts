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
  ['tcp:22', [6], '22'],
  ['tcp:*', [6], '*'],
  ['icmp:*', [1], '*'],
  ['udp:53', [17], '53'],
  ['6:22', [6], '22'],
  ['sctp:1-65535', [132], '1-65535'],
  ['TCP:022', [6], '22'],
  ['06:22', [6], '22'],
  ['*:22', [6, 17, 1, 58], '22'],
  ['0:22', [6, 17, 1, 58], '22'],
  ['icmpv6:*', [58], '*'],
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
  ['22-21', 'port range "22-21": first port must be >= last port'],
  ['1-2-3', 'port range "1-2-3": too many dashes(-)'],
  ['22,80', 'port range "22,80": invalid first integer'],
  ['tcp,udp:22', 'host cannot contain a comma (",")'],
  ['65536', 'port range "65536": invalid first integer'],
  ['1-99999999999', 'port range "1-99999999999": invalid last integer'],
  ['', 'empty string'],
  ['tcp:', 'invalid port list: ""'],
  [':22', 'empty protocol'],
  ['22 ', 'port range "22 ": invalid first integer'],
  ['٢٢', 'port range "٢٢": invalid first integer'],
  ['tpc:22', 'proto name "tpc" not known; use protocol number 0-255'],
  ['256:*', 'proto name "256" not known; use protocol number 0-255'],
  ['constructor:22', 'proto name "constructor" not known; use protocol number 0-255'],
  ['icmp:22', 'protocol icmp has no ports: write "*" as its port'],
  ['gre:1-2', 'protocol gre has no ports: write "*" as its port'],
]
for (const [text, message] of refused) {
  test(`a grant's ip ${JSON.stringify(text)} is refused`, () => {
    assert.deepEqual(parseGrantService(text), { ok: false, message })
  })
}

for (const [ports, protocol, message] of [
  ['22', '*', 'proto name "*" not known; use protocol number 0-255 or protocol name (icmp, tcp, udp, etc.)'],
  ['22', '06', 'leading 0 not permitted in protocol number "06"'],
  ['22', '0', 'leading 0 not permitted in protocol number "0"'],
  ['22,', undefined, 'invalid port list: ""'],
  ['22,443-80', undefined, 'port range "443-80": first port must be >= last port'],
] as const) {
  test(`a rule with proto ${protocol} and ports ${ports} is refused`, () => {
    assert.deepEqual(parseAclService(ports, protocol), { ok: false, message })
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
