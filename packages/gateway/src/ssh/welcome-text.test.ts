import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofText } from './welcome-text.ts'

const key = { method: 'publickey', fingerprint: 'SHA256:abc', factors: [] } as const
const certificate = { serial: 7, authority: 'SHA256:def' }

test('whoever opens a shell on the gateway reads what let them in, and until when it counts', () => {
  assert.equal(proofText(key), 'the key SHA256:abc')
  const validBefore = Date.UTC(2026, 10, 23, 16, 30)
  assert.equal(
    proofText({ ...key, certificate: { ...certificate, validBefore } }),
    'a certificate (until 2026-11-23 16:30:00 UTC) for the key SHA256:abc',
  )
  // What PROTOCOL.certkeys has for no end, in milliseconds.
  assert.equal(
    proofText({ ...key, certificate: { ...certificate, validBefore: Number(2n ** 64n - 1n) * 1000 } }),
    'a certificate (without an end) for the key SHA256:abc',
  )
})
