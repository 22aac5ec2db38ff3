import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { decide } from './decide.ts'
import type { Attributes } from './posture.ts'

const CONDITIONS = ['IS SET', 'NOT SET', '!= 1', "NOT IN ['a']", '== true', '>= 0', "!= 'a'"]

const VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ['null', null],
  ['no number', Number.NaN],
  ['no finite number', Number.POSITIVE_INFINITY],
  ['an object', {}],
  ['a list', ['a']],
  ['a bigint', 1n],
  ['a function', () => true],
]
for (const [name, value] of VALUES) {
  test(`an attribute that is ${name} fulfils no condition`, () => {
    for (const condition of CONDITIONS) {
      const compiled = compileText(
        {
          postures: { 'posture:a': [`custom:n ${condition}`] },
          grants: [{ src: ['*'], dst: ['10.0.0.5'], ip: ['22'], srcPosture: ['posture:a'] }],
        },
        DIRECTORY,
      )
      const attributes = { 'custom:n': value } as unknown as Attributes
      const query = { user: { name: 'carol' }, attributes, destination: { address: '10.0.0.5', port: 22 } }
      assert.equal(decide(compiled, query).code, 'posture-unmet', condition)
    }
  })
}
