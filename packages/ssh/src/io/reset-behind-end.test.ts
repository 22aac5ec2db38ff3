/** A socket whose FIN is on its way cannot be reset: libuv refuses, and Node then never closes it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { SocketPump } from './socket-pump.ts'

const WAITS = {
  'in the same moment': () => {},
  'a promise later': () => Promise.resolve(),
  'a tick later': () => new Promise<void>((resolve) => process.nextTick(resolve)),
  'a turn later': () => turn(),
}

for (const [when, wait] of Object.entries(WAITS)) {
  for (const how of ['end', 'close'] as const) {
    test(`a pump that is reset ${when} than its ${how} is closed`, { timeout: 20_000 }, async () => {
      const listener = createServer({ allowHalfOpen: true })
      listener.listen(0, '127.0.0.1')
      await once(listener, 'listening')
      const accepted = once(listener, 'connection') as Promise<[Socket]>
      const pump = await SocketPump.dial({ host: '127.0.0.1', port: (listener.address() as AddressInfo).port })
      const closed = Promise.withResolvers<unknown>()
      pump.start({ data: () => {}, end: () => {}, closed: (error) => closed.resolve(error) })
      const [peer] = await accepted
      peer.on('error', () => {}) // a reset, where it was not too late for one
      pump.write(new Uint8Array(10))
      pump[how]()
      await wait()
      pump.reset()
      assert.equal(await closed.promise, undefined)
      peer.destroy()
      listener.close()
    })
  }
}
