import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { boundedWriter, WAITING_MAX_BYTES } from './bounded-writer.ts'
import { createLog } from './log-writer.ts'

test('a log whose reader stands still takes no memory without end, and tells how much of it is lost', () => {
  const read: string[] = []
  const waiting: (() => void)[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      read.push(line)
      waiting.push(done)
    },
  })
  const log = createLog({
    level: 'info',
    format: 'json',
    write: boundedWriter(stream, (count) => log.warn('lines of the log were lost', { count })),
  })
  const detail = 'x'.repeat(300)
  const lines = Math.ceil((WAITING_MAX_BYTES / 300) * 1.5)
  for (let i = 0; i < lines; i++) log.info('something', { detail })
  assert.ok(stream.writableLength <= WAITING_MAX_BYTES, `${stream.writableLength} bytes wait`)
  while (waiting.length > 0) waiting.shift()?.()
  const kept = read.length
  assert.ok(kept < lines && kept > 1000)
  log.info('again')
  while (waiting.length > 0) waiting.shift()?.()
  const [told, again] = read.slice(kept).map((line) => JSON.parse(line) as { msg: string; count?: number })
  assert.deepEqual([told?.msg, told?.count], ['lines of the log were lost', lines - kept])
  assert.equal(again?.msg, 'again')
})
