import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Me } from '@sallyport/api'
import { waysIn, waysInTexts } from './ways-in.ts'

const some = (passkeys: number, declared: number, gone: number, password: boolean) =>
  ({
    passkeys: Array.from({ length: passkeys }, () => ({})),
    identities: [
      ...Array.from({ length: declared }, () => ({ provider: 'work' })),
      ...Array.from({ length: gone }, () => ({ provider: null })),
    ],
    password,
  }) as unknown as Me
const methods = (password: boolean) => ({ passkey: true, password, providers: [] })

test('ways in are what counts as the gateway is configured: no identity of a provider that is gone, no password that is off', () => {
  const me = some(2, 1, 3, true)
  assert.equal(waysIn(me, methods(true)), 4)
  assert.deepEqual(waysInTexts(me, methods(true)), ['2 passkeys', '1 identity', 'your password'])
  assert.equal(waysIn(me, methods(false)), 3)
  assert.deepEqual(waysInTexts(me, methods(false)), ['2 passkeys', '1 identity'])
  assert.deepEqual(waysInTexts(me, undefined), ['2 passkeys', '1 identity'])
  assert.deepEqual(waysInTexts(some(0, 0, 1, true), methods(false)), [])
})
