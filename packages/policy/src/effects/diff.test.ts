import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import type { Directory } from '../decide/directory.ts'
import { reachable } from '../decide/reachable.ts'
import { PORT_MAX, type PortRange } from '../language/service.ts'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { type DiffOptions, diffEffects, type EffectsDiff } from './diff.ts'

/** A diff without giving anybody else a turn. */
function diff(
  before: string | object,
  after: string | object,
  directory: Directory = DIRECTORY,
  options: DiffOptions = { limit: 1000 },
): EffectsDiff {
  return finish(diffEffects(compileText(before, directory), compileText(after, directory), directory, options))
}

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** `- group:dba: 22 on tag:db`. */
function lines({ rows, more }: EffectsDiff): readonly string[] {
  const told = rows.map(
    ({ change, who, opened, where }) =>
      `${change === 'loses' ? '-' : '+'} ${who.names.join(', ')}: ${opened} on ${where.names.join(', ')}`,
  )
  return more === 0 ? told : [...told, `${more} more`]
}

const TAGS = { 'tag:db': [], 'tag:web': [] }
const DBA = { 'group:dba': ['bob@example.com', 'carol@'] }
const accept = (src: readonly string[], dst: readonly string[]) => ({ action: 'accept', src, dst })

suite('effects of a change', () => {
  test('order, layout, aliases and other ways to write the same are no effect', () => {
    const before = {
      groups: DBA,
      hosts: { db1: '10.0.0.5' },
      tagOwners: TAGS,
      acls: [accept(['group:dba'], ['tag:db:22']), accept(['alice@example.com'], ['db1:22', 'tag:web:80'])],
    }
    const after = {
      tagOwners: TAGS,
      groups: { 'group:dba': ['carol@', 'bob@example.com'] },
      grants: [
        { src: ['alice@example.com'], dst: ['10.0.0.5'], ip: ['22'] },
        { src: ['alice@example.com'], dst: ['tag:web'], ip: ['80'] },
      ],
      acls: [accept(['carol@', 'bob@example.com'], ['tag:db:22'])],
    }
    const found = diff(before, after)
    assert.deepEqual([found.rows, found.losers, found.gainers, found.otherSections], [[], 0, 0, []])
  })

  test('a rule taken away is told by its group and its tag, with counts', () => {
    const policy = { groups: DBA, tagOwners: TAGS, acls: [accept(['group:dba'], ['tag:db:22'])] }
    const found = diff(policy, { ...policy, acls: [] })
    assert.deepEqual(found, {
      rows: [
        {
          kind: 'users',
          change: 'loses',
          opened: '22',
          who: { names: ['group:dba'], more: 0, people: 2 },
          where: { names: ['tag:db'], more: 0, targets: 1, examples: ['db1'] },
          partly: false,
        },
      ],
      more: 0,
      losers: 2,
      gainers: 0,
      otherSections: [],
    })
  })

  test('what another rule still opens is not lost', () => {
    const wide = accept(['autogroup:member'], ['tag:db:22'])
    const before = { groups: DBA, tagOwners: TAGS, acls: [wide, accept(['group:dba'], ['tag:db:22,5432'])] }
    const after = { groups: DBA, tagOwners: TAGS, acls: [wide] }
    assert.deepEqual(lines(diff(before, after)), ['- group:dba: 5432 on tag:db'])
  })

  test('somebody who leaves a group loses what it has, and only they', () => {
    const policy = (members: readonly string[]) => ({
      groups: { 'group:dba': members },
      tagOwners: TAGS,
      acls: [accept(['group:dba'], ['tag:db:22', '10.9.0.0/16:5432'])],
    })
    const found = diff(policy(['bob@example.com', 'carol@']), policy(['carol@', 'eve@example.org']))
    assert.deepEqual(lines(found), [
      '- bob@example.com: 22 on tag:db',
      '- bob@example.com: 5432 on 10.9.0.0/16',
      '+ eve@example.org: 22 on tag:db',
      '+ eve@example.org: 5432 on 10.9.0.0/16',
    ])
    assert.deepEqual([found.losers, found.gainers], [1, 1])
  })

  test('an alias, a tag or an ipset that comes to mean something else has an effect', () => {
    const policy = (address: string) => ({ hosts: { db: address }, acls: [accept(['carol@'], ['db:22'])] })
    assert.deepEqual(lines(diff(policy('10.9.0.1'), policy('10.9.0.2'))), [
      '- carol: 22 on 10.9.0.1',
      '+ carol: 22 on 10.9.0.2',
    ])
  })

  test('protocols are told where a rule names them, ports by exception where nearly all are meant', () => {
    const policy = (ip: readonly string[]) => ({ grants: [{ src: ['carol@'], dst: ['10.9.0.1'], ip }] })
    const only = (before: readonly string[], after: readonly string[]) => {
      const [row, ...rest] = diff(policy(before), policy(after)).rows
      assert.deepEqual(rest, [])
      return `${row?.change ?? ''} ${row?.opened ?? ''}`
    }
    assert.equal(only(['22'], ['tcp:22']), 'loses udp:22')
    assert.equal(only(['tcp:22'], ['tcp:22', 'udp:53']), 'gains udp:53')
    assert.equal(only(['tcp:*'], ['tcp:22']), 'loses tcp:* but for 22')
    assert.equal(only(['tcp:22', 'icmp:*'], ['tcp:22']), 'loses icmp')
    assert.equal(only(['22'], ['22', '443-445']), 'gains 443-445')
    assert.equal(only(['22'], ['*']), 'gains * but for 22')
  })

  test('everything is told as the inventory and the addresses outside of it', () => {
    const found = diff({ acls: [] }, { acls: [accept(['carol@'], ['*:*'])] })
    assert.deepEqual(lines(found), ['+ carol: * on *'])
    const keeps = [accept(['carol@'], ['10.0.0.6:*'])]
    assert.deepEqual(lines(diff({ acls: keeps }, { acls: [...keeps, accept(['carol@'], ['*:*'])] })), [
      '+ carol: * on db1, dns-named, untagged, other addresses but for 10.0.0.6',
    ])
  })

  test('special addresses count only where they are named', () => {
    const before = { acls: [accept(['carol@'], ['*:22'])] }
    const after = { acls: [accept(['carol@'], ['*:22', '127.0.0.1:22', '169.254.0.0/16:80'])] }
    assert.deepEqual(lines(diff(before, after)), ['+ carol: 22 on 127.0.0.1', '+ carol: 80 on 169.254.0.0/16'])
  })

  test('whoever signs in from an address, and machines with a tag, are told beside people', () => {
    const before = { tagOwners: { ...TAGS, 'tag:ci': [] }, acls: [] }
    const after = {
      ...before,
      acls: [accept(['192.0.2.0/25', '192.0.2.128/25'], ['tag:web:22']), accept(['tag:ci'], ['tag:db:5432'])],
    }
    const found = diff(before, after)
    assert.deepEqual(lines(found), ['+ anyone from 192.0.2.0/24: 22 on tag:web', '+ tag:ci: 5432 on tag:db'])
    assert.deepEqual([found.gainers, found.rows.map(({ kind }) => kind)], [0, ['address', 'machines']])
  })

  test('disabled users neither gain nor lose', () => {
    const found = diff({ acls: [] }, { acls: [accept(['dora@example.com'], ['*:*'])] })
    assert.deepEqual(found.rows, [])
  })

  test('people’s own machines of the mesh are places of theirs alone', () => {
    const directory: Directory = {
      ...DIRECTORY,
      nodes: [
        {
          id: 1,
          name: 'bobs',
          user: 'bob@example.com',
          tags: [],
          addresses: ['100.64.0.1'],
          announcedRoutes: [],
          approvedRoutes: [],
          online: true,
        },
        {
          id: 2,
          name: 'carols',
          user: 'carol',
          tags: [],
          addresses: ['100.64.0.2'],
          announcedRoutes: [],
          approvedRoutes: [],
          online: true,
        },
      ],
    }
    const after = {
      acls: [accept(['autogroup:member'], ['autogroup:self:22']), accept(['carol@'], ['bob@example.com:80'])],
    }
    assert.deepEqual(lines(diff({ acls: [] }, after, directory)).toSorted(), [
      '+ bob@example.com: 22 on bobs',
      '+ carol: 22 on carols',
      '+ carol: 80 on bobs',
    ])
  })

  test('sections that decide nothing about who reaches what are named when they differ', () => {
    const before = { tagOwners: TAGS, acls: [], tests: [{ src: 'carol@', deny: ['10.0.0.5:22'] }] }
    const moved = `{\n\n"tests": [{ "src": "carol@", "deny": ["10.0.0.5:22"] }], "acls": [], "tagOwners": { "tag:web": [], "tag:db": [] } }`
    assert.deepEqual(diff(before, moved).otherSections, [])
    assert.deepEqual(
      diff(before, { acls: [], tagOwners: { 'tag:db': ['group:x'], 'tag:web': [] }, groups: { 'group:x': [] } })
        .otherSections,
      ['tagOwners', 'tests'],
    )
  })

  test('logins and terms that differ are named, also where only a group of theirs does', () => {
    const policy = (members: readonly string[], mode: string) => ({
      groups: { 'group:dba': members },
      tagOwners: TAGS,
      ssh: [{ action: 'accept', src: ['group:dba'], dst: ['tag:db'], users: ['root'] }],
      grants: [{ src: ['*'], dst: ['tag:db'], app: { 'example.com/cap/x': [{ mode }] } }],
    })
    const one = policy(['bob@example.com'], 'a')
    assert.deepEqual(diff(one, one).otherSections, [])
    assert.deepEqual(diff(one, policy(['carol@'], 'a')).otherSections, ['ssh'])
    assert.deepEqual(diff(one, policy(['bob@example.com'], 'b')).otherSections, ['app'])
  })

  test('what only the mesh has, and what only the order of logins decides, is no effect on doors but named', () => {
    const via = (port: string) => ({
      tagOwners: { ...TAGS, 'tag:router': [] },
      grants: [{ src: ['*'], dst: ['10.0.0.5'], ip: [port], via: ['tag:router'] }],
    })
    assert.deepEqual(diff(via('22'), via('23')).otherSections, ['via'])
    const postured = (os: string) => ({
      postures: { 'posture:a': [`node:os == '${os}'`] },
      tagOwners: TAGS,
      acls: [],
      ssh: [{ action: 'accept', src: ['carol@'], dst: ['tag:db'], users: ['root'], srcPosture: ['posture:a'] }],
    })
    assert.deepEqual(diff(postured('linux'), postured('macos')).otherSections, ['ssh'])
    const rule = { action: 'check', src: ['carol@'], dst: ['tag:db'], users: ['root'] }
    const ssh = (...periods: readonly string[]) => ({
      tagOwners: TAGS,
      acls: [],
      ssh: periods.map((checkPeriod) => ({ ...rule, checkPeriod })),
    })
    assert.deepEqual(diff(ssh('1h', '2h'), ssh('2h', '1h')).otherSections, ['ssh'])
    assert.deepEqual(diff(ssh('1h', '1h'), ssh('1h', '1h')).otherSections, [])
    const owned = (members: readonly string[]) => ({
      groups: { 'group:ops': members },
      acls: [],
      autoApprovers: { routes: { '10.0.0.0/8': ['group:ops'] } },
    })
    assert.deepEqual(diff(owned(['carol@']), owned([])).otherSections, ['autoApprovers'])
  })

  test('many addresses of one set are compared at once', () => {
    const ipset = Array.from({ length: 5000 }, (_, index) => `10.${index >> 8}.${index & 255}.1`)
    const rules = Array.from({ length: 50 }, (_, index) => ({
      src: ['ipset:a', '192.0.2.1'],
      dst: ['ipset:a'],
      ip: [String(index + 1)],
    }))
    const policy = (grants: readonly object[]) => ({ ipsets: { 'ipset:a': ipset }, grants })
    const before = process.cpuUsage()
    const { rows } = diff(policy(rules), policy(rules.slice(1)))
    assert.ok(process.cpuUsage(before).user < 3e6)
    assert.deepEqual(
      rows.map(({ change, kind, opened, where }) => [change, kind, opened, where.names]),
      [['loses', 'address', '1', ['ipset:a']]],
    )
  })

  test('at most so many rows are given, and the rest counted', () => {
    const acls = DIRECTORY.users.map(({ name }, index) =>
      accept([name.includes('@') ? name : `${name}@`], [`10.9.0.${index}:22`]),
    )
    const found = diff({ acls }, { acls: [] }, DIRECTORY, { limit: 2 })
    assert.deepEqual([found.rows.length, found.more, found.losers], [2, 4, 6])
  })
})

const name = fc.constantFrom('alice@example.com', 'bob@example.com', 'carol@', 'eve@example.org')
const source = fc.oneof(
  name,
  fc.constantFrom(
    '*',
    'group:a',
    'group:b',
    'autogroup:member',
    'autogroup:owner',
    'autogroup:admin',
    'user:*@example.com',
  ),
)
const place = fc.constantFrom(
  '*',
  'tag:db',
  'tag:web',
  'autogroup:tagged',
  '10.0.0.5',
  '10.0.0.0/30',
  '10.0.0.4/31',
  '10.0.0.0/8',
  '127.0.0.1',
  'autogroup:internet',
)
const ports = fc.constantFrom('22', '80', '22,80', '20-90', '*', '443')
const policy = fc.record({
  groups: fc.record({
    'group:a': fc.uniqueArray(name, { maxLength: 3 }),
    'group:b': fc.uniqueArray(name, { maxLength: 3 }),
  }),
  tagOwners: fc.constant({ 'tag:db': [], 'tag:web': [], 'tag:prod': [], 'tag:here': [] }),
  acls: fc.array(
    fc
      .tuple(
        fc.uniqueArray(source, { minLength: 1, maxLength: 2 }),
        fc.array(fc.tuple(place, ports), { minLength: 1, maxLength: 2 }),
      )
      .map(([src, dst]) => ({ action: 'accept', src, dst: dst.map(([where, which]) => `${where}:${which}`) })),
    { maxLength: 5 },
  ),
})

/** Each target with one address, so that what is open there is what is open at it. */
const TARGETS = DIRECTORY.targets.map((target) => ({ ...target, addresses: target.addresses.slice(0, 1) }))
const USERS = DIRECTORY.users.filter(({ disabled }) => !disabled)

/** The ports of a row's text, one by one. */
function portsIn(text: string): readonly number[] {
  const [open = '', shut] = text.split(' but for ')
  const closed = new Set(shut === undefined ? [] : portsIn(shut))
  return open.split(',').flatMap((part) => {
    const [first = 0, last = first] = part === '*' ? [0, PORT_MAX] : part.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((port) => !closed.has(port))
  })
}

/** TCP ports of the first that the second has not, one by one. */
function beyond(first: readonly PortRange[], second: readonly PortRange[]): readonly number[] {
  const ports = first.flatMap(({ first: from, last }) => Array.from({ length: last - from + 1 }, (_, at) => from + at))
  return ports.filter((port) => !second.some((range) => range.first <= port && port <= range.last))
}

const byNumber = (a: number, b: number): number => a - b

test('a diff tells of each pair of user and target exactly what the policies open there', () => {
  fc.assert(
    fc.property(
      policy,
      policy,
      fc.constantFrom(...USERS),
      fc.constantFrom(...TARGETS),
      (before, after, user, target) => {
        const directory = { users: [user], targets: [target] }
        const open = (source: object) => reachable(compileText(source, directory), user, [target])[0]?.ports ?? []
        const [was, is] = [open(before), open(after)]
        const rows = diff(before, after, directory).rows.filter(({ where }) => where.targets > 0)
        const check = (change: string, differing: readonly number[]) => {
          const ofChange = rows.filter((row) => row.change === change)
          const ports = ofChange.flatMap(({ opened }) => portsIn(opened)).toSorted(byNumber)
          const told = new Set(ports)
          // A row that says that some of it stays tells at least what goes.
          if (ofChange.some(({ partly }) => partly))
            assert.deepEqual(
              differing.filter((port) => !told.has(port)),
              [],
            )
          else assert.deepEqual(ports, differing)
        }
        check('loses', beyond(was, is))
        check('gains', beyond(is, was))
      },
    ),
    { numRuns: 200 },
  )
})

test('a diff over everybody counts those whom a diff over them alone concerns', () => {
  fc.assert(
    fc.property(policy, policy, (before, after) => {
      const all = diff(before, after, { users: USERS, targets: TARGETS })
      const alone = USERS.map((user) => diff(before, after, { users: [user], targets: TARGETS }))
      assert.equal(
        all.losers,
        alone.reduce((sum, { losers }) => sum + losers, 0),
      )
      assert.equal(
        all.gainers,
        alone.reduce((sum, { gainers }) => sum + gainers, 0),
      )
    }),
    { numRuns: 100 },
  )
})
