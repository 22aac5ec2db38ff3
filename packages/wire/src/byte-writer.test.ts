import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'

test('numbers of every width are written whole where the array has to grow for them', () => {
  for (let filled = 0; filled <= 9; filled++) {
    const write = () => new ByteWriter(8).bytes(new Uint8Array(filled))
    const read = (writer: ByteWriter) => {
      const reader = new ByteReader(writer.finish())
      reader.bytes(filled)
      return reader
    }
    assert.equal(read(write().u8(0xf1)).u8(), 0xf1)
    assert.equal(read(write().u16(0xf1f2)).u16(), 0xf1f2)
    assert.equal(read(write().u16le(0xf1f2)).u16le(), 0xf1f2)
    assert.equal(read(write().u32(0xf1f2f3f4)).u32(), 0xf1f2f3f4)
    assert.equal(read(write().u32le(0xf1f2f3f4)).u32le(), 0xf1f2f3f4)
    assert.equal(read(write().u64(0xf1f2f3f4f5f6f7f8n)).u64(), 0xf1f2f3f4f5f6f7f8n)
    assert.equal(read(write().u64le(0xf1f2f3f4f5f6f7f8n)).u64le(), 0xf1f2f3f4f5f6f7f8n)
    assert.deepEqual(read(write().string(new Uint8Array(9).fill(7))).string(), new Uint8Array(9).fill(7))
  }
})
