import { test } from 'node:test'
import * as fc from 'fast-check'
import { fuzzTargets } from './parse-policy.fuzz.ts'

for (const target of fuzzTargets) {
  const { name, seeds } = target
  test(`${name} holds its oracles on its seeds, cut anywhere`, () => {
    for (const seed of seeds) {
      target.run(seed)
      for (let end = 0; end < seed.length; end += 7) target.run(seed.subarray(0, end))
    }
  })

  test(`${name} holds its oracles on seeds with changed bytes`, () => {
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
