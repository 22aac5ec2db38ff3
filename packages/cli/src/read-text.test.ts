import assert from 'node:assert/strict'
import { Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { readText } from './read-text.ts'

function terminalWith(chunks: readonly Uint8Array[]) {
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() })
  return { stdin: Readable.from(chunks, { objectMode: false }), stdout: sink, stderr: sink, environment: {} }
}

test('a character that a pipe cuts in two is read whole', async () => {
  const text = '{ // für Zoë 🔑\n}\n'
  const bytes = Buffer.from(text)
  for (let cut = 1; cut < bytes.length; cut++) {
    const terminal = terminalWith([bytes.subarray(0, cut), bytes.subarray(cut)])
    assert.equal(await readText('-', terminal), text, `cut at ${cut}`)
  }
})

test('what is not UTF-8 at its end is shown as such, not left out', async () => {
  assert.equal(await readText('-', terminalWith([Buffer.from([0x61, 0xc3])])), 'a\ufffd')
})
