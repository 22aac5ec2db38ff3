import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Service, serviceHolds, TCP, UDP } from '../language/service.ts'
import { NO_RULE, PortTable } from './port-table.ts'

const range = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }))
  .map(([a, b]) => ({ first: Math.min(a, b), last: b === 30 ? 65535 : Math.max(a, b) }))
const service: fc.Arbitrary<Service> = fc.record({
  protocols: fc.constantFrom([TCP], [UDP], [TCP, UDP]),
  ports: fc.array(range, { minLength: 1, maxLength: 3 }),
  text: fc.constant(''),
})

test('answers with the first rule, as a walk over all rules does', () => {
  fc.assert(
    fc.property(fc.array(fc.array(service, { maxLength: 2 }), { maxLength: 12 }), (rules) => {
      const table = new PortTable()
      for (const [order, services] of rules.entries()) table.add(order, services)
      for (const port of [0, 1, 5, 15, 29, 30, 31, 65535]) {
        for (const protocol of [TCP, UDP]) {
          const walked = rules.findIndex((services) => services.some((each) => serviceHolds(each, protocol, port)))
          assert.equal(table.first(protocol, port), walked === -1 ? NO_RULE : walked)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('a rule added after an answer counts', () => {
  const table = new PortTable()
  assert.equal(table.first(TCP, 22), NO_RULE)
  table.add(7, [{ protocols: [TCP], ports: [{ first: 22, last: 22 }], text: '22' }])
  assert.equal(table.first(TCP, 22), 7)
})
