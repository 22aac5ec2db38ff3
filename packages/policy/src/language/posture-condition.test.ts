import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePostureCondition } from './posture-condition.ts'

for (const [text, attribute, operator, ...values] of [
  ["node:os == 'macos'", 'node:os', '==', 'macos'],
  ["node:os=='macos'", 'node:os', '==', 'macos'],
  ['node:os != "linux"', 'node:os', '!=', 'linux'],
  ["node:osVersion >= '13.4.0'", 'node:osVersion', '>=', '13.4.0'],
  ["node:tsVersion < '1.40'", 'node:tsVersion', '<', '1.40'],
  ['custom:score <= 7.5', 'custom:score', '<=', 7.5],
  ['custom:score > -3', 'custom:score', '>', -3],
  ['node:tsAutoUpdate == true', 'node:tsAutoUpdate', '==', true],
  ["node:os IN ['macos', 'linux']", 'node:os', 'IN', 'macos', 'linux'],
  ["ip:country not in ['XX',]", 'ip:country', 'NOT IN', 'XX'],
  ['custom:tier IN [1, "two", false]', 'custom:tier', 'IN', 1, 'two', false],
  ['  custom:my_attr.x-1 IS   SET ', 'custom:my_attr.x-1', 'IS SET'],
  ['custom:stolen NOT SET', 'custom:stolen', 'NOT SET'],
] as const) {
  test(`reads ${text}`, () => {
    assert.deepEqual(parsePostureCondition(text), { ok: true, value: { attribute, operator, values } })
  })
}

for (const [text, message] of [
  ['', '"" is no attribute'],
  ['os == 1', '"os" is no attribute'],
  ["'macos' == node:os", '"" is no attribute'],
  ['node:os', 'after the attribute comes =='],
  ["node:os = 'macos'", 'after the attribute comes =='],
  ['node:os IS NOT SET', 'after the attribute comes =='],
  ['node:os ==', 'a value is a text in quotes'],
  ['node:os == macos', 'a value is a text in quotes'],
  ["node:os == 'macos", 'a value is a text in quotes'],
  ["node:os == 'macos' || true", 'there is more after the end'],
  ["node:os == 'a' 'b'", 'there is more after the end'],
  ["node:os IN 'macos'", 'after IN comes a list'],
  ['node:os IN []', 'the list is empty'],
  ["node:os IN ['a' 'b']", 'set apart by commas'],
  ["node:os IN ['a'", 'set apart by commas'],
  ["node:os IN ['a',", 'a value is a text in quotes'],
  ['custom:x IS SET 1', 'there is more after the end'],
  [`custom:x == '${'x'.repeat(5000)}'`, 'a condition has at most 4096 characters'],
] as const) {
  test(`refuses ${text.slice(0, 40)}`, () => {
    const result = parsePostureCondition(text)
    assert.ok(!result.ok)
    assert.ok(result.message.startsWith(message) || result.message.includes(message), result.message)
  })
}
