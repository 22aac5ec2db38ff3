import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPortRanges } from '../language/service.ts'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { reachable, reachesAnything } from './reachable.ts'

const compiled = compileText({
  groups: { 'group:dba': ['bob@example.com'] },
  tagOwners: { 'tag:db': [], 'tag:web': [], 'tag:here': [] },
  acls: [
    { action: 'accept', src: ['group:dba'], dst: ['tag:db:22', '10.0.0.0/8:5432,5433-5440'] },
    { action: 'accept', src: ['carol@'], dst: ['tag:web:80', '*:443'] },
    { action: 'accept', proto: 'udp', src: ['eve@example.org'], dst: ['*:*'] },
    { action: 'accept', src: ['192.0.2.0/24'], dst: ['tag:db:22'] },
    { action: 'accept', src: ['autogroup:owner'], dst: ['*:*'] },
  ],
})

function reached(name: string, source?: string): readonly string[] {
  const options = source === undefined ? {} : { source }
  return reachable(compiled, { name }, DIRECTORY.targets, options).map(
    ({ target, ports }) => `${target.name} ${formatPortRanges(ports)}`,
  )
}

const cases: readonly (readonly [string, string, string | undefined, readonly string[]])[] = [
  ['by tag and by prefix', 'bob@example.com', undefined, ['db1 22,5432-5440', 'web1 5432-5440', 'untagged 5432-5440']],
  [
    'by DNS name through tags and the star',
    'carol',
    undefined,
    ['db1 443', 'web1 80,443', 'dns-named 80,443', 'untagged 443'],
  ],
  [
    'everything but special addresses',
    'alice@example.com',
    undefined,
    ['db1 *', 'web1 *', 'dns-named *', 'untagged *'],
  ],
  ['nothing over UDP', 'eve@example.org', undefined, []],
  ['what the place they come from adds', 'eve@example.org', '192.0.2.1', ['db1 22']],
  ['nothing for a disabled user', 'dora@example.com', undefined, []],
  ['nothing for an unknown user', 'nobody', undefined, []],
]
for (const [name, user, source, expected] of cases) {
  test(`a user reaches ${name}`, () => assert.deepEqual(reached(user, source), expected))
}

const anything: readonly (readonly [string, object, boolean])[] = [
  ['a rule for everything', { dst: ['*'], ip: ['22'] }, true],
  ['a rule for an address', { dst: ['10.77.0.0/16'], ip: ['tcp:22'] }, true],
  ['a rule for the internet', { dst: ['autogroup:internet'], ip: ['*'] }, true],
  ['a rule for a tag that a target has', { dst: ['tag:db'], ip: ['22'] }, true],
  ['a rule for any tag', { dst: ['autogroup:tagged'], ip: ['22'] }, true],
  ['a rule for a tag that no target has', { dst: ['tag:none'], ip: ['22'] }, false],
  ['a rule for UDP', { dst: ['*'], ip: ['udp:*'] }, false],
  ['a rule for mesh devices', { dst: ['autogroup:member', 'bob@example.com'], ip: ['*'] }, false],
]
for (const [name, rule, expected] of anything) {
  test(`${name} leads ${expected ? 'somewhere' : 'nowhere'}`, () => {
    const grants = [{ src: ['bob@example.com', 'dora@example.com', '192.0.2.0/24'], ...rule }]
    const policy = compileText({ tagOwners: { 'tag:db': [], 'tag:none': [] }, grants })
    assert.equal(reachesAnything(policy, { name: 'bob@example.com' }), expected)
    assert.equal(reachesAnything(policy, { name: 'carol' }), false)
    assert.equal(reachesAnything(policy, { name: 'carol' }, { source: '192.0.2.1' }), expected)
    assert.equal(reachesAnything(policy, { name: 'dora@example.com' }), false)
  })
}
