/** A socket whose FIN is on its way cannot be reset: libuv refuses, and Node then never closes it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { dialledPump } from './testing/dialled-pump.ts'

const WAITS = {
  'in the same moment': () => {},
  'a promise later': () => Promise.resolve(),
  'a tick later': () => new Promise<void>((resolve) => process.nextTick(resolve)),
  'a turn later': () => turn(),
}

for (const [when, wait] of Object.entries(WAITS)) {
  for (const how of ['end', 'close'] as const) {
    test(`a pump that is reset ${when} than its ${how} is closed`, { timeout: 20_000 }, async () => {
      const { pump, peer, closed } = await dialledPump()
      peer.on('error', () => {}) // a reset, where it was not too late for one
      pump.write(new Uint8Array(10))
      pump[how]()
      await wait()
      pump.reset()
      assert.equal(await closed, undefined)
      peer.destroy()
    })
  }
}
