import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { API_ERRORS } from '@sallyport/api'
import { DENIALS } from './access/denial-codes.ts'
import { GATEWAY_ERRORS } from './gateway-error.ts'

const document = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
const documented = [...document.matchAll(/^## (SP[123]\d{3}) (\S+)$/gm)].map(([, code, name]) => `${code} ${name}`)
const known = [
  ...Object.entries(API_ERRORS).map(([name, { code }]) => `${code} ${name}`),
  ...Object.entries(DENIALS).map(([name, { code }]) => `${code} ${name}`),
  ...Object.entries(GATEWAY_ERRORS).map(([name, code]) => `${code} ${name}`),
]

test('every code of the gateway is explained in docs/errors.md, and no other is', () => {
  assert.deepEqual(documented.toSorted(), known.toSorted())
})

test('the codes stand in order, each once, and each says what to do', () => {
  assert.deepEqual(documented, documented.toSorted())
  assert.equal(new Set(known.map((each) => each.slice(0, 6))).size, known.length)
  for (const section of document.split(/^## /m).filter((each) => /^SP[123]/.test(each)))
    assert.match(section, /\n\nWhat to do: \S/, section.slice(0, 40))
})
