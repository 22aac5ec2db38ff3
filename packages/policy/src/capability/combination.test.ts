import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FACTOR_KINDS } from '@sallyport/model'
import * as fc from 'fast-check'
import { type DesktopTerms, desktopTerms } from './desktop-terms.ts'
import { judgeDesktopTerms, judgeTerms, type SshTermFacts } from './judge-terms.ts'
import { forwardAllowed } from './kinds/forward-place.ts'
import { pathAllowed } from './kinds/path-tree.ts'
import type { SectionKind } from './kinds/section.ts'
import { termsOfValues } from './read-capability.ts'
import { type SshTerms, sshTerms } from './ssh-terms.ts'
import type { TermSchema } from './term-kind.ts'
import { desktopValue, sshTermsOf, sshValue, termsOf } from './testing/terms.ts'

const facts: fc.Arbitrary<SshTermFacts> = fc.record({
  source: fc.constantFrom('192.0.2.7', '192.0.2.8', '10.1.2.3', '198.51.100.1', 'fd00::1'),
  factors: fc.array(
    fc.record({ kind: fc.constantFrom(...FACTOR_KINDS), ageMs: fc.integer({ min: 0, max: 30_000_000 }) }),
    { maxLength: 4 },
  ),
  postQuantum: fc.boolean(),
  command: fc.constantFrom(undefined, 'uptime', '/usr/bin/backup --all'),
  door: fc.record({ inspect: fc.boolean(), record: fc.boolean() }),
})
/** Any moment of 2026 to 2028. */
const moment = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2029, 0) })
const places = ['10.0.0.5', '10.9.9.9', '192.0.2.1', 'db.internal', 'DB.internal', 'localhost', 'fd00::1'] as const
const ports = [22, 80, 5432, 8000] as const
const paths = ['/', '/srv', '/srv/www/index.html', '/srvx', '/var/log', '/var/log/a', '/srv/../etc', 'srv'] as const

const least = (a: number | undefined, b: number | undefined): number => Math.min(a ?? Infinity, b ?? Infinity)

for (const [name, kind, value] of [
  ['ssh', sshTerms as unknown as SectionKind<TermSchema>, sshValue],
  ['desktop', desktopTerms as unknown as SectionKind<TermSchema>, desktopValue],
] as const) {
  const terms = value.map((each) => termsOf(kind, each))
  test(`${name}: how terms combine depends neither on their order nor on their number`, () => {
    fc.assert(
      fc.property(terms, terms, terms, (a, b, c) => {
        assert.deepEqual(kind.meet(a, b), kind.meet(b, a))
        assert.deepEqual(kind.meet(kind.meet(a, b), c), kind.meet(a, kind.meet(b, c)))
        assert.deepEqual(kind.meet(a, a), a)
        assert.deepEqual(kind.meet(a, {}), a)
        assert.deepEqual(kind.meet(kind.meet(a, b), b), kind.meet(a, b), 'a line that stands twice')
      }),
      { numRuns: 500 },
    )
  })
  test(`${name}: the values of one capability combine as those of several grants do`, () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        assert.deepEqual(termsOfValues(kind, [a, b]), kind.meet(termsOf(kind, a), termsOf(kind, b)))
      }),
    )
  })
}

test('ssh: together terms are exactly as strict as each of them', () => {
  fc.assert(
    fc.property(sshValue.map(sshTermsOf), sshValue.map(sshTermsOf), facts, moment, (a, b, fact, now) => {
      const [one, other, both] = [a, b, sshTerms.meet(a, b)].map((terms: SshTerms) => judgeTerms(terms, fact, now))
      assert.ok(one !== undefined && other !== undefined && both !== undefined)
      assert.equal(both.ok, one.ok && other.ok)
      if (!both.ok || !one.ok || !other.ok) return
      const [x, y, z] = [one.obligations, other.obligations, both.obligations]
      assert.equal(z.idleMs ?? Infinity, least(x.idleMs, y.idleMs))
      assert.equal(z.sessionMs ?? Infinity, least(x.sessionMs, y.sessionMs))
      assert.equal(z.endsAt ?? Infinity, least(x.endsAt, y.endsAt))
      assert.equal(z.postQuantum, x.postQuantum || y.postQuantum)
      assert.equal(z.inspect, x.inspect || y.inspect)
      for (const path of paths)
        assert.equal(
          pathAllowed(z.sftp.paths, path),
          pathAllowed(x.sftp.paths, path) && pathAllowed(y.sftp.paths, path),
        )
      for (const side of ['local', 'remote'] as const)
        for (const host of places)
          for (const port of ports)
            assert.equal(
              forwardAllowed(z.forwarding[side], host, port),
              forwardAllowed(x.forwarding[side], host, port) && forwardAllowed(y.forwarding[side], host, port),
            )
    }),
    { numRuns: 500 },
  )
})

test('desktop: together terms are exactly as strict as each of them', () => {
  const terms = desktopValue.map((value): DesktopTerms => termsOf(desktopTerms, value))
  const open = (way: string | undefined, direction: 'in' | 'out'): boolean =>
    way === undefined || way === 'both' || way === direction
  fc.assert(
    fc.property(terms, terms, facts, moment, (a, b, fact, now) => {
      const [one, other, both] = [a, b, desktopTerms.meet(a, b)].map((each) => judgeDesktopTerms(each, fact, now))
      assert.ok(one !== undefined && other !== undefined && both !== undefined)
      assert.equal(both.ok, one.ok && other.ok)
      if (!both.ok || !one.ok || !other.ok) return
      const [x, y, z] = [one.obligations, other.obligations, both.obligations]
      assert.equal(z.concurrent ?? Infinity, least(x.concurrent, y.concurrent))
      assert.deepEqual(new Set(z.consent), new Set([...x.consent, ...y.consent]))
      for (const what of ['clipboard', 'drives', 'printers', 'ports', 'devices'] as const)
        for (const direction of ['in', 'out'] as const)
          assert.equal(
            open(z.redirect[what], direction),
            open(x.redirect[what], direction) && open(y.redirect[what], direction),
          )
    }),
    { numRuns: 300 },
  )
})
