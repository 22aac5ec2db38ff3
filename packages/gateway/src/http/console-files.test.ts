import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { readConsoleFiles } from './console-files.ts'

test('V-E05 only files of the build are served: no links, no other kinds, no folder above', () => {
  using directory = new TemporaryDirectory('console-files')
  const folder = directory.file('dist')
  mkdirSync(directory.file('dist/assets/deep'), { recursive: true })
  writeFileSync(directory.file('secret.js'), 'secret')
  writeFileSync(directory.file('dist/index.html'), '<!doctype html>')
  writeFileSync(directory.file('dist/assets/deep/a.js'), 'a')
  writeFileSync(directory.file('dist/.env'), 'secret')
  writeFileSync(directory.file('dist/assets/a.js.map'), 'secret')
  symlinkSync(directory.file('secret.js'), directory.file('dist/assets/link.js'))
  symlinkSync(directory.path, directory.file('dist/assets/above'))
  assert.deepEqual([...readConsoleFiles(folder).keys()].sort(), ['/assets/deep/a.js', '/index.html'])
})

test('without an index there is no console', () => {
  using directory = new TemporaryDirectory('console-files')
  writeFileSync(directory.file('a.js'), 'a')
  assert.equal(readConsoleFiles(directory.path).size, 0)
})
