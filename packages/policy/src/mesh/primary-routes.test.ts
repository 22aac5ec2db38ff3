import assert from 'node:assert/strict'
import { test } from 'node:test'
import { electPrimary } from './primary-routes.ts'

const holder = (id: number, online = true) => ({ id, online })

for (const { name, holders, previous, primary } of [
  { name: 'nobody has the route', holders: [], previous: 1, primary: undefined },
  { name: 'the lowest id at first', holders: [holder(7), holder(3), holder(5)], previous: undefined, primary: 3 },
  { name: 'whoever serves goes on', holders: [holder(3), holder(5)], previous: 5, primary: 5 },
  {
    name: 'one that went offline is replaced',
    holders: [holder(3), holder(5, false), holder(7)],
    previous: 5,
    primary: 3,
  },
  { name: 'one that has the route no more is replaced', holders: [holder(3), holder(7)], previous: 5, primary: 3 },
  {
    name: 'an offline one of a lower id does not serve',
    holders: [holder(1, false), holder(4)],
    previous: undefined,
    primary: 4,
  },
  { name: 'with none online the route stays', holders: [holder(3, false), holder(5, false)], previous: 5, primary: 5 },
  {
    name: 'with none online and none before, the lowest id',
    holders: [holder(5, false), holder(3, false)],
    previous: 9,
    primary: 3,
  },
])
  test(`primary: ${name}`, () => {
    assert.equal(electPrimary(holders, previous), primary)
  })
