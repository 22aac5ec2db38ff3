import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIpAddress } from './ip-address.ts'
import { parseIpRange } from './ip-range.ts'
import { namesSpecialAddresses, type SpecialClass, specialClassOf } from './special-address.ts'

const classes: readonly (readonly [string, SpecialClass | undefined])[] = [
  ['0.0.0.0', 'unspecified'],
  ['0.255.255.255', 'unspecified'],
  ['1.0.0.0', undefined],
  ['126.255.255.255', undefined],
  ['127.0.0.0', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['128.0.0.0', undefined],
  ['169.253.255.255', undefined],
  ['169.254.169.254', 'link-local'],
  ['169.255.0.0', undefined],
  ['223.255.255.255', undefined],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['100.100.100.200', 'cloud-metadata'],
  ['100.100.100.201', undefined],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::2', 'embedded-ipv4'],
  ['::7f00:1', 'embedded-ipv4'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:a9fe:a9fe', 'link-local'],
  ['64:ff9b::127.0.0.1', 'embedded-ipv4'],
  ['64:ff9b::169.254.169.254', 'embedded-ipv4'],
  ['64:ff9b::10.0.0.5', undefined],
  ['64:ff9b:1::1', 'embedded-ipv4'],
  ['2002:7f00:1::', 'embedded-ipv4'],
  ['2002:7f00:1:ffff:ffff:ffff:ffff:ffff', 'embedded-ipv4'],
  ['2002:a00:5::1', undefined],
  ['fe7f::1', undefined],
  ['fe80::1', 'link-local'],
  ['febf:ffff::', 'link-local'],
  ['fec0::1', undefined],
  ['ff02::1', 'multicast'],
  ['fd00:ec2::254', 'cloud-metadata'],
  ['fd00::1', undefined],
  ['2001:db8::1', undefined],
]
for (const [text, expected] of classes) {
  test(`V-D09 ${text} is ${expected ?? 'ordinary'}`, () => {
    const address = parseIpAddress(text)
    assert.ok(address)
    assert.equal(specialClassOf(address), expected)
  })
}

const namings: readonly (readonly [string, boolean])[] = [
  ['127.0.0.1', true],
  ['127.0.0.0/8', true],
  ['126.0.0.0/7', false],
  ['0.0.0.0/1', false],
  ['127.0.0.1-127.0.0.9', true],
  ['127.0.0.1-128.0.0.0', false],
  ['169.254.0.0/16', true],
  ['169.254.0.0/15', false],
  ['::/96', true],
  ['::/95', false],
  ['64:ff9b::/96', false],
]
for (const [text, expected] of namings) {
  test(`${text} ${expected ? 'names' : 'does not name'} special addresses`, () => {
    const result = parseIpRange(text)
    assert.ok(result.ok)
    assert.equal(namesSpecialAddresses(result.range), expected)
  })
}
