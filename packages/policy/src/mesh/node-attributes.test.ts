import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatIpRange } from '../address/ip-range.ts'
import type { Directory, MeshNode } from '../decide/directory.ts'
import { compileText } from '../testing/compile-text.ts'
import type { CapabilityMap } from './filter-rule.ts'
import { addressPool, hasAttribute, selfCapabilities } from './node-attributes.ts'

const SETTINGS = { autoUpdate: false, https: false }
const EVERY_NODE = {
  'default-auto-update': [false],
  'https://tailscale.com/cap/file-sharing': null,
  'https://tailscale.com/cap/ssh': null,
}

function node(id: number, about: Partial<MeshNode>): MeshNode {
  const facts = { tags: [], addresses: [`100.64.0.${id}`], announcedRoutes: [], approvedRoutes: [], online: true }
  return { id, name: `n${id}`, ...facts, ...about }
}

const LAPTOP = node(1, { user: 'bob@example.com' })
const OWNERS = node(2, { user: 'alice@example.com' })
const SERVER = node(3, { tags: ['tag:server', 'tag:lab'] })
const DIRECTORY: Directory = {
  users: [
    { name: 'alice@example.com', role: 'owner', disabled: false },
    { name: 'bob@example.com', role: 'member', disabled: false },
  ],
  targets: [],
  nodes: [LAPTOP, OWNERS, SERVER],
}

function capabilities(policy: object, of: MeshNode, settings = SETTINGS): CapabilityMap {
  const compiled = compileText({ tagOwners: { 'tag:server': [], 'tag:lab': [] }, acls: [], ...policy }, DIRECTORY)
  return selfCapabilities(compiled, of, settings)
}

test('a node that no entry means is told what every node is told', () => {
  const nodeAttrs = [{ target: ['tag:server', 'alice@example.com'], attr: ['magicdns-aaaa'] }]
  assert.deepEqual(capabilities({ nodeAttrs }, LAPTOP), EVERY_NODE)
  assert.deepEqual(capabilities({}, SERVER), EVERY_NODE)
})

const targets: readonly (readonly [target: string, meant: readonly MeshNode[]])[] = [
  ['*', [LAPTOP, OWNERS, SERVER]],
  ['bob@example.com', [LAPTOP]],
  ['group:lab', [LAPTOP]],
  ['user:*@example.com', [LAPTOP, OWNERS]],
  ['tag:lab', [SERVER]],
  ['autogroup:member', [LAPTOP, OWNERS]],
  ['autogroup:owner', [OWNERS]],
  ['autogroup:admin', [OWNERS]],
  ['autogroup:tagged', [SERVER]],
  ['100.64.0.3', [SERVER]],
  ['100.64.0.0/31', [LAPTOP]],
  ['server-host', [SERVER]],
]
for (const [target, meant] of targets) {
  test(`${target} as a target means ${meant.map(({ name }) => name).join(', ')}`, () => {
    const policy = {
      groups: { 'group:lab': ['bob@example.com'] },
      hosts: { 'server-host': '100.64.0.3' },
      nodeAttrs: [{ target: [target], attr: ['custom:found'] }],
    }
    const found = [LAPTOP, OWNERS, SERVER].filter((each) => 'custom:found' in capabilities(policy, each))
    assert.deepEqual(found, meant)
  })
}

test('what several entries give adds up', () => {
  const nodeAttrs = [
    { target: ['*'], attr: ['drive:access'] },
    { target: ['tag:server'], attr: ['drive:share', 'drive:access'] },
    { target: ['tag:server'], app: { 'example.com/cap/a': [{ n: 1 }], 'example.com/cap/none': [] } },
    { target: ['tag:lab'], app: { 'example.com/cap/a': [2, 'three'] } },
  ]
  assert.deepEqual(capabilities({ nodeAttrs }, SERVER), {
    ...EVERY_NODE,
    'drive:access': null,
    'drive:share': null,
    'example.com/cap/a': [{ n: 1 }, 2, 'three'],
    'example.com/cap/none': [],
  })
})

test('funnel brings its ports, and a warning where there are no certificates', () => {
  const policy = { nodeAttrs: [{ target: ['tag:server'], attr: ['funnel'] }] }
  const funnel = { funnel: null, 'https://tailscale.com/cap/funnel-ports?ports=443,8443,10000': null }
  const warning = { 'https://tailscale.com/cap/warn-funnel-no-https': null }
  assert.deepEqual(capabilities(policy, SERVER), { ...EVERY_NODE, ...funnel, ...warning })
  assert.deepEqual(capabilities(policy, SERVER, { autoUpdate: false, https: true }), { ...EVERY_NODE, ...funnel })
})

test('switches of the whole mesh reach every node', () => {
  assert.deepEqual(capabilities({ randomizeClientPort: true }, LAPTOP, { autoUpdate: true, https: false }), {
    ...EVERY_NODE,
    'default-auto-update': [true],
    'randomize-client-port': null,
  })
})

test('the machines of those who run the mesh are told so; tagged ones are nobody’s', () => {
  const admin = 'https://tailscale.com/cap/is-admin'
  const owner = 'https://tailscale.com/cap/is-owner'
  assert.deepEqual(capabilities({}, OWNERS), { ...EVERY_NODE, [admin]: null, [owner]: null })
  assert.equal(admin in capabilities({}, LAPTOP), false)
})

test('addresses come from the ranges that mean the node, in the order of the text', () => {
  const nodeAttrs = [
    { target: ['autogroup:member'], ipPool: ['100.85.0.0/16'] },
    { target: ['tag:server'], ipPool: ['100.86.0.0/16'] },
    { target: ['alice@example.com'], ipPool: ['100.87.1.0/24', '100.87.0.0/24'], attr: ['x'] },
  ]
  const compiled = compileText({ tagOwners: { 'tag:server': [], 'tag:lab': [] }, acls: [], nodeAttrs }, DIRECTORY)
  const pool = (of: MeshNode): readonly string[] => addressPool(compiled, of).map(formatIpRange)
  assert.deepEqual(pool(OWNERS), ['100.85.0.0/16', '100.87.1.0/24', '100.87.0.0/24'])
  assert.deepEqual(pool(LAPTOP), ['100.85.0.0/16'])
  assert.deepEqual(pool(SERVER), ['100.86.0.0/16'])
  assert.equal(hasAttribute(compiled, OWNERS, 'x'), true)
  assert.equal(hasAttribute(compiled, LAPTOP, 'x'), false)
})
