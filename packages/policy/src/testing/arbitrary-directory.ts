import * as fc from 'fast-check'
import type { Directory, DirectoryChanges, MeshNode, TargetFacts, UserFacts } from '../decide/directory.ts'
import type { Attributes } from '../decide/posture.ts'
import { ARBITRARY_NAMES } from './arbitrary-policy.ts'

/** Login names of the generated policies, one that they do not name, and one that no directory has. */
export const LOGIN_NAMES = [
  ...ARBITRARY_NAMES.users.map((text) => (text.endsWith('@') ? text.slice(0, -1) : text)),
  'dora@example.com',
]
/** Addresses in, beside and at the ends of the ranges that generated policies use, special ones among them. */
export const PLACES = [
  '10.0.0.1',
  '10.0.0.5',
  '10.0.0.9',
  '10.0.0.10',
  '10.255.255.255',
  '11.0.0.0',
  '192.0.2.7',
  '192.0.3.0',
  '8.8.8.8',
  '100.64.0.1',
  '100.64.0.2',
  '100.64.0.7',
  '::ffff:100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  'fd00::5',
  'fd00:1::1',
  'fd01::',
  '2001:db8::1',
  '2606:4700::1111',
  'fd7a:115c:a1e0::1',
  '::1',
  '64:ff9b::7f00:1',
] as const
const TARGET_NAMES = ['db1', 'web1', 'web2', 'odd'] as const
const NODE_IDS = [1, 2, 3, 4] as const

/** Groups that somebody else vouches for: those of the policy, one it does not have, and what is no group at all. */
const vouched = fc.subarray([...ARBITRARY_NAMES.groups, 'group:elsewhere', 'tag:db', 'autogroup:admin', '*'])
const user: fc.Arbitrary<UserFacts> = fc
  .record({
    name: fc.constantFrom(...LOGIN_NAMES),
    role: fc.constantFrom('owner', 'admin', 'auditor', 'member'),
    disabled: fc.nat(9).map((number) => number === 9),
    vouched: fc.option(vouched, { nil: undefined }),
  })
  .map(({ vouched: groups = [], ...facts }) => (groups.length === 0 ? facts : { ...facts, groups }))
const tags = fc.uniqueArray(fc.constantFrom(...ARBITRARY_NAMES.tags), { maxLength: 2 })
const target: fc.Arbitrary<TargetFacts> = fc.record({
  name: fc.constantFrom(...TARGET_NAMES),
  addresses: fc.array(fc.constantFrom(...PLACES, 'db.example.com'), { maxLength: 3 }),
  tags,
})

/** What may be known of a device, by the attributes that generated postures ask for. */
export const attributes: fc.Arbitrary<Attributes> = fc.record(
  {
    'node:os': fc.constantFrom('macos', 'linux'),
    'node:osVersion': fc.constantFrom('13.4.1', '13.4', '13.10'),
    'node:tsReleaseTrack': fc.constantFrom('stable', 'odd'),
    'ip:country': fc.constantFrom('XX', 'NL'),
    'custom:tier': fc.constantFrom(3, 4, '3'),
    'custom:managed': fc.boolean(),
    'custom:seen': fc.constantFrom('', 0),
    'custom:stolen': fc.boolean(),
  },
  { requiredKeys: [] },
)

const node: fc.Arbitrary<MeshNode> = fc
  .record({
    id: fc.constantFrom(...NODE_IDS),
    user: fc.option(fc.constantFrom(...LOGIN_NAMES, 'nobody@example.com'), { nil: undefined }),
    tags,
    addresses: fc.constantFrom(
      ['100.64.0.1', 'fd7a:115c:a1e0::1'],
      ['100.64.0.2'],
      ['100.64.0.7', 'fd7a:115c:a1e0::7'],
      ['fd00::5'],
    ),
    approvedRoutes: fc.constantFrom([], ['10.0.0.0/24'], ['192.0.2.0/24', '0.0.0.0/0', '::/0']),
    known: fc.option(attributes, { nil: undefined }),
  })
  .map(({ id, user, tags, addresses, approvedRoutes, known }) => ({
    id,
    name: `machine-${id}`,
    ...(user === undefined ? {} : { user }),
    tags,
    addresses,
    announcedRoutes: approvedRoutes,
    approvedRoutes,
    online: true,
    ...(known === undefined ? {} : { attributes: known }),
  }))

/** Users, targets and machines for generated policies; names and ids are unique in each. */
export function arbitraryDirectory(): fc.Arbitrary<Directory> {
  return fc.record({
    users: fc.uniqueArray(user, { selector: ({ name }) => name, minLength: 4, maxLength: 5 }),
    targets: fc.uniqueArray(target, { selector: ({ name }) => name, minLength: 1, maxLength: 4 }),
    nodes: fc.uniqueArray(node, { selector: ({ id }) => id, minLength: 2, maxLength: 4 }),
  })
}

/** Comings, goings and changes in such a directory, of what is there and of what is not. */
export function arbitraryChanges(): fc.Arbitrary<DirectoryChanges> {
  const changes = <T, Name>(item: fc.Arbitrary<T>, names: readonly Name[]) =>
    fc.record(
      { set: fc.array(item, { maxLength: 2 }), removed: fc.array(fc.constantFrom(...names), { maxLength: 2 }) },
      { requiredKeys: [] },
    )
  return fc.record(
    {
      users: changes(user, LOGIN_NAMES),
      targets: changes(target, TARGET_NAMES),
      nodes: changes(node, NODE_IDS),
    },
    { requiredKeys: [] },
  )
}
