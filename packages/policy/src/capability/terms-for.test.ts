import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compilePolicy } from '../decide/compile.ts'
import { decide, type Query } from '../decide/decide.ts'
import { parsePolicy } from '../language/parse-policy.ts'
import { compileText, DIRECTORY, policyOf } from '../testing/compile-text.ts'
import { DESKTOP_CAPABILITY, desktopTerms } from './desktop-terms.ts'
import { SSH_CAPABILITY, sshTerms } from './ssh-terms.ts'
import { desktopTermRules, desktopTermsFor, hasTerms, sshTermRules, termsFor } from './terms-for.ts'
import { desktopValue, sshValue } from './testing/terms.ts'
import { walkTerms } from './testing/walk-terms.ts'

const ssh = (...values: unknown[]) => ({ 'sallyport.dev/cap/ssh': values })
const asked = (name: string, address: string, more: Partial<Query> = {}): Query => ({
  user: { name },
  destination: { address, port: 22 },
  ...more,
})
const DEFINITIONS = {
  groups: { 'group:a': ['bob@example.com', 'carol@'], 'group:b': ['alice@example.com'] },
  tagOwners: { 'tag:db': [], 'tag:web': [], 'tag:here': [] },
  postures: { 'posture:mac': ["node:os == 'macos'"] },
}

test('terms of every grant that means the person and the place combine, whatever its ports', () => {
  const compiled = compileText({
    ...DEFINITIONS,
    grants: [
      { src: ['*'], dst: ['tag:db'], ip: ['tcp:22'] },
      { src: ['group:a'], dst: ['tag:db'], ip: ['udp:53'], app: ssh({ idleTimeout: '1h' }, { postQuantum: true }) },
      { src: ['*'], dst: ['10.0.0.0/8'], app: ssh({ idleTimeout: '15m', sessionLimit: '8h' }) },
      { src: ['group:b'], dst: ['*'], app: ssh({ recording: 'required' }) },
    ],
  })
  assert.deepEqual(termsFor(compiled, asked('bob@example.com', '10.0.0.5')), {
    idleTimeout: 900_000,
    sessionLimit: 28_800_000,
    postQuantum: true,
  })
  assert.deepEqual(termsFor(compiled, asked('bob@example.com', '10.0.0.6')), {
    idleTimeout: 900_000,
    sessionLimit: 28_800_000,
  })
  assert.equal(termsFor(compiled, asked('bob@example.com', '192.0.2.1')), undefined)
  assert.equal(desktopTermsFor(compiled, asked('bob@example.com', '10.0.0.5')), undefined)
  assert.deepEqual(
    sshTermRules(compiled, asked('bob@example.com', '10.0.0.5')).map(({ rule }) => rule.index),
    [1, 2],
  )
})

test('terms open nothing', () => {
  const compiled = compileText({ ...DEFINITIONS, grants: [{ src: ['*'], dst: ['*'], app: ssh({ mode: 'blind' }) }] })
  assert.equal(decide(compiled, asked('bob@example.com', '10.0.0.5')).verdict, 'deny')
})

test('for terms “*”, wide prefixes and the tags of whoever is asked for mean special addresses too', () => {
  const grants = [{ src: ['*'], dst: ['*'], app: ssh({ idleTimeout: '1h' }) }]
  const query = asked('bob@example.com', '127.0.0.1')
  assert.deepEqual(termsFor(compileText({ grants }), query), { idleTimeout: 3_600_000 })
  const tagged = compileText({ ...DEFINITIONS, grants: [{ ...grants[0], dst: ['tag:web'] }] })
  assert.equal(termsFor(tagged, query), undefined)
  const claimed = { ...query, destination: { ...query.destination, tags: ['tag:web'] } }
  assert.deepEqual(termsFor(tagged, claimed), { idleTimeout: 3_600_000 })
})

test('an unknown device fulfils every posture that only narrows, a known one those that it fulfils', () => {
  const compiled = compileText({
    ...DEFINITIONS,
    grants: [
      { src: ['*'], dst: ['*'], srcPosture: ['posture:mac'], app: ssh({ idleTimeout: '1h' }) },
      { src: ['*'], dst: ['*'], app: ssh({ sessionLimit: '1h' }) },
    ],
  })
  const terms = (attributes?: Query['attributes']) =>
    termsFor(compiled, asked('carol', '10.0.0.5', attributes === undefined ? {} : { attributes }))
  assert.deepEqual(terms(), { idleTimeout: 3_600_000, sessionLimit: 3_600_000 })
  assert.deepEqual(terms({ 'node:os': 'macos' }), { idleTimeout: 3_600_000, sessionLimit: 3_600_000 })
  assert.deepEqual(terms({ 'node:os': 'linux' }), { sessionLimit: 3_600_000 })
})

test('a login that may not go unrecorded keeps a door shut that does not record, on ports of SSH', () => {
  const compiled = compileText({
    ...DEFINITIONS,
    ssh: [
      { action: 'accept', src: ['bob@example.com'], dst: ['tag:db'], users: ['deploy'] },
      {
        action: 'check',
        src: ['autogroup:member'],
        dst: ['tag:db'],
        users: ['root'],
        srcPosture: ['posture:mac'],
        recorder: ['tag:web'],
        enforceRecorder: true,
      },
    ],
  })
  assert.ok(hasTerms(compiled.policy, 'ssh') && !hasTerms(compiled.policy, 'desktop'))
  const wayTo = (address: string, port: number, more: object = {}): Query => ({
    user: { name: 'bob@example.com' },
    destination: { address, port, ...more },
  })
  const to = (...place: Parameters<typeof wayTo>): unknown => termsFor(compiled, wayTo(...place))
  const recorded = { recording: 'required' }
  assert.deepEqual(to('10.0.0.5', 22), recorded)
  assert.deepEqual(to('10.0.0.5', 2222, { sshPort: 2222 }), recorded)
  assert.deepEqual(to('10.0.0.5', 22, { sshPort: 2222 }), recorded)
  assert.equal(to('10.0.0.5', 5432), undefined)
  assert.equal(to('192.0.2.1', 22), undefined)
  assert.deepEqual(to('192.0.2.1', 22, { tags: ['tag:db'] }), recorded)
  assert.deepEqual(to('127.0.0.1', 22, { tags: ['tag:db'] }), recorded, 'claimed tags narrow')
  const linux = { ...wayTo('10.0.0.5', 22), attributes: { 'node:os': 'linux' } }
  assert.equal(termsFor(compiled, linux), undefined)
  assert.deepEqual(
    sshTermRules(compiled, wayTo('10.0.0.5', 22)).map(({ rule }) => [rule.section, rule.index]),
    [['ssh', 1]],
  )
})

test('a recorder that is not enforced keeps no door shut', () => {
  const rule = { action: 'accept', src: ['bob@example.com'], dst: ['tag:db'], users: ['root'], recorder: ['tag:web'] }
  assert.equal(hasTerms(policyOf({ ...DEFINITIONS, ssh: [rule] }), 'ssh'), false)
})

test('a policy without terms has none to ask for', () => {
  const without = policyOf({
    grants: [{ src: ['*'], dst: ['*'], ip: ['*'], app: { 'other.example/cap': [{ a: 1 }] } }],
  })
  assert.deepEqual([hasTerms(without, 'ssh'), hasTerms(without, 'desktop')], [false, false])
  const empty = policyOf({ grants: [{ src: ['*'], dst: ['*'], ip: ['*'], app: ssh({}) }] })
  assert.equal(hasTerms(empty, 'ssh'), false)
})

test('whoever the directory does not hold has no terms: they are denied', () => {
  const compiled = compileText({ grants: [{ src: ['*'], dst: ['*'], app: ssh({ idleTimeout: '1h' }) }] })
  assert.equal(termsFor(compiled, asked('nobody', '10.0.0.5')), undefined)
  assert.equal(termsFor(compiled, asked('dora@example.com', '10.0.0.5')), undefined)
  assert.equal(termsFor(compiled, asked('carol', 'not an address')), undefined)
})

const source = fc.constantFrom(
  '*',
  'bob@example.com',
  'user:*@example.com',
  'group:a',
  'group:b',
  'autogroup:member',
  'autogroup:admin',
  'tag:db',
  '192.0.2.0/24',
)
const destination = fc.constantFrom(
  '*',
  'tag:db',
  'tag:web',
  'tag:here',
  'autogroup:tagged',
  'bob@example.com',
  'autogroup:self',
  '10.0.0.0/8',
  '10.0.0.5',
  '127.0.0.0/8',
  'fd00::/8',
  '0.0.0.0/1',
)
const many = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: 3 })
const grant = fc.record(
  {
    src: many(source),
    dst: many(destination),
    ip: fc.constant(['tcp:22']),
    srcPosture: fc.constant(['posture:mac']),
    app: fc.record({
      'sallyport.dev/cap/ssh': fc.array(sshValue, { maxLength: 2 }),
      'sallyport.dev/cap/desktop': fc.array(desktopValue, { maxLength: 1 }),
    }),
  },
  { requiredKeys: ['src', 'dst', 'app'] },
)
/** `autogroup:self` goes with people as sources alone. */
const legal = grant.filter(({ src, dst }) => {
  const people = src.every((each) => each.includes('@') || each.startsWith('group:') || each.startsWith('autogroup:'))
  return people || !dst.includes('autogroup:self')
})
const query: fc.Arbitrary<Query> = fc.record(
  {
    user: fc.record({ name: fc.constantFrom(...DIRECTORY.users.map(({ name }) => name)) }),
    source: fc.constantFrom('192.0.2.5', '198.51.100.1'),
    attributes: fc.constantFrom({}, { 'node:os': 'macos' }, { 'node:os': 'linux' }),
    destination: fc.record({
      address: fc.constantFrom('10.0.0.5', '10.0.0.6', '10.9.9.9', '127.0.0.1', 'fd00::5', '8.8.8.8', '100.64.0.1'),
      port: fc.constantFrom(22, 3389),
      tags: fc.constantFrom([], ['tag:web']),
    }),
  },
  { requiredKeys: ['user', 'destination'] },
)
const directory = {
  ...DIRECTORY,
  nodes: [
    {
      id: 1,
      name: 'laptop',
      user: 'bob@example.com',
      tags: [],
      addresses: ['100.64.0.1'],
      announcedRoutes: [],
      approvedRoutes: [],
      online: true,
    },
  ],
}

test('the index finds what a walk over every rule finds, in whatever order they stand', () => {
  fc.assert(
    fc.property(
      fc.array(legal, { maxLength: 6 }),
      fc.array(query, { minLength: 1, maxLength: 6 }),
      (grants, queries) => {
        const compiled = compilePolicy(policyOf({ ...DEFINITIONS, grants }), directory)
        const reversed = compilePolicy(policyOf({ ...DEFINITIONS, grants: grants.toReversed() }), directory)
        for (const each of queries) {
          const walked = walkTerms(compiled, each, SSH_CAPABILITY, sshTerms)
          const walkedSsh = walked.map(({ terms }) => terms)
          assert.deepEqual(sshTermRules(compiled, each), walked)
          const walkedOfDesktop = walkTerms(compiled, each, DESKTOP_CAPABILITY, desktopTerms)
          assert.deepEqual(desktopTermRules(compiled, each), walkedOfDesktop)
          const walkedDesktop = walkedOfDesktop.map(({ terms }) => terms)
          const found = termsFor(compiled, each)
          assert.equal(found === undefined, walkedSsh.length === 0)
          assert.deepEqual(
            found ?? {},
            walkedSsh.reduce((a, b) => sshTerms.meet(a, b), {}),
          )
          assert.deepEqual(
            desktopTermsFor(compiled, each) ?? {},
            walkedDesktop.reduce((a, b) => desktopTerms.meet(a, b), {}),
          )
          assert.deepEqual(termsFor(reversed, each), found)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('what is wrong with values is told where it stands, with what was probably meant', () => {
  const problems = (value: string) => {
    const text = `{"grants":[{"src":["*"],"dst":["*"],"app":{${value}}}]}`
    const result = parsePolicy(text)
    return result.ok
      ? []
      : result.diagnostics.map(({ code, offset, suggestion }) => [code, text.slice(offset, offset + 12), suggestion])
  }
  const of = (value: string) => problems(`"sallyport.dev/cap/ssh":[${value}]`)
  assert.deepEqual(problems('"other.example/cap":[{"mode":7},3]'), [])
  assert.deepEqual(problems('"sallyport.dev/cap/shh":[]'), [['unknown-name', '"sallyport.d', 'sallyport.dev/cap/ssh']])
  assert.deepEqual(problems('"Sallyport.dev/cap/ssh":[]'), [['unknown-name', '"Sallyport.d', 'sallyport.dev/cap/ssh']])
  assert.deepEqual(of('{"idleTimout":"15m"}'), [['unknown-key', '"idleTimout"', 'idleTimeout']])
  assert.deepEqual(of('{"idleTimeout":"15"}'), [['bad-value', '"15"}]}}]}', undefined]])
  assert.deepEqual(of('{"idleTimeout":900}'), [['bad-value', '900}]}}]}', undefined]])
  assert.deepEqual(of('{"mode":"inspect"}'), [['bad-value', '"inspect"}]}', 'inspected']])
  assert.deepEqual(of('{"postQuantum":"yes"}'), [['wrong-type', '"yes"}]}}]}', undefined]])
  assert.deepEqual(of('7'), [['wrong-type', '7]}}]}', undefined]])
  assert.deepEqual(of('{"sftp":{"direction":"upp"}}'), [['bad-value', '"upp"}}]}}]}', 'up']])
  assert.deepEqual(of('{"sftp":{"paths":["/a/../b"]}}'), [['bad-value', '"/a/../b"]}}', undefined]])
  assert.deepEqual(of('{"sources":[]}'), [['bad-value', '[]}]}}]}', undefined]])
  assert.deepEqual(of('{"sources":["192.0.2.1/24"]}'), [['bad-address', '"192.0.2.1/2', '192.0.2.0/24']])
  assert.deepEqual(of('{"hours":[{"days":["Monday-fri"],"timeZone":"UTC"}]}'), [
    ['bad-value', '"Monday-fri"', 'mon-fri'],
  ])
  assert.deepEqual(of('{"hours":[{"from":"08:00"}]}'), [['missing-key', '{"from":"08:', undefined]])
  assert.deepEqual(of('{"hours":[{"timeZone":"Europe/Berln"}]}'), [['bad-value', '"Europe/Berl', 'Europe/Berlin']])
  assert.deepEqual(of('{"hours":[{"timeZone":"+01:00"}]}'), [['bad-value', '"+01:00"}]}]', undefined]])
  assert.deepEqual(of('{"hours":[{"from":"10:00","to":"10:00","timeZone":"UTC"}]}'), [
    ['bad-value', '"10:00","tim', undefined],
  ])
  assert.deepEqual(of('{"factors":[{"oneOf":["paskey"]}]}'), [['bad-value', '"paskey"]}]}', 'passkey']])
  assert.deepEqual(of('{"factors":[{"within":"8h"}]}'), [['missing-key', '{"within":"8', undefined]])
  assert.deepEqual(of('{"forwarding":{"local":["fd00::1:22"]}}'), [['bad-value', '"fd00::1:22"', undefined]])
  assert.deepEqual(of('{"forwarding":{"local":["db:0"]}}'), [['bad-value', '"db:0"]}}]}}', undefined]])
})

test('terms that no door can keep are told of, where they stand', () => {
  const warned = (app: object) =>
    policyOf({ grants: [{ src: ['*'], dst: ['*'], app }] }).warnings.map(({ message }) => message)
  const opening = (value: object) => warned(ssh(value)).map((message) => message.split(': ')[1])
  assert.deepEqual(opening({ recording: 'required' }), ['this version cannot record'])
  assert.deepEqual(opening({ mode: 'inspected', recording: 'required' }), ['this version cannot look into a session'])
  assert.deepEqual(opening({ recording: 'best-effort', idleTimeout: '1h' }), [])
  assert.equal(warned({ 'sallyport.dev/cap/desktop': [{ concurrent: 1 }] }).length, 1)
})

test('many terms in one place are combined in a time that grows with their number', () => {
  const values = Array.from({ length: 20_000 }, (_, index) => ({ sources: [`10.0.${index >> 8}.${index & 255}`] }))
  const compiled = compileText({ grants: [{ src: ['*'], dst: ['*'], app: ssh(...values) }] })
  assert.equal(termsFor(compiled, asked('carol', '10.0.0.5'))?.sources?.length, 20_000)
})

test('many zones that do not exist are found out in a time that does not hang on their number', () => {
  const values = Array.from({ length: 50_000 }, (_, index) => ({ hours: [{ timeZone: `US/x${index}` }] }))
  const started = performance.now()
  const result = parsePolicy(JSON.stringify({ grants: [{ src: ['*'], dst: ['*'], app: ssh(...values) }] }))
  assert.equal(result.ok, false)
  assert.ok(performance.now() - started < 5000)
})

test('a zone is the same in any spelling of upper and lower case', () => {
  const of = (timeZone: string) =>
    compileText({ grants: [{ src: ['*'], dst: ['*'], app: ssh({ hours: [{ timeZone }] }) }] })
  const query = asked('carol', '10.0.0.5')
  assert.deepEqual(termsFor(of('europe/BERLIN'), query), termsFor(of('Europe/Berlin'), query))
})
