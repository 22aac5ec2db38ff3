import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseIpAddress } from '../address/ip-address.ts'
import { prefixRange, rangeHolds } from '../address/ip-range.ts'
import { termsFor } from '../capability/terms-for.ts'
import { compilePolicy } from '../decide/compile.ts'
import { policyOf } from '../testing/compile-text.ts'
import { type CertificateTerms, certificateTerms } from './certificate-terms.ts'

const OFFICE = '192.0.2.7'
const HOME = '198.51.100.9'
const users = [{ name: 'alice', role: 'member' as const, disabled: false }]
const targets = [
  { name: 'db1', addresses: ['10.0.0.1'], tags: ['tag:db', 'tag:prod'] },
  { name: 'db2', addresses: ['10.0.0.2'], tags: ['tag:db'] },
  { name: 'web', addresses: ['10.0.0.3'], tags: ['tag:web'] },
  { name: 'named', addresses: ['www.example.com'], tags: ['tag:www'] },
]
const TAGS = ['db', 'prod', 'web', 'www', 'new']

const cap = (terms: object) => ({ 'sallyport.dev/cap/ssh': [terms] })
const accept = (...dst: string[]) => ({ action: 'accept', src: ['alice@'], dst, users: ['root'] })

function compiledOf(grants: readonly object[], ssh: readonly object[]) {
  const tagOwners = Object.fromEntries(TAGS.map((tag) => [`tag:${tag}`, []]))
  return compilePolicy(policyOf({ tagOwners, grants, ssh }), { users, targets })
}

function given(
  { grants, ssh = [] }: { grants: readonly object[]; ssh?: readonly object[] },
  source: string | undefined = OFFICE,
) {
  const { places, ...rest } = certificateTerms(compiledOf(grants, ssh), 'alice', source)
  return { places: places.map(({ login, place }) => `${login}@${place}`), ...rest }
}

test('without terms that bind certificates nothing does', () => {
  const grants = [{ src: ['*'], dst: ['*'], ip: ['*'], app: cap({ idleTimeout: '1h' }) }]
  assert.deepEqual(given({ grants, ssh: [accept('tag:db')] }), { places: ['root@tag:db'], name: true })
})

test('who is where the terms want them gets a certificate for there, with what all of them allow', () => {
  const grants = [
    { src: ['*'], dst: ['*'], ip: ['*'] },
    { src: ['alice@'], dst: ['tag:prod'], app: cap({ sources: ['192.0.2.0/24', '2001:db8::/32'] }) },
    { src: ['*'], dst: ['tag:db'], app: cap({ sources: ['192.0.2.0-192.0.2.127', '203.0.113.0/24'] }) },
  ]
  const ssh = [accept('tag:db', 'tag:web')]
  const bound = { places: ['root@tag:db', 'root@tag:web'], name: true, sources: ['192.0.2.0/25'] }
  assert.deepEqual(given({ grants, ssh }), bound)
})

test('who is elsewhere, or nobody knows where, gets one that leaves those places and the bare name out', () => {
  const grants = [
    { src: ['*'], dst: ['*'], ip: ['*'] },
    { src: ['*'], dst: ['tag:prod'], app: cap({ sources: ['192.0.2.0/24'] }) },
  ]
  for (const source of [HOME, undefined]) {
    const { places, name, sources } = given({ grants, ssh: [accept('tag:db', 'tag:web')] }, source ?? '')
    // db1 is one of tag:db, and of tag:prod too.
    assert.deepEqual([places, name, sources], [['root@tag:web'], false, undefined])
  }
})

test('a command that everything forces is in the certificate', () => {
  const grants = [{ src: ['*'], dst: ['tag:db'], ip: ['22'], app: cap({ forceCommand: 'uptime' }) }]
  const forced = { places: ['root@tag:db'], name: true, forceCommand: 'uptime' }
  assert.deepEqual(given({ grants, ssh: [accept('tag:db')] }), forced)
  assert.deepEqual(given({ grants }), { places: [], name: true, forceCommand: 'uptime' }, 'also without ssh rules')
})

test('a command that only some of it forces leaves those places out, and what is opened counts', () => {
  const some = [
    { src: ['*'], dst: ['*'], ip: ['22'] },
    { src: ['*'], dst: ['tag:prod'], app: cap({ forceCommand: 'uptime' }) },
  ]
  const left = { places: ['root@tag:web'], name: false }
  assert.deepEqual(given({ grants: some, ssh: [accept('tag:db', 'tag:prod', 'tag:web')] }), left)
  assert.deepEqual(given({ grants: some, ssh: [accept('tag:prod')] }), { places: [], name: false })
})

test('several commands at one place cannot be forced together', () => {
  const grants = ['uptime', 'id'].map((forceCommand) => ({ src: ['*'], dst: ['tag:db'], app: cap({ forceCommand }) }))
  assert.deepEqual(given({ grants, ssh: [accept('tag:db')] }), { places: [], name: true })
})

test('terms for those who come from an address hold for a certificate, which may be used there', () => {
  const grants = [{ src: ['203.0.113.0/24'], dst: ['tag:web'], app: cap({ forceCommand: 'uptime' }) }]
  const { places, forceCommand } = given({ grants, ssh: [accept('tag:web')] })
  assert.deepEqual([places, forceCommand], [['root@tag:web'], 'uptime'])
})

test('a tag that no target has yet, and a target by name, have the terms of their tags', () => {
  const grants = [{ src: ['*'], dst: ['tag:new', 'tag:www'], app: cap({ sources: ['192.0.2.0/24'] }) }]
  const ssh = [accept('tag:new', 'tag:www')]
  assert.deepEqual(given({ grants, ssh }).sources, ['192.0.2.0/24'])
  assert.deepEqual(given({ grants, ssh }, HOME).places, [])
})

test('networks that take too many prefixes become the one address', () => {
  const sources = Array.from({ length: 200 }, (_, each) => `10.${each}.0.1-10.${each}.0.6`)
  const grants = [{ src: ['*'], dst: ['tag:web'], app: cap({ sources: ['192.0.2.7', ...sources] }) }]
  assert.deepEqual(given({ grants, ssh: [accept('tag:web')] }).sources, ['192.0.2.7/32'])
})

test('somebody unknown has no places', () => {
  assert.deepEqual(certificateTerms(compiledOf([], []), 'nobody', OFFICE).places, [])
})

test('a certificate is never wider than the terms of a target that one of its places is on', () => {
  const terms = fc.record(
    {
      sources: fc.subarray(['192.0.2.0/24', '192.0.2.7', '198.51.100.0/25', '0.0.0.0/0'], { minLength: 1 }),
      forceCommand: fc.constantFrom('uptime', 'id'),
    },
    { requiredKeys: [] },
  )
  const dst = fc.subarray(['tag:db', 'tag:prod', 'tag:web', '10.0.0.2', '*'], { minLength: 1 })
  const grant = fc
    .record({ dst, terms })
    .map((each) => ({ src: ['*'], dst: each.dst, ip: ['*'], app: cap(each.terms) }))
  const ssh = fc.subarray([accept('tag:db'), accept('tag:prod'), accept('tag:web')])
  fc.assert(
    fc.property(fc.array(grant, { maxLength: 4 }), ssh, fc.constantFrom(OFFICE, HOME), (grants, rules, source) => {
      const compiled = compiledOf(grants, rules)
      const made: CertificateTerms = certificateTerms(compiled, 'alice', source)
      for (const { place } of made.places) {
        for (const { addresses } of targets.filter(({ tags }) => tags.includes(place))) {
          const destination = { address: addresses[0] ?? '', port: 22 }
          const wanted = termsFor(compiled, { user: { name: 'alice' }, source, destination })
          for (const { entries } of wanted?.sources ?? []) {
            for (const address of ['192.0.2.7', '192.0.2.8', '198.51.100.1', '203.0.113.1']) {
              const parsed = parseIpAddress(address)
              assert.ok(parsed !== undefined)
              const bound = made.sources?.some((each) => rangeHolds(prefixRange(each), parsed)) ?? true
              assert.ok(!bound || entries.some((range) => rangeHolds(range, parsed)), address)
            }
          }
          assert.ok((wanted?.forceCommand ?? [made.forceCommand]).every((each) => each === made.forceCommand))
        }
      }
      if (made.sources !== undefined) {
        const here = parseIpAddress(source)
        assert.ok(here !== undefined && made.sources.some((each) => rangeHolds(prefixRange(each), here)))
      }
    }),
    { numRuns: 500 },
  )
})
