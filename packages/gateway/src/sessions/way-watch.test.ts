import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeId } from '@sallyport/model'
import { FakeClock } from '@sallyport/testkit'
import type { AccessGrant } from '../access/authorize.ts'
import type { WayLimits } from '../access/door-terms.ts'
import { testSession } from '../testing/signed-in.ts'
import { WayWatch } from './way-watch.ts'

/** One open way under a watch whose clock stands. */
function world(limits: Partial<WayLimits> | undefined) {
  const clock = new FakeClock()
  const wire = { bytes: 0, postQuantum: true }
  const session = testSession({ startedAt: clock.now(), postQuantum: () => wire.postQuantum })
  const id = makeId('passage', new Uint8Array(10))
  const passage = session.begin({ passage: id } as AccessGrant, clock.now())
  const live = {
    address: '10.0.0.1',
    openedAt: clock.now(),
    bytesToTarget: () => wire.bytes,
    bytesToClient: () => 0,
    innerBanner: () => undefined,
  }
  passage.opened(live)
  const watch = new WayWatch(clock)
  const full = (each: Partial<WayLimits> | undefined) =>
    each === undefined ? undefined : { postQuantum: false, ...each }
  const watched = watch.begin(session, passage, live, full(limits))
  return {
    clock,
    wire,
    watch,
    watched,
    change: (each: Partial<WayLimits> | undefined) => watch.change(id, full(each)),
    after: (ms: number): string | undefined => {
      clock.advance(ms)
      watch.look()
      return passage.ending?.denied
    },
  }
}

test('a way without limits goes on, and nothing looks at it', () => {
  const { after, watch } = world(undefined)
  using _watch = watch
  assert.equal(after(1e12), undefined)
})

test('a way ends when nothing has moved for as long as it may be idle', () => {
  const { after, wire, watch } = world({ idleMs: 10_000 })
  using _watch = watch
  assert.equal(after(9999), undefined)
  wire.bytes++
  assert.equal(after(1), undefined)
  assert.equal(after(9999), undefined)
  assert.equal(after(1), 'passage.idle')
})

test('a way ends after its longest life, used or not', () => {
  const { after, wire, watch } = world({ sessionMs: 10_000, idleMs: 10_000 })
  using _watch = watch
  for (let second = 0; second < 9; second++) {
    wire.bytes++
    assert.equal(after(1000), undefined)
  }
  wire.bytes++
  assert.equal(after(1000), 'passage.expired')
})

test('a way ends with its hours, by the clock on the wall', () => {
  const { after, clock, watch } = world({ endsAt: Date.UTC(2026, 0, 1, 18) })
  using _watch = watch
  assert.equal(after(17 * 3_600_000), undefined)
  clock.jump(3_600_000)
  assert.equal(after(0), 'passage.hours-over')
})

test('a clock that is set neither ends a way nor keeps it open', () => {
  const { after, clock, watch } = world({ idleMs: 10_000, sessionMs: 10_000 })
  using _watch = watch
  clock.jump(1e9)
  assert.equal(after(9999), undefined)
  clock.jump(-1e9)
  assert.equal(after(1), 'passage.expired')
})

test('hours that ended while the target was dialled end the way as it opens', () => {
  const { after, watch } = world({ endsAt: Date.UTC(2025, 11, 31) })
  using _watch = watch
  assert.equal(after(0), 'passage.hours-over')
})

test('keys renewed without post-quantum end the way that demands it, and no other', () => {
  const demanding = world({ postQuantum: true })
  using _one = demanding.watch
  assert.equal(demanding.after(1000), undefined)
  demanding.wire.postQuantum = false
  assert.equal(demanding.after(1000), 'policy.post-quantum')
  const other = world({ idleMs: 1e9 })
  using _other = other.watch
  other.wire.postQuantum = false
  assert.equal(other.after(1000), undefined)
})

test('limits that come later count idleness from then, and life from the opening', () => {
  const idle = world(undefined)
  using _idle = idle.watch
  assert.equal(idle.after(60_000), undefined)
  idle.change({ idleMs: 10_000 })
  assert.equal(idle.after(9999), undefined)
  assert.equal(idle.after(1), 'passage.idle')
  const old = world(undefined)
  using _old = old.watch
  assert.equal(old.after(60_000), undefined)
  old.change({ sessionMs: 60_000 })
  assert.equal(old.after(0), 'passage.expired')
})

test('limits that are taken away no longer act, and those that stay count on', () => {
  const { after, change, watch } = world({ idleMs: 10_000, sessionMs: 10_000 })
  using _watch = watch
  assert.equal(after(5000), undefined)
  change({ idleMs: 10_000 })
  assert.equal(after(4999), undefined)
  assert.equal(after(1), 'passage.idle')
  const freed = world({ sessionMs: 10_000 })
  using _freed = freed.watch
  freed.change(undefined)
  assert.equal(freed.after(1e9), undefined)
})

test('a way that is over is watched no longer', () => {
  const { after, watch, watched } = world({ idleMs: 10_000 })
  using _watch = watch
  watched[Symbol.dispose]()
  assert.equal(after(1e9), undefined)
})
