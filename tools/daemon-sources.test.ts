import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { importsOf, isTestFile, sourceFiles } from './imports.ts'

/** What the daemon is made of. */
const DAEMON = /^packages\/(?:wire|model|ssh|policy|audit|store|api|gateway)\/src\//
const files = sourceFiles().filter((file) => DAEMON.test(file) && !isTestFile(file) && !file.includes('/testing/'))

test('V-I02 V-B17 V-D12 nothing in the daemon can start a process: no hook, no shell, no command of a client', () => {
  assert.ok(files.length > 100)
  for (const file of files)
    for (const { specifier } of importsOf(file))
      assert.doesNotMatch(specifier, /^(?:node:)?(?:child_process|cluster|worker_threads|vm|repl)$/, file)
})

test('V-D16 nothing loads a library by a name from outside: no PKCS#11, no native modules', () => {
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    assert.doesNotMatch(text, /process\.dlopen|\.node'/, file)
    // `null` is what Node itself is linked with.
    for (const [, what = ''] of text.matchAll(/\bdlopen\(\s*([^,)]*)/g))
      assert.match(what, /^(?:null|path: null)/, file)
  }
})

test('V-A23 no signature or nonce is made outside node:crypto', () => {
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    if (!/\bsign\s*\(/.test(text)) continue
    for (const { specifier } of importsOf(file))
      assert.doesNotMatch(specifier, /noble|elliptic|tweetnacl|sshpk|node-forge/, file)
  }
})
