import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPublicKey, generatePrivateKey } from '@sallyport/ssh/keys'
import { hostKeyLines } from './host-key-lines.ts'
import { keyLines } from './key-lines.ts'

const line = formatPublicKey(generatePrivateKey('ssh-ed25519').publicKey)

test('comments and empty lines of a key file are no keys', () => {
  assert.deepEqual(keyLines('a.pub', `# mine\n\n${line} me\r\n  ${line}\n`), [`${line} me`, line])
})

test('a private key given by mistake is refused before anything is sent', () => {
  for (const kind of ['OPENSSH PRIVATE KEY', 'RSA PRIVATE KEY', 'PRIVATE KEY', 'ENCRYPTED PRIVATE KEY']) {
    const text = `-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----\n`
    assert.throws(() => keyLines('id_ed25519', text), { message: /private key/, fix: /id_ed25519\.pub/ })
  }
})

test('a file without a key is refused', () => {
  assert.throws(() => keyLines('empty.pub', '# nothing\n'), { reason: 'usage.file-unreadable' })
  assert.throws(() => hostKeyLines('empty', '\n# x\n'), { reason: 'usage.file-unreadable' })
})

test('host keys come from a public key file or from ssh-keyscan, each once', () => {
  const scanned = `# 10.0.0.1:22 SSH-2.0-OpenSSH_9.2\n10.0.0.1 ${line}\n[10.0.0.1]:2222 ${line}\n`
  assert.deepEqual(hostKeyLines('scan', scanned), [line])
  assert.deepEqual(hostKeyLines('key.pub', `${line} root@db1\n`), [line])
})

test('a line that is no host key is refused with its place', () => {
  assert.throws(() => hostKeyLines('scan', `10.0.0.1 ${line}\n10.0.0.1 ssh-ed25519 AAAA\n`), { message: /^scan:2:/ })
})
