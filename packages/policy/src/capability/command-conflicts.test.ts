import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { commandConflicts } from './command-conflicts.ts'

const DEFINED = {
  groups: { 'group:ops': ['bob@example.com', 'new@example.com'], 'group:other': ['carol@'] },
  tagOwners: { 'tag:db': [], 'tag:prod': [], 'tag:web': [] },
  postures: { 'posture:mac': ["node:os == 'macos'"] },
}

function forcing(src: string, dst: string, ...commands: readonly string[]): object {
  return {
    src: [src],
    dst: [dst],
    app: { 'sallyport.dev/cap/ssh': commands.map((forceCommand) => ({ forceCommand })) },
  }
}

function warned(...grants: readonly object[]): readonly string[] {
  return commandConflicts(compileText({ ...DEFINED, grants })).map(({ message }) => message)
}

test('two grants that force different commands on one person at one target are told of at the later one', () => {
  assert.deepEqual(warned(forcing('bob@example.com', 'tag:db', 'a'), forcing('group:ops', 'tag:db', 'b')), [
    'grants[1] forces another command than grants[0] (line 1) on people and targets that both mean: no certificate gets in there',
  ])
})

test('one grant that forces two commands is told of by itself', () => {
  assert.deepEqual(warned(forcing('carol@', 'tag:db', 'a', 'b')), [
    'grants[0] forces several commands: no certificate gets in there',
  ])
})

test('people meet by name, group, domain, role and address; targets by tag, address and what the inventory says', () => {
  const meet: readonly (readonly [src: string, dst: string])[] = [
    ['*', '*'],
    ['autogroup:member', '10.0.0.0/8'],
    ['user:*@example.com', 'tag:db'],
    ['192.0.2.0/24', 'tag:prod'],
    ['bob@example.com', '10.0.0.5'],
    ['new@example.com', 'autogroup:tagged'],
  ]
  for (const [src, dst] of meet)
    assert.equal(warned(forcing('group:ops', 'tag:db', 'a'), forcing(src, dst, 'b')).length, 1, `${src} ${dst}`)
  const apart: readonly (readonly [src: string, dst: string])[] = [
    ['group:other', '*'],
    ['user:*@example.org', '*'],
    ['autogroup:auditor', '*'],
    ['tag:web', '*'],
    ['*', 'tag:web'],
    ['*', '10.0.0.6'],
    ['*', 'bob@example.com'],
  ]
  for (const [src, dst] of apart)
    assert.deepEqual(warned(forcing('group:ops', 'tag:db', 'a'), forcing(src, dst, 'b')), [], `${src} ${dst}`)
  assert.equal(warned(forcing('autogroup:owner', '*', 'a'), forcing('autogroup:admin', '*', 'b')).length, 1)
  assert.equal(warned(forcing('192.0.2.0/25', '*', 'a'), forcing('192.0.2.9', '*', 'b')).length, 1)
  assert.deepEqual(warned(forcing('192.0.2.0/25', '*', 'a'), forcing('192.0.2.200', '*', 'b')), [])
})

test('the same command is no conflict, and neither is a grant without one', () => {
  const open = { src: ['*'], dst: ['*'], ip: ['22'] }
  assert.deepEqual(warned(forcing('*', '*', 'a'), forcing('carol@', 'tag:db', 'a'), open), [])
})

test('thousands of grants with commands of their own are looked at for a moment only', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `u${index}@example.com`)
  const grants = names.map((name, index) =>
    forcing(index % 2 === 0 ? name : '*', `10.${index >> 8}.${index & 255}.1`, name),
  )
  const compiled = compileText({ grants }, DIRECTORY)
  const started = performance.now()
  assert.deepEqual(commandConflicts(compiled), [])
  assert.ok(performance.now() - started < 20_000)
})
