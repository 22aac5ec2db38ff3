import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { Secret } from '@sallyport/model'
import { checkCheckpoint, checkpointKeyName, decodeCheckpoint, encodeCheckpoint, signCheckpoint } from './checkpoint.ts'
import { AuditError } from './errors.ts'
import { checkpointSigner, generateCheckpointKey } from './signer.ts'

const statement = { seq: 42, time: Date.UTC(2026, 0, 1), hash: 'ab'.repeat(32) }

suite('checkpoints', async () => {
  const signer = checkpointSigner(generateCheckpointKey())
  const checkpoint = await signCheckpoint(statement, signer)

  test('a signature of a known key over this very statement is valid', () => {
    assert.equal(checkCheckpoint(checkpoint, [signer.publicKey]), 'valid')
  })

  const changes = [
    { name: 'entry', changed: { seq: 43 } },
    { name: 'time', changed: { time: statement.time + 1 } },
    { name: 'hash', changed: { hash: 'ac'.repeat(32) } },
    { name: 'signature', changed: { signature: new Uint8Array(64) } },
  ]
  for (const { name, changed } of changes) {
    test(`another ${name} makes it forged`, () => {
      assert.equal(checkCheckpoint({ ...checkpoint, ...changed }, [signer.publicKey]), 'forged')
    })
  }

  test('a key that was not given is unknown, also under the name of one that was', () => {
    const other = checkpointSigner(generateCheckpointKey()).publicKey
    assert.equal(checkCheckpoint(checkpoint, [other]), 'unknown-key')
    assert.equal(checkCheckpoint({ ...checkpoint, key: checkpointKeyName(other) }, [other]), 'forged')
  })

  test('a line is read back as it was written', () => {
    const line = encodeCheckpoint(checkpoint)
    assert.match(
      line,
      /^\{"checkpoint":1,"seq":42,"time":"2026-01-01T00:00:00.000Z","hash":"(ab){32}","key":"[0-9a-f]{32}","signature":"[^"]{88}"\}$/,
    )
    assert.deepEqual(decodeCheckpoint(line), checkpoint)
  })

  const line = encodeCheckpoint(checkpoint)
  const spoilt = [
    { name: 'cut short', text: line.slice(0, -9) },
    { name: 'with a space', text: line.replace(',', ', ') },
    { name: 'with a key twice', text: line.replace('"seq":42', '"seq":41,"seq":42') },
    { name: 'of another version', text: line.replace('"checkpoint":1', '"checkpoint":2') },
    { name: 'with a short signature', text: line.replace(/"signature":".{8}/, '"signature":"') },
    { name: 'that is null', text: 'null' },
    { name: 'that is empty', text: '' },
  ]
  for (const { name, text } of spoilt) {
    test(`a line ${name} is refused`, () => {
      assert.throws(
        () => decodeCheckpoint(text),
        (error) => error instanceof AuditError && error.code === 'bad-checkpoint',
      )
    })
  }

  test('only an ed25519 private key signs', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    for (const text of [pem, 'no key']) {
      assert.throws(
        () => checkpointSigner(new Secret(text)),
        (error) => error instanceof AuditError && error.code === 'bad-key',
      )
    }
  })
})
