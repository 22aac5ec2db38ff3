import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listed } from './listed.ts'

test('names are listed as they are read out, and of many the first ones', () => {
  for (const [names, most, text] of [
    [[], 2, ''],
    [['db1'], 2, 'db1'],
    [['db1', 'db2'], 2, 'db1 and db2'],
    [['db1', 'db2', 'db3'], 2, 'db1, db2 and 1 more'],
    [['db1', 'db2', 'db3'], 3, 'db1, db2 and db3'],
  ] as const)
    assert.equal(listed(names, most), text)
})
