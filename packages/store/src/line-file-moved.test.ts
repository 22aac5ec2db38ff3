import assert from 'node:assert/strict'
import { readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { LineFile } from './line-file.ts'

test('a file that was rotated or removed under its writer is begun anew where it was', async () => {
  using directory = new TemporaryDirectory('lines')
  const path = directory.file('lines')
  await using file = await LineFile.open(path)
  await file.append('one')
  renameSync(path, `${path}.1`)
  await Promise.all([file.append('two'), file.append('three')])
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'one\n')
  assert.equal(readFileSync(path, 'utf8'), 'two\nthree\n')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  rmSync(path)
  await assert.rejects(Array.fromAsync(file.lines()), { code: 'store-unavailable' })
  await file.append('four')
  assert.deepEqual(await Array.fromAsync(file.lines()), ['four'])
})
