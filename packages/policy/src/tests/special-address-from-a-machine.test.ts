import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePolicy } from '../decide/compile.ts'
import { decide } from '../decide/decide.ts'
import type { Directory } from '../decide/directory.ts'
import { policyOf } from '../testing/compile-text.ts'
import { runTests } from './run-tests.ts'

const DIRECTORY: Directory = {
  users: [{ name: 'alice@example.com', role: 'member', disabled: false }],
  targets: [],
  nodes: [
    {
      id: 1,
      name: 'laptop',
      user: 'alice@example.com',
      tags: [],
      addresses: ['100.64.0.1'],
      announcedRoutes: [],
      approvedRoutes: [],
      online: true,
    },
  ],
}
const [address, port] = ['127.0.0.1', 53]

test('a test asks a machine for an address that is special at the doors alone', () => {
  const asks = { src: 'alice@example.com', proto: 'udp' }
  const compiled = compilePolicy(
    policyOf({
      grants: [{ src: ['autogroup:member'], dst: ['autogroup:internet'], ip: ['udp:53'] }],
      tests: [
        { ...asks, accept: [`${address}:${port}`] },
        { ...asks, deny: [`${address}:${port}`] },
      ],
    }),
    DIRECTORY,
  )
  const destination = { address, port, protocol: 'udp' } as const
  assert.equal(decide(compiled, { user: { name: 'alice@example.com' }, destination }).verdict, 'deny')
  assert.equal(decide(compiled, { node: 1, destination }).verdict, 'allow')
  assert.deepEqual(
    runTests(compiled).tests.map(({ passed }) => passed),
    [true, false],
  )
})
