import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader } from './byte-reader.ts'
import { copyBytes } from './bytes.ts'

test('a copy of a Buffer has its own memory', () => {
  const buffer = Buffer.from([1, 2, 3])
  const copy = copyBytes(buffer)
  buffer.fill(9)
  assert.deepEqual(copy, Uint8Array.of(1, 2, 3))
})

test('what is read from a Buffer is a plain Uint8Array, whose slice copies', () => {
  const buffer = Buffer.from([0, 0, 0, 1, 7, 8]).subarray(0, 6)
  const reader = new ByteReader(buffer)
  const sliced = reader.string().slice()
  buffer.fill(9)
  assert.deepEqual(sliced, Uint8Array.of(7))
  assert.equal(reader.rest().constructor, Uint8Array)
})
