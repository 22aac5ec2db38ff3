import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Posture, PostureCondition, PostureOperator } from '../language/policy.ts'
import { policyOf } from '../testing/compile-text.ts'
import { type Attributes, type AttributeValue, postureAllows, unmetConditions } from './posture.ts'

const POSITION = { offset: 0, line: 1, column: 1 }

function condition(
  attribute: string,
  operator: PostureOperator,
  ...values: readonly AttributeValue[]
): PostureCondition {
  return { attribute, operator, values, text: `${attribute} ${operator}`, position: POSITION }
}

function posture(...conditions: readonly PostureCondition[]): Posture {
  return { name: 'posture:p', conditions, position: POSITION }
}

const DEVICE: Attributes = {
  'node:os': 'macos',
  'node:osVersion': '13.4.0',
  'node:tsVersion': '1.62.1',
  'node:tsAutoUpdate': true,
  'custom:score': 70,
  'custom:zero': 0,
  'custom:empty': '',
}

const cases: readonly (readonly [PostureCondition, boolean])[] = [
  [condition('node:os', '==', 'macos'), true],
  [condition('node:os', '==', 'MacOS'), false],
  [condition('node:os', '!=', 'macos'), false],
  [condition('node:os', '!=', 'linux'), true],
  [condition('node:os', 'IN', 'linux', 'macos'), true],
  [condition('node:os', 'IN', 'linux', 'windows'), false],
  [condition('node:os', 'NOT IN', 'linux', 'windows'), true],
  [condition('node:os', 'NOT IN', 'linux', 'macos'), false],
  [condition('node:osVersion', '>=', '13.4'), true],
  [condition('node:osVersion', '>=', '13.10'), false],
  [condition('node:osVersion', '<', '13.10'), true],
  [condition('node:osVersion', '==', '13.04.0'), true],
  [condition('node:tsVersion', '>', '1.62.1'), false],
  [condition('node:tsVersion', '<=', '1.62.1'), true],
  [condition('node:tsVersion', 'IN', '1.62.1'), true],
  [condition('node:tsAutoUpdate', '==', true), true],
  [condition('node:tsAutoUpdate', '!=', true), false],
  [condition('custom:score', '>=', 70), true],
  [condition('custom:score', '>', 70), false],
  [condition('custom:score', '<', 100), true],
  [condition('custom:zero', 'IS SET'), true],
  [condition('custom:empty', 'IS SET'), true],
  [condition('custom:zero', 'NOT SET'), false],
  [condition('custom:none', 'NOT SET'), true],
  [condition('custom:none', 'IS SET'), false],
  [condition('custom:none', '==', 'x'), false],
  [condition('custom:none', '!=', 'x'), false],
  [condition('custom:none', 'NOT IN', 'x'), false],
  [condition('custom:none', '<', 5), false],
  // Texts that are no versions have no order.
  [condition('node:os', '>', 'a'), false],
  [condition('node:os', '<', 'z'), false],
  // Of unlike types nothing holds, not even that they differ.
  [condition('custom:score', '==', '70'), false],
  [condition('custom:score', '!=', '71'), false],
  [condition('node:os', 'NOT IN', 1, 2), false],
  [condition('node:tsAutoUpdate', '>=', false), false],
  // What every object has is no attribute.
  [condition('constructor', 'IS SET'), false],
  [condition('toString', 'NOT SET'), true],
]
for (const [each, expected] of cases) {
  const { text, values } = each
  test(`${text} ${JSON.stringify(values)} ${expected ? 'holds' : 'does not hold'} for the device`, () => {
    assert.deepEqual(unmetConditions(posture(each), DEVICE), expected ? [] : [each])
  })
}

test('all conditions of a posture have to hold, and those that do not are told', () => {
  const os = condition('node:os', '==', 'macos')
  const version = condition('node:osVersion', '>=', '14')
  assert.deepEqual(unmetConditions(posture(os, version), DEVICE), [version])
})

test('of a device of which nothing is known, only NOT SET holds', () => {
  for (const [each] of cases) {
    assert.equal(unmetConditions(posture(each), undefined).length === 0, each.operator === 'NOT SET', each.text)
  }
})

test('a rule wants one of its postures, or of the default ones where it names none', () => {
  const mac = { ...posture(condition('node:os', '==', 'macos')), name: 'posture:mac' }
  const linux = { ...posture(condition('node:os', '==', 'linux')), name: 'posture:linux' }
  const policy = {
    ...policyOf({}),
    postures: new Map([mac, linux].map((each) => [each.name, each])),
    defaultSrcPosture: ['posture:linux'],
  }
  const allows = (srcPosture: readonly string[]): boolean => postureAllows(policy, { srcPosture }, DEVICE)
  assert.deepEqual(
    [[], ['posture:mac'], ['posture:linux'], ['posture:linux', 'posture:mac'], ['posture:unknown']].map(allows),
    [false, true, false, true, false],
  )
  assert.equal(postureAllows({ ...policy, defaultSrcPosture: [] }, { srcPosture: [] }, undefined), true)
})
