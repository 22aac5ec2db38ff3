import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Query } from '../decide/decide.ts'
import { compileText } from '../testing/compile-text.ts'
import { type AskedTermFacts, explainTerms, type TermsExplanation } from './explain-terms.ts'

const POLICY = `{
  "groups": { "group:dba": ["bob@example.com"] },
  "tagOwners": { "tag:db": [] },
  "grants": [
    { "src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:22"] },
    { "src": ["*"], "dst": ["tag:db"], "app": { "sallyport.dev/cap/ssh": [{
      "idleTimeout": "30m",
      "hours": [{ "days": ["mon-fri"], "from": "08:00", "to": "18:00", "timeZone": "Europe/Prague" }],
    }] } },
    { "src": ["group:dba"], "dst": ["*"], "app": { "sallyport.dev/cap/ssh": [{
      "idleTimeout": "15m",
      "factors": [{ "oneOf": ["passkey"], "within": "8h" }],
      "sources": ["192.0.2.0/24"],
    }] } },
    { "src": ["*"], "dst": ["10.0.0.6"], "app": { "sallyport.dev/cap/ssh": [{ "recording": "required", "mode": "inspected", "postQuantum": true }] } },
  ],
}`
/** A Sunday, 22:41 in Prague. */
const SUNDAY = Date.parse('2026-11-22T21:41:00Z')
const MONDAY = Date.parse('2026-11-23T09:00:00Z')
const BLIND: AskedTermFacts = { postQuantum: true, door: { inspect: false, record: false } }

function asked(
  name: string,
  address: string,
  facts: Partial<AskedTermFacts>,
  now: number,
): TermsExplanation | undefined {
  const query: Query = { user: { name }, destination: { address, port: 22 } }
  return explainTerms(compileText(POLICY), query, { ...BLIND, ...facts }, now)
}

test('where no line makes terms there are none to explain', () => {
  assert.equal(asked('carol', '10.9.9.9', {}, SUNDAY), undefined)
})

test('terms that hold are told with the lines they come from, the strictest of each together', () => {
  const facts: Partial<AskedTermFacts> = { source: '192.0.2.7', factors: [{ kind: 'passkey', ageMs: 3_600_000 }] }
  const explained = asked('bob@example.com', '10.0.0.5', facts, MONDAY)
  assert.equal(explained?.verdict, 'allow')
  assert.deepEqual(explained.failed, [])
  assert.deepEqual(explained.holds, [
    'idleTimeout: 15m',
    'hours: mon-fri 08:00-18:00 Europe/Prague',
    'factors: passkey within 8h',
    'sources: 192.0.2.0/24',
  ])
  assert.deepEqual(
    explained.rules.map(({ ref, terms }) => [ref.index, ref.line, terms[0]]),
    [
      [1, 6, 'idleTimeout: 30m'],
      [2, 10, 'idleTimeout: 15m'],
    ],
  )
  assert.equal(explained.ruleCount, 2)
})

for (const [name, user, address, facts, now, failed] of [
  [
    'hours name the time it is',
    'carol',
    '10.0.0.5',
    {},
    SUNDAY,
    ['hours by grants[1]: it is 2026-11-22 21:41 UTC; come within mon-fri 08:00-18:00 Europe/Prague'],
  ],
  [
    'what is not known is said not to be known',
    'bob@example.com',
    '10.0.0.5',
    {},
    MONDAY,
    [
      'source by grants[2]: it is not known from where; come from 192.0.2.0/24',
      'factor by grants[2]: it is not known what was proved; sign in with passkey within 8h',
    ],
  ],
  [
    'another place, another proof, an older one',
    'bob@example.com',
    '10.0.0.5',
    {
      source: '198.51.100.7',
      factors: [
        { kind: 'key', ageMs: 0 },
        { kind: 'passkey', ageMs: 9 * 3_600_000 },
      ],
    },
    MONDAY,
    [
      'source by grants[2]: it is from 198.51.100.7; come from 192.0.2.0/24',
      'factor by grants[2]: proved: key just now, passkey 9h ago; sign in with passkey within 8h',
    ],
  ],
  [
    'nothing proved at all',
    'bob@example.com',
    '10.0.0.5',
    { source: '192.0.2.7', factors: [] },
    MONDAY,
    ['factor by grants[2]: nothing was proved; sign in with passkey within 8h'],
  ],
] as const) {
  test(`explains terms: ${name}`, () => {
    const explained = asked(user, address, facts, now)
    assert.equal(explained?.verdict, 'deny')
    assert.deepEqual(
      explained.failed.map(
        ({ term, ref, text, remedy }) => `${term} by ${ref?.section}[${ref?.index}]: ${text}; ${remedy}`,
      ),
      failed,
    )
  })
}

test('what the door cannot do, and a key exchange of the past, are told', () => {
  const explained = asked('carol', '10.0.0.6', { postQuantum: false }, MONDAY)
  assert.deepEqual(
    explained?.failed.map(({ term, text }) => `${term}: ${text}`),
    [
      'post-quantum: the key exchange does not withstand a quantum computer',
      'inspection: the door cannot look into what goes through',
      'recording: the door cannot record',
    ],
  )
})

test('an explanation of terms survives JSON', () => {
  const explained = asked('bob@example.com', '10.0.0.5', {}, SUNDAY)
  assert.deepEqual(JSON.parse(JSON.stringify(explained)), explained)
})
