import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spokenBy } from './mux-front.ts'

test('every first byte has its protocol, and what is none of them is the SSH door’s to turn away', () => {
  const spoken = Array.from({ length: 256 }, (_, byte) => spokenBy(byte))
  assert.equal(spoken[0x16], 'tls')
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE'])
    assert.equal(spoken[method.charCodeAt(0)], 'http', method)
  assert.equal(spoken['S'.charCodeAt(0)], 'ssh')
  assert.equal(spoken.filter((each) => each === 'tls').length, 1)
  assert.equal(spoken.filter((each) => each === 'http').length, 25)
})
