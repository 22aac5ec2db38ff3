import * as fc from 'fast-check'
import type { JsonValue, Policy } from '../language/policy.ts'
import { policyOf } from './compile-text.ts'

/** Names that generated policies use, for directories that fit them. */
export const ARBITRARY_NAMES = {
  users: ['alice@example.com', 'bob@example.com', 'carol@', 'eve@example.org'],
  groups: ['group:dba', 'group:ops', 'group:empty'],
  tags: ['tag:db', 'tag:web', 'tag:router', 'tag:exit'],
  hosts: ['db1', 'office', 'Net-6'],
  ipsets: ['ipset:prod', 'ipset:wide'],
  postures: ['posture:mac', 'posture:any'],
  services: ['svc:web'],
} as const

const { users, groups, tags, hosts, ipsets, postures, services } = ARBITRARY_NAMES
const ADDRESSES = [
  '10.0.0.5',
  '10.0.0.0/8',
  '10.0.0.1-10.0.0.9',
  '10.0.0.77/25',
  '192.0.2.0/24',
  'fd00::5',
  'fd00::/8',
  '100.64.0.1',
  '100.64.0.0/30',
  '::ffff:100.64.0.2',
  'fd7a:115c:a1e0::3',
  'fd7a:115c:a1e0::/48',
  '127.0.0.1',
  '0.0.0.0/1',
]
/** As sources they stand for everybody; as destinations `*` has to be written. */
const WHOLE_FAMILIES = ['0.0.0.0/0', '::/0']
const ROLES = ['owner', 'admin', 'auditor', 'it-admin', 'network-admin', 'billing-admin'].map(
  (role) => `autogroup:${role}`,
)
const PEOPLE = [
  ...users,
  'Bob@Example.com',
  ...groups,
  'user:*@example.com',
  'autogroup:member',
  'autogroup:shared',
  ...ROLES,
]
const PLACES = ['*', ...hosts, `host:${hosts[0]}`, ...ipsets, ...ADDRESSES]
const SOURCES = [...PEOPLE, ...PLACES, ...WHOLE_FAMILIES, ...tags, 'autogroup:tagged', 'autogroup:danger-all']
const ACL_PORTS = ['*', '22', '80,443', '443,22,20-30,22', '8000-8999', '1-65535', '65535', '53,*']
const GRANT_IPS = [
  '*',
  '22',
  '80-90',
  'tcp:22',
  'tcp:*',
  'udp:53',
  'icmp:*',
  '47:*',
  'sctp:5000-6000',
  'TCP:1-65535',
  '0:443',
]
const PROTOCOLS = ['tcp', 'UDP', '6', 'sctp']
const PORTLESS_PROTOCOLS = ['icmp', 'ipv6-icmp', 'gre', '89']

/**
 * Sources of whole policies, as JSON values that `parsePolicy` takes without `domains`: every section, every kind of
 * selector where it is legal. Sections are left out at times; names are always defined.
 */
export function arbitraryPolicySource(): fc.Arbitrary<object> {
  return fc
    .record(
      {
        defaultSrcPosture: some(postures),
        acls: fc.array(acl(), { maxLength: 5 }),
        grants: fc.array(grant(), { maxLength: 5 }),
        ssh: fc.array(sshRule(), { maxLength: 4 }),
        autoApprovers: autoApprovers(),
        nodeAttrs: fc.array(nodeAttribute(), { maxLength: 3 }),
        tests: fc.array(policyTest(), { maxLength: 3 }),
        sshTests: fc.array(sshTest(), { maxLength: 3 }),
        derpMap: fc.dictionary(fc.string(), jsonValue(), { maxKeys: 2 }),
        disableIPv4: fc.boolean(),
        OneCGNATRoute: fc.constantFrom('', 'mac-always', 'mac-never'),
        randomizeClientPort: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .chain((sections) => definitions().map((names) => ({ ...names, ...sections })))
}

/** Whole policies as parsed. */
export function arbitraryPolicy(): fc.Arbitrary<Policy> {
  return arbitraryPolicySource().map((source) => policyOf(source))
}

function definitions(): fc.Arbitrary<object> {
  return fc.record({
    groups: fc.record({ 'group:dba': some(users), 'group:ops': some(users), 'group:empty': fc.constant([]) }),
    hosts: fc.record({
      db1: fc.constantFrom('10.0.0.5', 'fd00::5', '100.64.0.7'),
      office: fc.constantFrom('192.0.2.0/24', '10.2.0.0/16'),
      'Net-6': fc.constantFrom('fd00:1::/64', '2001:db8::/32'),
    }),
    tagOwners: fc.record(
      Object.fromEntries(tags.map((tag) => [tag, some([...users, ...groups, ...tags, 'autogroup:admin'])])),
    ),
    ipsets: fc.record({
      'ipset:prod': fc.oneof(some([...ADDRESSES, ...hosts]), ipsetOperations([...ADDRESSES, 'host:db1'])),
      'ipset:wide': ipsetOperations(['ipset:prod', 'autogroup:internet', ...ADDRESSES]),
    }),
    postures: fc.record({ 'posture:mac': some(CONDITIONS, 1), 'posture:any': some(CONDITIONS, 1) }),
  })
}

const CONDITIONS = [
  "node:os == 'macos'",
  "node:osVersion >= '13.4.1'",
  "node:tsReleaseTrack IN ['stable', 'unstable']",
  "ip:country NOT IN ['XX']",
  'custom:tier == 3',
  'custom:managed != false',
  'custom:seen IS SET',
  'custom:stolen NOT SET',
]

function ipsetOperations(targets: readonly string[]): fc.Arbitrary<readonly string[]> {
  const operation = fc
    .tuple(fc.constantFrom('add', 'remove'), fc.constantFrom(...targets))
    .map(([operator, target]) => `${operator} ${target}`)
  return fc.array(operation, { maxLength: 4 })
}

function acl(): fc.Arbitrary<object> {
  const names = fc.constantFrom(...PLACES, ...PEOPLE, ...tags, 'autogroup:internet', 'autogroup:tagged')
  const place = fc
    .tuple(names, fc.constantFrom(...ACL_PORTS), fc.boolean())
    .map(([name, ports, brackets]) => `${brackets && isIpv6Address(name) ? `[${name}]` : name}:${ports}`)
  const ordinary = fc.record(
    { src: repeated(SOURCES), dst: fc.array(place, { maxLength: 4 }), proto: fc.constantFrom('', ...PROTOCOLS) },
    { requiredKeys: ['src', 'dst'] },
  )
  const portless = fc.record({
    src: repeated(SOURCES),
    dst: fc.array(
      names.map((name) => `${name}:*`),
      { maxLength: 3 },
    ),
    proto: fc.constantFrom(...PORTLESS_PROTOCOLS),
  })
  const own = fc.record({
    src: some([...PEOPLE, '*'], 1),
    dst: fc.constantFrom(['autogroup:self:*'], ['autogroup:self:22', 'tag:db:22'], ['autogroup:self:1-22', '*:22']),
  })
  const rest = fc.record({ srcPosture: some(postures) }, { requiredKeys: [] })
  return fc.tuple(fc.oneof({ weight: 4, arbitrary: ordinary }, portless, own), rest).map(([rule, more]) => ({
    action: 'accept',
    ...rule,
    ...more,
  }))
}

function isIpv6Address(name: string): boolean {
  return name.includes('::') && !name.includes('/')
}

function grant(): fc.Arbitrary<object> {
  const places = [...PLACES, ...PEOPLE, ...tags, ...services, 'autogroup:tagged']
  const network = fc.record({
    src: repeated(SOURCES),
    dst: repeated([...places, 'autogroup:internet']),
    ip: repeated(GRANT_IPS, 1),
  })
  const application = fc.record({ src: repeated(SOURCES), dst: repeated(places), app: app() })
  const both = fc.record({
    src: some(PEOPLE),
    dst: some([...places, 'autogroup:self']),
    ip: some(GRANT_IPS),
    app: app(),
  })
  const rest = fc.record({ via: some(tags), srcPosture: some(postures) }, { requiredKeys: [] })
  return fc.tuple(fc.oneof(network, application, both), rest).map(([rule, more]) => ({ ...rule, ...more }))
}

function app(): fc.Arbitrary<object> {
  return fc.dictionary(
    fc.constantFrom('example.com/cap/one', 'example.com/a/b/c', 'tailscale.com/cap/drive', 'tailscale.com/cap/relay'),
    fc.array(fc.dictionary(fc.string(), jsonValue(), { maxKeys: 2 }), { maxLength: 2 }),
    { minKeys: 1, maxKeys: 3 },
  )
}

function sshRule(): fc.Arbitrary<object> {
  const domains = ['localpart:*@example.com', 'localpart:*@example.org']
  const logins = ['root', 'Root', 'toor', 'ubuntu', 'alice', 'autogroup:nonroot', ...domains, 'l\u00e9a', 'group:dba']
  const toMachines = fc.record({
    src: repeated([...PEOPLE, ...tags, 'autogroup:tagged']),
    dst: repeated([...tags, 'autogroup:tagged']),
  })
  const toOwn = fc.record({
    src: some(PEOPLE, 1),
    dst: fc.constantFrom(['autogroup:self'], ['autogroup:self', 'tag:db']),
  })
  const toSame = fc.constantFrom(...users).map((user) => ({ src: [user], dst: [user] }))
  const rest = fc.record(
    {
      checkPeriod: fc.constantFrom('always', '0s', '12h', '1h30m', '90s', '168h', '1.5s', '250ms'),
      acceptEnv: some(['LANG', 'LC_*', 'GIT_?']),
      recorder: some(['tag:router', '100.64.0.9']),
      enforceRecorder: fc.boolean(),
      srcPosture: some(postures),
    },
    { requiredKeys: [] },
  )
  const sides = fc.oneof({ weight: 3, arbitrary: toMachines }, toOwn, toSame)
  const action = fc.constantFrom('accept', 'check')
  return fc
    .tuple(sides, repeated(logins, 1), action, rest)
    .map(([rule, names, what, more]) => ({ action: what, ...rule, users: names, ...more }))
}

function autoApprovers(): fc.Arbitrary<object> {
  const approvers = some([...PEOPLE, ...tags, 'autogroup:tagged'])
  return fc.record(
    {
      routes: fc.dictionary(fc.constantFrom('10.0.0.0/8', '10.0.0.77/25', '0.0.0.0/0', '::/0', 'fd00::/8'), approvers),
      exitNode: approvers,
      services: fc.dictionary(fc.constantFrom('svc:web', 'tag:web'), approvers),
    },
    { requiredKeys: [] },
  )
}

function nodeAttribute(): fc.Arbitrary<object> {
  return fc.record(
    {
      target: some([...PEOPLE, ...PLACES, ...tags, 'autogroup:tagged']),
      attr: some(['funnel', 'randomize-client-port', 'nextdns:abc123', 'https://example.com/cap/test?value=42']),
      app: app(),
      ipPool: some(['100.81.0.0/16', '100.85.1.0/24', '100.99.0.1']),
    },
    { requiredKeys: ['target'] },
  )
}

function policyTest(): fc.Arbitrary<object> {
  const places = ['tag:db', 'db1', '10.0.0.5', '[fd00::5]', '100.64.0.1', '[fd7a:115c:a1e0::1]', 'bob@example.com']
  const wrong = [
    'office:22',
    'nowhere:22',
    'db1:1-9',
    'db1:*',
    'autogroup:self:22',
    '10.0.0.5/32:22',
    'tag:db',
    'tag:no:22',
  ]
  const checks = some([
    ...[...places, 'group:ops', 'autogroup:member', 'autogroup:tagged'].map((place) => `${place}:22`),
    ...wrong,
  ])
  return fc.record(
    {
      src: fc.constantFrom(
        ...PEOPLE,
        ...tags,
        'autogroup:tagged',
        'db1',
        '10.0.0.5',
        '100.64.0.1',
        'group:unknown',
        '*',
        '',
      ),
      accept: checks,
      deny: checks,
      proto: fc.constantFrom('', 'tcp', 'udp', 'icmp', 'odd'),
      srcPostureAttrs: postureAttributes(),
    },
    { requiredKeys: ['src'] },
  )
}

function sshTest(): fc.Arbitrary<object> {
  const logins = some(['root', 'ubuntu', 'alice'])
  return fc.record(
    {
      src: fc.constantFrom(...users, ...groups, ...tags, 'user:*@example.com', '100.64.0.1', 'group:unknown', ''),
      dst: some([...tags, ...users, ...groups, '100.64.0.1', 'fd7a:115c:a1e0::1']),
      accept: logins,
      deny: logins,
      check: logins,
      srcPostureAttrs: postureAttributes(),
    },
    { requiredKeys: ['src', 'dst'] },
  )
}

function postureAttributes(): fc.Arbitrary<object> {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean())
  return fc.dictionary(fc.constantFrom('node:os', 'node:osVersion', 'custom:tier'), value)
}

/** Values of JSON, keys and texts of any characters that are well-formed. */
function jsonValue(): fc.Arbitrary<JsonValue> {
  return fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }).map((value) => value as JsonValue)
}

/** Some of the names, at times the same one twice. */
function repeated(names: readonly string[], minLength = 0): fc.Arbitrary<readonly string[]> {
  return fc.array(fc.constantFrom(...names), { minLength, maxLength: Math.max(4, minLength) })
}

function some(names: readonly string[], minLength = 0): fc.Arbitrary<readonly string[]> {
  return fc.uniqueArray(fc.constantFrom(...names), { minLength, maxLength: Math.max(4, minLength) })
}
