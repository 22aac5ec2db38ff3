import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonValue } from '../../language/policy.ts'
import { judgeTerms } from '../judge-terms.ts'
import { SSH_FIELDS } from '../ssh-terms.ts'
import { sshTermsOf } from '../testing/terms.ts'
import { formatSpan, parseSpan } from './duration.ts'
import { demandMet } from './factors.ts'
import { forwardAllowed } from './forward-place.ts'
import { pathAllowed } from './path-tree.ts'
import { termLines } from './section.ts'

test('a span is written with larger units first, each once', () => {
  for (const [text, ms] of [
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1d1h1m1s', 90_061_000],
  ] as const)
    assert.equal(parseSpan(text), ms)
  for (const text of ['', '0s', '15', 'm', '1m1h', '1s1s', '1.5h', '-1h', '367d', '9999999999s', '1h ', ' 1h'])
    assert.equal(parseSpan(text), undefined, text)
  for (const ms of [1000, 60_000, 90_061_000]) assert.equal(parseSpan(formatSpan(ms)), ms)
})

test('a path stands for itself and what is below it, and for nothing that looks alike', () => {
  const { paths } = sshTermsOf({ sftp: { paths: ['/srv/www/', '/etc/motd'] } }).sftp ?? {}
  for (const path of ['/srv/www', '/srv/www/', '/srv/www/a/b', '/etc/motd']) assert.ok(pathAllowed(paths, path), path)
  for (const path of ['/srv', '/srv/www2', '/srv/www/../x', '/srv/www//a', 'srv/www', '', '/etc/motd2', '/srv/www/\0'])
    assert.equal(pathAllowed(paths, path), false, path)
  assert.equal(pathAllowed(sshTermsOf({ sftp: { paths: [] } }).sftp?.paths, '/a'), false)
  assert.ok(pathAllowed(sshTermsOf({ sftp: { paths: ['/'] } }).sftp?.paths, '/a'))
})

test('a forwarding is judged by what the client wrote: a name is never an address', () => {
  const { local } =
    sshTermsOf({ forwarding: { local: ['10.0.0.0/8:5432', 'DB.internal:1-3', '[fd00::/8]:*'] } }).forwarding ?? {}
  for (const [host, port] of [
    ['10.1.2.3', 5432],
    ['::ffff:10.1.2.3', 5432],
    ['db.INTERNAL', 2],
    ['fd00::7', 9],
  ] as const)
    assert.ok(forwardAllowed(local, host, port), host)
  for (const [host, port] of [
    ['10.1.2.3', 22],
    ['11.1.2.3', 5432],
    ['db.internal', 4],
    ['x.db.internal', 2],
    ['10.1.2.3.example', 5432],
    ['167772161', 5432],
  ] as const)
    assert.equal(forwardAllowed(local, host, port), false, host)
  assert.ok(forwardAllowed(undefined, 'anything', 1))
})

test('a better proof counts as a lesser one, and never the other way round', () => {
  const met = (oneOf: JsonValue, kind: 'key' | 'sk-key' | 'sk-key-pin' | 'certificate', ageMs = 0, within?: string) => {
    const [demand] = sshTermsOf({ factors: [{ oneOf, ...(within === undefined ? {} : { within }) }] }).factors ?? []
    assert.ok(demand !== undefined)
    return demandMet(demand, [{ kind, ageMs }])
  }
  assert.ok(
    met(['key'], 'sk-key-pin') && met(['key'], 'sk-key') && met(['sk-key'], 'sk-key-pin') && met(['key'], 'key'),
  )
  assert.ok(!met(['sk-key-pin'], 'sk-key') && !met(['sk-key'], 'key') && !met(['key'], 'certificate'))
  assert.ok(met(['totp', 'key'], 'key', 3_600_000, '1h') && !met(['totp', 'key'], 'key', 3_600_001, '1h'))
  assert.ok(!met(['key'], 'key', Number.NaN, '1h'))
})

const good = {
  source: '192.0.2.7',
  factors: [{ kind: 'key', ageMs: 0 }],
  postQuantum: true,
  door: { inspect: false, record: false },
} as const

test('what a door cannot do keeps it closed; what takes nothing away does not', () => {
  const failed = (value: JsonValue): string[] => {
    const judged = judgeTerms(sshTermsOf(value), good, 0)
    return judged.ok ? [] : judged.failures.map(({ term }) => term)
  }
  assert.deepEqual(failed({ mode: 'inspected' }), ['inspection'])
  assert.deepEqual(failed({ recording: 'required' }), ['recording'])
  assert.deepEqual(failed({ sftp: { direction: 'down' } }), ['inspection'])
  assert.deepEqual(failed({ sftp: { paths: ['/srv'] } }), ['inspection'])
  assert.deepEqual(failed({ forwarding: { local: [] } }), ['inspection'])
  assert.deepEqual(failed({ forwarding: { remote: ['localhost:*'] }, recording: 'required' }), [
    'inspection',
    'recording',
  ])
  assert.deepEqual(failed({ mode: 'blind', recording: 'best-effort' }), [])
  assert.deepEqual(
    failed({ sftp: { direction: 'both', paths: ['/'] }, forwarding: { local: ['*:*'], remote: ['*:*'] } }),
    [],
  )
})

test('a denial says which demand failed and what would make it hold', () => {
  const terms = sshTermsOf({
    sources: ['10.0.0.0/8'],
    hours: [{ days: ['mon'], from: '08:00', to: '18:00', timeZone: 'UTC' }],
    factors: [{ oneOf: ['sk-key', 'passkey'], within: '8h' }],
    postQuantum: true,
  })
  // The epoch was a Thursday.
  assert.deepEqual(judgeTerms(terms, { ...good, postQuantum: false }, 0), {
    ok: false,
    failures: [
      { term: 'source', wanted: '10.0.0.0/8', remedy: 'come from 10.0.0.0/8' },
      { term: 'hours', wanted: 'mon 08:00-18:00 UTC', remedy: 'come within mon 08:00-18:00 UTC' },
      { term: 'factor', wanted: 'sk-key, passkey within 8h', remedy: 'sign in with sk-key, passkey within 8h' },
      {
        term: 'post-quantum',
        wanted: 'true',
        remedy: 'connect with mlkem768x25519-sha256 or sntrup761x25519-sha512',
      },
    ],
  })
})

test('what goes on holding is told in milliseconds', () => {
  const terms = sshTermsOf({ idleTimeout: '15m', sessionLimit: '1h', hours: [{ to: '00:30', timeZone: 'UTC' }] })
  assert.deepEqual(judgeTerms(terms, good, 60_000), {
    ok: true,
    obligations: {
      idleMs: 900_000,
      sessionMs: 3_600_000,
      endsAt: 1_800_000,
      postQuantum: false,
      inspect: false,
      recording: 'off',
      forwarding: {},
      sftp: {},
    },
  })
})

test('terms are shown line by line', () => {
  const terms = sshTermsOf({
    forwarding: { local: ['10.0.0.0/8:5432', '*:22'], remote: [] },
    idleTimeout: '90m',
    factors: [{ oneOf: ['passkey', 'key'], within: '8h' }],
    postQuantum: true,
  })
  assert.deepEqual(termLines(SSH_FIELDS, terms), [
    'forwarding.local: *:22, 10.0.0.0/8:5432',
    'forwarding.remote: none',
    'idleTimeout: 1h30m',
    'factors: key, passkey within 8h',
    'postQuantum: true',
  ])
})
