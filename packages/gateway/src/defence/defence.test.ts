import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BanId, makeId } from '@sallyport/model'
import * as fc from 'fast-check'
import { type Ban, Bans } from './bans.ts'
import { ConnectionLimits } from './connection-limits.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { canonicalAddress, NetworkTable, networkOf, parseNetwork } from './network.ts'
import { Penalties, type PenaltySettings } from './penalties.ts'
import { StartLimits } from './start-limits.ts'

const SECOND = 1000
const settings: PenaltySettings = {
  enabled: true,
  addedMs: {
    crash: 90 * SECOND,
    'auth-fail': 5 * SECOND,
    'no-auth': SECOND,
    'no-keys': 50,
    'grace-exceeded': 10 * SECOND,
    'refuse-connection': 10 * SECOND,
  },
  minMs: 15 * SECOND,
  maxMs: 600 * SECOND,
  maxSources: 65_536,
  overflow: 'permissive',
  exempt: [],
}
const lengths = { ipv4: 32, ipv6: 64 }
const network = (text: string) => parseNetwork(text) ?? assert.fail(text)

test('addresses have one text: mapped IPv4 is IPv4, IPv6 is compressed, zones are dropped', () => {
  assert.equal(canonicalAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(canonicalAddress('2001:0DB8:0::1'), '2001:db8::1')
  assert.equal(canonicalAddress('fe80::1%eth0'), 'fe80::1')
  for (const text of ['0x7f.0.0.1', '2130706433', '127.1', '010.0.0.1', '1.2.3', 'host', '', '1.2.3.4.5'])
    assert.equal(canonicalAddress(text), undefined, text)
})

test('a network keeps only its prefix', () => {
  assert.equal(parseNetwork('192.0.2.77/24')?.text, '192.0.2.0/24')
  assert.equal(parseNetwork('2001:db8::5')?.text, '2001:db8::5/128')
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6', lengths)?.text, '2001:db8:1:2::/64')
  for (const text of ['192.0.2.0/33', '192.0.2.0/-1', '192.0.2.0/24/1', 'x/8', '::/129'])
    assert.equal(parseNetwork(text), undefined)
})

test('a network table finds every block that holds an address', () => {
  const table = new NetworkTable<string>()
  table.set(network('10.0.0.0/8'), 'eight')
  table.set(network('10.1.0.0/16'), 'sixteen')
  table.set(network('::/0'), 'six')
  assert.deepEqual(table.matches('10.1.2.3').sort(), ['eight', 'sixteen'])
  assert.deepEqual(table.matches('11.1.2.3'), [])
  assert.deepEqual(table.matches('::ffff:10.2.2.3'), ['eight'])
  assert.ok(table.delete(network('10.0.0.0/8')))
  assert.deepEqual(table.matches('10.2.2.3'), [])
})

test('penalties add up and refuse from the minimum on', () => {
  const penalties = new Penalties(settings, lengths)
  penalties.penalise('192.0.2.1', 'auth-fail', 0)
  penalties.penalise('192.0.2.1', 'auth-fail', 0)
  assert.equal(penalties.check('192.0.2.1', 0).refused, false)
  penalties.penalise('192.0.2.1', 'auth-fail', 0)
  assert.deepEqual(penalties.check('192.0.2.1', 0), { refused: true, offence: 'auth-fail', until: 15 * SECOND })
  assert.equal(penalties.check('192.0.2.2', 0).refused, false)
})

test('added time runs down between offences', () => {
  const penalties = new Penalties(settings, lengths)
  for (let now = 0; now < 100 * SECOND; now += 6 * SECOND) penalties.penalise('192.0.2.1', 'auth-fail', now)
  assert.equal(penalties.check('192.0.2.1', 100 * SECOND).refused, false)
})

test('an active penalty stays active to its end, also below the minimum', () => {
  const penalties = new Penalties(settings, lengths)
  penalties.penalise('192.0.2.1', 'crash', 0)
  assert.equal(penalties.check('192.0.2.1', 89 * SECOND).refused, true)
  assert.equal(penalties.check('192.0.2.1', 90 * SECOND).refused, false)
  assert.equal(penalties.size, 0)
})

test('V-I04 one bad user behind a shared address locks nobody out for more than the maximum', () => {
  const penalties = new Penalties(settings, lengths)
  for (let i = 0; i < 10_000; i++) penalties.penalise('192.0.2.1', 'crash', 0)
  const verdict = penalties.check('192.0.2.1', 0)
  assert.ok(verdict.refused && verdict.until <= 15 * 60 * SECOND)
})

test('V-I04 200,000 sources: the table stays at its cap', () => {
  const penalties = new Penalties(settings, lengths)
  for (let i = 0; i < 200_000; i++) {
    penalties.penalise(`10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, 'crash', i)
    if (i % 10_000 === 0) assert.ok(penalties.size <= settings.maxSources)
  }
  assert.ok(penalties.size <= settings.maxSources)
  assert.equal(penalties.check('10.3.13.63', 200_000).refused, true, 'the newest is remembered')
})

test('V-I04 IPv6 is grouped by /64, so that a customer network is one source', () => {
  const penalties = new Penalties(settings, lengths)
  for (let i = 0; i < 3; i++) penalties.penalise(`2001:db8:0:1::${i}`, 'auth-fail', 0)
  assert.equal(penalties.check('2001:db8:0:1:ffff::1', 0).refused, true)
  assert.equal(penalties.check('2001:db8:0:2::1', 0).refused, false)
})

test('V-I04 exempt networks are neither penalised nor refused', () => {
  const penalties = new Penalties({ ...settings, exempt: [network('192.0.2.0/24')] }, lengths)
  assert.equal(penalties.penalise('192.0.2.9', 'crash', 0), undefined)
  assert.equal(penalties.check('::ffff:192.0.2.9', 0).refused, false)
  assert.equal(penalties.size, 0)
})

test('with overflow deny-all a full table refuses strangers, but not the exempt, until penalties end', () => {
  const small = { ...settings, maxSources: 2, overflow: 'deny-all' as const, exempt: [network('198.51.100.1')] }
  const penalties = new Penalties(small, lengths)
  penalties.penalise('192.0.2.1', 'crash', 0)
  penalties.penalise('192.0.2.2', 'crash', 0)
  assert.equal(penalties.check('203.0.113.1', 1).refused, true)
  assert.equal(penalties.check('2001:db8::1', 1).refused, false, 'the families are counted apart')
  assert.equal(penalties.check('198.51.100.1', 1).refused, false)
  assert.equal(penalties.check('203.0.113.1', 91 * SECOND).refused, false)
})

test('an offence says whether it made the penalty active', () => {
  const penalties = new Penalties(settings, lengths)
  const activated = [0, 0, 0, 0].map((now) => penalties.penalise('192.0.2.1', 'auth-fail', now)?.activated)
  assert.deepEqual(activated, [false, false, true, false])
})

test('penalties that are off do nothing', () => {
  const penalties = new Penalties({ ...settings, enabled: false }, lengths)
  assert.equal(penalties.penalise('192.0.2.1', 'crash', 0), undefined)
})

test('a lifted penalty is gone', () => {
  const penalties = new Penalties(settings, lengths)
  penalties.penalise('192.0.2.1', 'crash', 0)
  assert.equal(penalties.lift(network('192.0.2.1'))?.offence, 'crash')
  assert.equal(penalties.check('192.0.2.1', 0).refused, false)
})

test('starts are dropped with a chance that rises from rate at start to certainty at full', () => {
  const starts = new StartLimits({ start: 10, rate: 30, full: 60, perSource: 1000 }, () => 0.999999)
  const chances: number[] = []
  for (let i = 0; i < 60; i++) {
    chances.push(starts.dropChance())
    assert.equal(starts.begin('a'), 'admitted')
  }
  assert.equal(chances[9], 0)
  assert.equal(chances[10], 30)
  assert.equal(chances[35], 65)
  assert.equal(starts.dropChance(), 100)
  assert.equal(starts.begin('a'), 'early-drop')
  starts.end('a')
  assert.equal(starts.begin('a'), 'admitted')
})

test('an early drop goes by the random source alone', () => {
  const draws = [0.29, 0.31]
  const starts = new StartLimits({ start: 1, rate: 30, full: 100, perSource: 10 }, () => draws.shift() ?? 0.99)
  assert.equal(new StartLimits({ start: 1, rate: 30, full: 100, perSource: 10 }, () => 0).begin('a'), 'admitted')
  starts.begin('a')
  assert.equal(starts.begin('a'), 'admitted')
})

test('a source has its own limit of starts', () => {
  const starts = new StartLimits({ start: 100, rate: 30, full: 200, perSource: 2 }, () => 0)
  assert.deepEqual(
    [starts.begin('a'), starts.begin('a'), starts.begin('a'), starts.begin('b')],
    ['admitted', 'admitted', 'source-full', 'admitted'],
  )
})

test('counts return to zero whatever the order of opening and closing', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean())), (steps) => {
      const limits = new ConnectionLimits({ total: 5, perSource: 2 })
      const open: string[] = []
      for (const [source, opens] of steps) {
        if (opens && limits.admit(source) === 'admitted') open.push(source)
        else if (!opens && open.length > 0) limits.close(open.shift() ?? '')
        assert.equal(limits.open, open.length)
        assert.ok(open.length <= 5 && open.filter((each) => each === 'a').length <= 2)
      }
    }),
  )
})

const banId = (n: number): BanId => makeId('ban', new Uint8Array(10).fill(n))
const ban = (n: number, source: string, until?: number): Ban => ({
  id: banId(n),
  network: network(source),
  reason: '',
  by: 'root',
  createdAt: 0,
  until,
})

test('a ban holds for its block until it ends or is lifted', () => {
  const bans = new Bans([ban(1, '192.0.2.0/24', 100), ban(2, '2001:db8::/32')])
  assert.equal(bans.find('192.0.2.9', 99)?.id, banId(1))
  assert.equal(bans.find('::ffff:192.0.2.9', 99)?.id, banId(1))
  assert.equal(bans.find('192.0.2.9', 100), undefined)
  assert.deepEqual([bans.hasEnded(99), bans.hasEnded(100)], [false, true])
  bans.remove(bans.byId(banId(2)) ?? assert.fail())
  assert.equal(bans.find('2001:db8::1', 0), undefined)
})

test('a second ban on a block takes the place of the first', () => {
  const bans = new Bans([ban(1, '192.0.2.1', 100)])
  assert.equal(bans.add(ban(2, '192.0.2.1'))?.id, banId(1))
  assert.deepEqual(
    bans.list(0).map(({ id }) => id),
    [banId(2)],
  )
})

function gate(overrides: { total?: number; perSource?: number; bans?: Bans } = {}) {
  let monotonic = 0
  const penalties = new Penalties(settings, lengths)
  const connections = new ConnectionLimits({ total: overrides.total ?? 10, perSource: overrides.perSource ?? 10 })
  const starts = new StartLimits({ start: 5, rate: 100, full: 5, perSource: 5 }, () => 0)
  const clock = { now: () => monotonic, monotonic: () => monotonic }
  const bans = () => overrides.bans ?? new Bans()
  const gatekeeper = new Gatekeeper({ clock, bans, penalties, connections, starts, sourceLengths: lengths })
  return { gatekeeper, connections, starts, penalties, advance: (ms: number) => (monotonic += ms) }
}

function refusal(gatekeeper: Gatekeeper, address = '192.0.2.1') {
  const verdict = gatekeeper.admit(address)
  return verdict.admitted ? undefined : verdict.refusal
}

test('a connection counts as a start until it signs in and as open until it ends', () => {
  const { gatekeeper, connections, starts } = gate()
  const verdict = gatekeeper.admit('192.0.2.1')
  assert.ok(verdict.admitted)
  assert.deepEqual([starts.begun, connections.open], [1, 1])
  verdict.admission.signedIn()
  verdict.admission.signedIn()
  assert.deepEqual([starts.begun, connections.open], [0, 1])
  verdict.admission.ended()
  verdict.admission.ended()
  assert.deepEqual([starts.begun, connections.open], [0, 0])
})

test('the gate refuses the banned, the penalised and what is over a limit, and says which', () => {
  assert.equal(refusal(gate({ bans: new Bans([ban(1, '192.0.2.1')]) }).gatekeeper), 'banned')
  const full = gate({ total: 1 })
  assert.equal(refusal(full.gatekeeper), undefined)
  assert.equal(refusal(full.gatekeeper, '192.0.2.2'), 'full')
  const source = gate({ perSource: 1 })
  assert.equal(refusal(source.gatekeeper), undefined)
  assert.equal(refusal(source.gatekeeper), 'source-full')
  assert.equal(refusal(source.gatekeeper, '192.0.2.2'), undefined)
})

test('a refused start gives its connection count back', () => {
  const { gatekeeper, connections } = gate()
  for (let i = 0; i < 5; i++) assert.equal(refusal(gatekeeper), undefined)
  assert.equal(refusal(gatekeeper), 'source-start-full')
  assert.equal(refusal(gatekeeper, '192.0.2.2'), 'early-drop')
  assert.equal(connections.open, 5)
})

test('offences before sign-in are penalised, after sign-in only our own failures', () => {
  const { gatekeeper, penalties } = gate()
  const before = gatekeeper.admit('192.0.2.1')
  assert.ok(before.admitted)
  before.admission.ended('auth-fail')
  assert.equal(penalties.size, 1)
  const after = gatekeeper.admit('192.0.2.2')
  assert.ok(after.admitted)
  after.admission.signedIn()
  after.admission.ended('auth-fail')
  assert.equal(penalties.size, 1)
})

test('V-A13 unfinished key exchanges are free up to 20 a second, and refuse whoever begins many more', () => {
  const { gatekeeper, penalties, advance } = gate()
  const begin = () => {
    const verdict = gatekeeper.admit('192.0.2.1')
    if (verdict.admitted) verdict.admission.ended('no-keys')
    return verdict.admitted
  }
  for (let i = 0; i < 2000; i++) {
    assert.ok(begin(), `exchange ${i} at 20 a second`)
    advance(50)
  }
  let taken = 0
  for (; taken < 2000 && begin(); taken++) advance(1)
  assert.ok(taken < 320, `${taken} exchanges at 1,000 a second`)
  assert.equal(penalties.active(advance(0)).length, 1)
})

test('port scans, keyscans and health checks end without an offence and are never refused', () => {
  const { gatekeeper, penalties } = gate()
  for (let i = 0; i < 1000; i++) {
    const verdict = gatekeeper.admit('192.0.2.1')
    assert.ok(verdict.admitted)
    verdict.admission.ended()
  }
  assert.equal(penalties.size, 0)
})

test('a draining gate lets nobody in', () => {
  const { gatekeeper } = gate()
  gatekeeper.drain()
  assert.equal(refusal(gatekeeper), 'draining')
})
