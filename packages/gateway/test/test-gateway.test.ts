import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { TestGateway } from './test-gateway.ts'

test('a gateway whose first policy is invalid does not stay', async (t) => {
  using place = new TemporaryDirectory()
  const { TMPDIR } = process.env
  t.after(() => (TMPDIR === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = TMPDIR)))
  process.env['TMPDIR'] = place.path
  await assert.rejects(TestGateway.start({ policy: '{', ownerKey: false }), { code: 'SP1301' })
  assert.deepEqual(readdirSync(place.path), [], 'its directory is gone')
  const listening = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap')
  assert.deepEqual(listening, [], 'it listens no more')
})
