import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { AUDIT_ERROR_CODES, FAULT_CODES } from '@sallyport/audit'
import { DECISION_CODES, DIAGNOSTIC_CODES, LOGIN_CODES } from '@sallyport/policy'
import { STORE_ERROR_CODES } from '@sallyport/store'
import { COMMAND_ERRORS } from './command-error.ts'

const DOCUMENT = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

/** Words in the first column of the tables of a section. */
function wordsOf(title: string): string[] {
  const [, section = ''] = DOCUMENT.split(`\n## ${title}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, word = '']) => word)
}

function sameWords(documented: readonly string[], inCode: readonly string[]): void {
  assert.equal(new Set(documented).size, documented.length, 'a word stands twice')
  assert.deepEqual(documented.toSorted(), inCode.toSorted())
}

test('docs/errors.md explains every SP4nnn error of the command, and no other', () => {
  const documented = [...DOCUMENT.matchAll(/^## (SP4\d{3}) (\S+)$/gm)].map(
    ([, code = '', name = '']) => `${code} ${name}`,
  )
  const inCode = Object.entries(COMMAND_ERRORS).map(([name, { code }]) => `${code} ${name}`)
  assert.deepEqual(documented.sort(), inCode.sort())
})

test('each coded error has a section with what it means and what to do', () => {
  for (const section of DOCUMENT.split('\n## ').slice(1)) {
    const [heading = ''] = section.split('\n')
    if (!/^SP\d{4} /.test(heading)) continue
    assert.match(section, /What to do: /, heading)
    assert.ok(section.split('\n\n').length >= 3, heading)
  }
})

test('no code and no name stands for two errors', () => {
  const headings = [...DOCUMENT.matchAll(/^## (SP\d{4}) (\S+)$/gm)]
  const codes = headings.map(([, code]) => code)
  assert.equal(new Set(codes).size, codes.length)
})

test('docs/errors.md lists the words of the policy’s diagnostics and decisions', () => {
  sameWords(wordsOf('Words of the policy'), [...new Set([...DIAGNOSTIC_CODES, ...DECISION_CODES, ...LOGIN_CODES])])
})

test('docs/errors.md lists the words of the audit log and its verifier', () => {
  sameWords(wordsOf('Words of the audit log'), [...AUDIT_ERROR_CODES, ...FAULT_CODES])
})

test('docs/errors.md lists the words of the store', () => {
  sameWords(wordsOf('Words of the store'), STORE_ERROR_CODES)
})

test('docs/errors.md lists the words of the SSH library', () => {
  // A union of types leaves nothing to import: its members are read from the source.
  const source = readFileSync(new URL('../../ssh/src/errors.ts', import.meta.url), 'utf8')
  const [, union = ''] = /export type SshErrorCode =([\s\S]*?)\n\n/.exec(source) ?? []
  const inCode = [...union.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, word = '']) => word)
  assert.ok(inCode.length > 20)
  sameWords(wordsOf('Words of the SSH library'), inCode)
})
