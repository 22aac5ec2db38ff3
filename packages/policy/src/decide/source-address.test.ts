import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileText, policyOf } from '../testing/compile-text.ts'
import { decide } from './decide.ts'

const allowed = (src: readonly string[], source: string | undefined): boolean => {
  const compiled = compileText({ grants: [{ src, dst: ['10.0.0.5'], ip: ['22'] }] })
  const user = { name: 'bob@example.com' }
  const destination = { address: '10.0.0.5', port: 22 }
  return decide(compiled, { user, destination, ...(source === undefined ? {} : { source }) }).verdict === 'allow'
}

test('V-B14 a source in the policy goes by the address of the connection, IPv4-mapped or not', () => {
  for (const [src, source, expected] of [
    ['192.0.2.0/24', '192.0.2.7', true],
    ['192.0.2.0/24', '::ffff:192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.0/24', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:0::1', true],
    ['192.0.2.0/24', 'not an address', false],
    ['192.0.2.0/24', undefined, false],
  ] as const)
    assert.equal(allowed([src], source), expected, `${source} in ${src}`)
})

test('V-B14 no source at all is nobody, not anybody', () => {
  for (const section of ['grants', 'acls']) {
    const rule = { src: [], dst: section === 'acls' ? ['10.0.0.5:22'] : ['10.0.0.5'], ip: ['22'], action: 'accept' }
    const { action, ip, ...rest } = rule
    const text = { [section]: [{ ...rest, ...(section === 'acls' ? { action } : { ip }) }] }
    let refused = false
    try {
      policyOf(text)
    } catch {
      refused = true
    }
    if (refused) continue
    const { verdict } = decide(compileText(text), {
      user: { name: 'alice@example.com' },
      source: '10.0.0.1',
      destination: { address: '10.0.0.5', port: 22 },
    })
    assert.equal(verdict, 'deny', section)
  }
})
