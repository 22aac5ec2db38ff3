import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { JsonValue } from '../../language/policy.ts'
import { sshTermsOf } from '../testing/terms.ts'
import { wallClock } from '../time-zone.ts'
import { hoursEnd, isWithinHours, weeklyHours } from './hours.ts'

const MINUTE = 60_000
const listsOf = (...entries: JsonValue[]) => sshTermsOf({ hours: entries }).hours ?? []
function isOpen(lists: ReturnType<typeof listsOf>, at: number): boolean {
  return lists.every(({ entries }) => entries.some((hours) => isWithinHours(hours, at)))
}
const at = (text: string): number => Date.parse(text)
/** The moments at which it opens and closes within a span, found minute by minute. */
function changes(lists: ReturnType<typeof listsOf>, from: string, to: string): string[] {
  const found: string[] = []
  let before = isOpen(lists, at(from))
  for (let now = at(from) + MINUTE; now <= at(to); now += MINUTE) {
    const open = isOpen(lists, now)
    if (open !== before) found.push(`${open ? 'opens' : 'closes'} ${new Date(now).toISOString().slice(0, 16)}`)
    before = open
  }
  return found
}

const office = { days: ['mon-fri'], from: '08:00', to: '18:00', timeZone: 'Europe/Berlin' }

test('office hours are those of the zone, summer and winter', () => {
  const lists = listsOf(office)
  // 2026-03-27 is a Friday; clocks are set forward on Sunday the 29th.
  assert.deepEqual(changes(lists, '2026-03-27T00:00Z', '2026-03-30T23:00Z'), [
    'opens 2026-03-27T07:00',
    'closes 2026-03-27T17:00',
    'opens 2026-03-30T06:00',
    'closes 2026-03-30T16:00',
  ])
  assert.equal(hoursEnd(lists, at('2026-03-30T06:00Z')), at('2026-03-30T16:00Z'))
  assert.equal(hoursEnd(lists, at('2026-03-27T16:59:59.999Z')), at('2026-03-27T17:00Z'))
  assert.equal(isOpen(lists, at('2026-03-27T17:00Z')), false)
})

test('hours over midnight belong to the day on which they begin, also over the end of the week', () => {
  const lists = listsOf({ days: ['sun'], from: '22:00', to: '06:00', timeZone: 'UTC' })
  // 2026-11-22 is a Sunday.
  assert.deepEqual(changes(lists, '2026-11-21T00:00Z', '2026-11-24T00:00Z'), [
    'opens 2026-11-22T22:00',
    'closes 2026-11-23T06:00',
  ])
  assert.equal(hoursEnd(lists, at('2026-11-22T23:30Z')), at('2026-11-23T06:00Z'))
  assert.equal(hoursEnd(lists, at('2026-11-23T00:00Z')), at('2026-11-23T06:00Z'))
})

test('a span of days may go over the end of the week, and a whole day ends at midnight of its zone', () => {
  const lists = listsOf({ days: ['sat-mon'], timeZone: 'America/New_York' })
  assert.deepEqual(changes(lists, '2026-11-20T00:00Z', '2026-11-26T00:00Z'), [
    'opens 2026-11-21T05:00',
    'closes 2026-11-24T05:00',
  ])
  assert.equal(hoursEnd(lists, at('2026-11-21T12:00Z')), at('2026-11-24T05:00Z'))
})

test('hours that touch are one stretch', () => {
  const lists = listsOf(
    { days: ['mon'], from: '20:00', to: '24:00', timeZone: 'UTC' },
    { days: ['tue'], from: '00:00', to: '04:00', timeZone: 'UTC' },
    { days: ['tue'], from: '03:00', to: '05:00', timeZone: 'UTC' },
  )
  assert.equal(hoursEnd(lists, at('2026-11-23T21:00Z')), at('2026-11-24T05:00Z'))
})

test('what never closes has no end', () => {
  assert.equal(hoursEnd(listsOf({ timeZone: 'Europe/Berlin' }), at('2026-11-22T12:00Z')), undefined)
  const halves = listsOf(
    { from: '00:00', to: '12:00', timeZone: 'Asia/Kathmandu' },
    { from: '12:00', to: '24:00', timeZone: 'Asia/Kathmandu' },
  )
  assert.equal(hoursEnd(halves, at('2026-11-22T12:00Z')), undefined)
})

test('a clock that skips the end of the hours ends them', () => {
  // 02:00 becomes 03:00 in Berlin at 01:00 UTC.
  const lists = listsOf({ days: ['sun'], from: '00:00', to: '02:30', timeZone: 'Europe/Berlin' })
  assert.equal(hoursEnd(lists, at('2026-03-29T00:30Z')), at('2026-03-29T01:00Z'))
  assert.equal(isOpen(lists, at('2026-03-29T01:00Z')), false)
})

test('a clock that skips the beginning of the hours opens them late', () => {
  const lists = listsOf({ days: ['sun'], from: '02:30', to: '04:00', timeZone: 'Europe/Berlin' })
  assert.deepEqual(changes(lists, '2026-03-29T00:00Z', '2026-03-29T06:00Z'), [
    'opens 2026-03-29T01:00',
    'closes 2026-03-29T02:00',
  ])
})

test('an hour that the clock shows twice counts twice', () => {
  // 03:00 becomes 02:00 in Berlin at 01:00 UTC.
  const night = listsOf({ days: ['sat'], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' })
  assert.equal(hoursEnd(night, at('2026-10-24T20:00Z')), at('2026-10-25T05:00Z'), 'nine hours')
  const hour = listsOf({ days: ['sun'], from: '02:15', to: '02:45', timeZone: 'Europe/Berlin' })
  assert.deepEqual(changes(hour, '2026-10-25T00:00Z', '2026-10-25T03:00Z'), [
    'opens 2026-10-25T00:15',
    'closes 2026-10-25T00:45',
    'opens 2026-10-25T01:15',
    'closes 2026-10-25T01:45',
  ])
})

test('zones that are ahead by no whole hour, and set their clocks by half of one', () => {
  const kathmandu = listsOf({ days: ['mon'], from: '00:00', to: '24:00', timeZone: 'Asia/Kathmandu' })
  assert.equal(hoursEnd(kathmandu, at('2026-11-23T00:00Z')), at('2026-11-23T18:15Z'))
  // Lord Howe: +10:30 becomes +11 on 2026-10-04 at 02:00.
  const howe = listsOf({ days: ['sun'], from: '01:00', to: '05:00', timeZone: 'Australia/Lord_Howe' })
  assert.equal(hoursEnd(howe, at('2026-10-03T15:00Z')), at('2026-10-03T18:00Z'))
})

test('several lists all have to be open, and the first that closes ends it', () => {
  const lists = [...listsOf(office), ...listsOf({ from: '09:00', to: '12:00', timeZone: 'UTC' })]
  assert.equal(isOpen(lists, at('2026-11-23T08:30Z')), false)
  assert.equal(hoursEnd(lists, at('2026-11-23T09:30Z')), at('2026-11-23T12:00Z'))
})

test('the end of the hours is the first moment that is not within them', () => {
  const entry = fc.record({
    days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], { minLength: 1 }),
    from: fc.constantFrom('00:00', '01:30', '02:00', '02:30', '08:00', '22:00'),
    to: fc.constantFrom('00:30', '02:15', '03:00', '18:00', '24:00'),
    timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Africa/Casablanca'),
  })
  // Moments around the nights in which clocks are set, and any others.
  const moment = fc.oneof(
    fc.integer({ min: at('2026-03-28T00:00Z'), max: at('2026-03-30T00:00Z') }),
    fc.integer({ min: at('2026-10-24T00:00Z'), max: at('2026-10-26T00:00Z') }),
    fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2028-01-01T00:00Z') }),
  )
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), moment, (entries, now) => {
      const lists = listsOf(...entries)
      fc.pre(isOpen(lists, now))
      const end = hoursEnd(lists, now)
      if (end === undefined) return
      assert.ok(end > now)
      assert.equal(isOpen(lists, end), false)
      for (let step = 1; step <= 40; step++)
        assert.ok(
          isOpen(lists, now + Math.floor(((end - 1 - now) * step) / 40)),
          `${step} of ${new Date(end).toISOString()}`,
        )
    }),
    { numRuns: 300 },
  )
})

test('hours are shown as they are meant', () => {
  const texts = (...entries: JsonValue[]) => listsOf(...entries).map(({ key }) => key)
  assert.deepEqual(texts(office), ['mon-fri 08:00-18:00 Europe/Berlin'])
  assert.deepEqual(texts({ timeZone: 'UTC' }, { days: ['sat', 'sun'], timeZone: 'UTC' }), ['daily UTC, sat,sun UTC'])
  assert.deepEqual(texts({ days: ['fri-mon', 'wed'], from: '22:00', to: '06:00', timeZone: 'UTC' }), [
    'mon,wed,fri-sun 22:00-06:00 UTC',
  ])
})

test('the clock on the wall is that of the zone to the millisecond', () => {
  const moment = at('2026-07-01T12:34:56.789Z')
  assert.equal(wallClock('Europe/Berlin', moment), moment + 2 * 60 * MINUTE)
  assert.equal(wallClock('UTC', moment), moment)
  assert.equal(weeklyHours.text({ days: 1, from: 0, to: 1440, zone: 'UTC' }), 'mon UTC')
})
