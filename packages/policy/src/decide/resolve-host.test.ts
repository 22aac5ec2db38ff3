import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policyOf } from '../testing/compile-text.ts'
import { resolveHost } from './resolve-host.ts'

const policy = policyOf({
  hosts: { DB1: '10.0.0.5', one: '10.0.0.6/32', net: '10.0.0.0/8', six: 'FD00::5', mapped: '::ffff:10.0.0.9' },
  acls: [],
})
const cases: readonly (readonly [string, object | undefined])[] = [
  ['DB1', { kind: 'address', address: '10.0.0.5' }],
  ['db1', { kind: 'address', address: '10.0.0.5' }],
  ['one', { kind: 'address', address: '10.0.0.6' }],
  ['six', { kind: 'address', address: 'fd00::5' }],
  ['mapped', { kind: 'address', address: '10.0.0.9' }],
  ['net', { kind: 'prefix', prefix: '10.0.0.0/8' }],
  ['db1.', undefined],
  ['10.0.0.5', undefined],
  ['__proto__', undefined],
]
for (const [name, expected] of cases) {
  test(`${name} stands for ${JSON.stringify(expected)}`, () => assert.deepEqual(resolveHost(policy, name), expected))
}
