import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { TemporaryDirectory } from '@sallyport/testkit'
import { Hono } from 'hono'
import { listenControl } from '../control/control-server.ts'
import { listenOps } from './ops-server.ts'

test('connections that cannot be accepted are told each time, and do not end the process', async () => {
  using directory = new TemporaryDirectory('listener-errors')
  const told: string[] = []
  const failed = (what: string) => void told.push(what)
  const control = await listenControl(join(directory.path, 'control.sock'), new Hono(), failed)
  const ops = await listenOps(
    { address: '127.0.0.1', port: 0 },
    { metrics: async () => '', metricsType: 'text/plain', notReady: () => undefined, failed },
  )
  for (const server of [control, ops.server]) {
    // Without a listener the second of these would be thrown.
    for (let i = 0; i < 3; i++) server.emit('error', new Error('accept EMFILE'))
    server.close()
  }
  assert.equal(told.length, 6)
})
