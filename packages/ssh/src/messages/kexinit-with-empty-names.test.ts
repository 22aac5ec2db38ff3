import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader, ByteWriter } from '@sallyport/wire'
import { kexInit } from './kex.ts'

test('libssh 0.10 could not connect: its KEXINIT has empty names in the cipher lists', () => {
  const writer = new ByteWriter().bytes(new Uint8Array(16))
  for (let list = 0; list < 10; list++) writer.string(list === 2 ? 'aes256-gcm@openssh.com,,aes128-ctr,' : 'x')
  const decoded = kexInit.decode(new ByteReader(writer.boolean(false).u32(0).finish()))
  assert.deepEqual(decoded.cipherClientToServer, ['aes256-gcm@openssh.com', 'aes128-ctr'])
})
