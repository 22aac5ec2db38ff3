import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { selfSigned } from './self-signed.ts'
import { loadTls } from './tls-certificate.ts'

const NONE = { certificate: '', key: '' }

test('a certificate of ours whose key was replaced and then not itself is made anew; one that is damaged is not', async () => {
  using directory = new TemporaryDirectory('tls')
  const now = Date.now()
  const first = await loadTls(directory.path, NONE, ['localhost'], now)
  const again = await loadTls(directory.path, NONE, ['localhost'], now)
  assert.equal(again.fingerprint, first.fingerprint)
  const { key } = await selfSigned(['localhost'], now)
  writeFileSync(directory.file('key.pem'), key)
  const second = await loadTls(directory.path, NONE, ['localhost'], now)
  assert.notEqual(second.fingerprint, first.fingerprint)
  assert.equal((await loadTls(directory.path, NONE, ['localhost'], now)).fingerprint, second.fingerprint)
  const certificate = readFileSync(directory.file('certificate.pem'), 'utf8')
  writeFileSync(directory.file('certificate.pem'), certificate.slice(0, 200))
  await assert.rejects(loadTls(directory.path, NONE, ['localhost'], now), { reason: 'tls.invalid' })
})
