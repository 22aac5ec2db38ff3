/** What was written before `close` goes on to a peer that takes it slowly, for longer than a look takes; or the peer sees a break. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { suite, test } from 'node:test'
import { dialledPump } from './testing/dialled-pump.ts'

const PIECE = new Uint8Array(32 * 1024)
/** More than both systems hold for a peer that does not read. */
const TOTAL_BYTES = 20 * 1024 * 1024

/** A pump that was closed with all of it queued, and the peer's side, which does not read yet. */
async function closing(): Promise<{ peer: Socket; closed: Promise<unknown> }> {
  const { pump, peer, closed } = await dialledPump()
  for (let bytes = 0; bytes < TOTAL_BYTES; bytes += PIECE.length) pump.write(PIECE)
  pump.close()
  return { peer, closed }
}

suite('a pump that is closed', { concurrency: true, timeout: 120_000 }, () => {
  test('gives a slow peer everything', async () => {
    const { peer, closed } = await closing()
    let received = 0
    // Some sixteen seconds of reading, so that it is looked at more than once.
    const reading = setInterval(() => {
      const bytes: unknown = peer.read(64 * 1024) ?? peer.read()
      if (bytes instanceof Uint8Array) received += bytes.length
    }, 50)
    await once(peer, 'end')
    clearInterval(reading)
    assert.equal(received, TOTAL_BYTES)
    peer.end()
    assert.equal(await closed, undefined)
  })

  test('breaks with a peer that takes nothing, so that it does not take the rest for the whole', async () => {
    const { peer, closed } = await closing()
    await closed
    const ended = Promise.withResolvers<string>()
    peer.once('end', () => ended.resolve('end'))
    peer.once('error', (error: NodeJS.ErrnoException) => ended.resolve(error.code ?? ''))
    peer.resume()
    assert.equal(await ended.promise, 'ECONNRESET')
    peer.destroy()
  })
})
