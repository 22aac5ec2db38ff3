import { test } from 'node:test'
import * as fc from 'fast-check'
import { fuzzTargets } from './terms.fuzz.ts'

for (const target of fuzzTargets) {
  const { name, seeds } = target
  test(`${name} holds its oracles on its seeds, cut anywhere and with changed bytes`, () => {
    for (const seed of seeds) for (let end = 0; end <= seed.length; end++) target.run(seed.subarray(0, end))
    const changed = fc.tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 32, max: 126 })), { maxLength: 3 }),
    )
    fc.assert(
      fc.property(changed, ([seed, changes]) => {
        const input = seed.slice()
        for (const [at, byte] of changes) if (input.length > 0) input[at % input.length] = byte
        target.run(input)
      }),
      { numRuns: 1000 },
    )
  })
}
