/** Random schedules of writing, delivering, consuming and holding back output: nothing is lost, nobody exceeds a window. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type ChannelRecorder, ConnectionPair } from '../testing/connection-pair.ts'
import type { Channel } from './channel.ts'
import { ReceiveWindow, SendWindow } from './channel-window.ts'

interface Flow {
  readonly channel: Channel
  readonly sink: ChannelRecorder
  readonly sinkChannel: Channel
  /** What a caller still wants to send; `next` numbers the bytes. */
  pending: number
  next: number
}

const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), flow: fc.nat(3), bytes: fc.integer({ min: 0, max: 9000 }) }),
  fc.record({ do: fc.constant('deliver' as const), from: fc.constantFrom('client' as const, 'server' as const) }),
  fc.record({
    do: fc.constant('consume' as const),
    flow: fc.nat(3),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ do: fc.constant('hold' as const), side: fc.constantFrom('client' as const, 'server' as const) }),
  fc.record({ do: fc.constant('release' as const), side: fc.constantFrom('client' as const, 'server' as const) }),
)

test('whatever the schedule, every byte arrives once and in order, and no window is exceeded', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 256, max: 3000 }),
      (steps, windowBytes, maxPacketBytes) => {
        const pair = new ConnectionPair({ windowBytes, maxPacketBytes })
        const flows: Flow[] = []
        for (let i = 0; i < 2; i++) {
          const { near, far, nearChannel, farChannel } = pair.open()
          near.consumes = false
          far.consumes = false
          flows.push(
            { channel: nearChannel, sink: far, sinkChannel: farChannel, pending: 0, next: 0 },
            { channel: farChannel, sink: near, sinkChannel: nearChannel, pending: 0, next: 0 },
          )
        }
        const write = (flow: Flow): void => {
          const data = Uint8Array.from({ length: flow.pending }, (_, i) => (flow.next + i) & 0xff)
          const taken = flow.channel.write(data)
          flow.next += taken
          flow.pending -= taken
        }
        for (const flow of flows) {
          const source = flows.find((other) => other.sinkChannel === flow.channel)
          assert.ok(source !== undefined)
          source.sink.onWritable = () => write(flow)
        }
        for (const now of steps) {
          if (now.do === 'deliver') pair.deliver(now.from)
          else if (now.do === 'hold') pair[now.side].canSendData = false
          else if (now.do === 'release') {
            pair[now.side].canSendData = true
            pair[now.side].connection.resume()
          } else {
            const flow = flows[now.flow]!
            if (now.do === 'write') {
              flow.pending += now.bytes
              write(flow)
            } else flow.sinkChannel.consumed(Math.floor(flow.sinkChannel.bytesHeld * now.share))
          }
          for (const flow of flows) assert.ok(flow.sinkChannel.bytesHeld <= windowBytes)
        }
        // Everybody becomes willing: all of it must arrive.
        pair.client.canSendData = true
        pair.server.canSendData = true
        for (const flow of flows) flow.sink.consumes = true
        for (const flow of flows) flow.sinkChannel.consumed(flow.sinkChannel.bytesHeld)
        pair.client.connection.resume()
        pair.server.connection.resume()
        pair.pump()
        for (const flow of flows) {
          assert.equal(flow.pending, 0)
          assert.equal(flow.sink.bytesReceived, flow.next)
          const received = flow.sink.received
          for (let i = 0; i < received.length; i++) if (received[i] !== (i & 0xff)) assert.fail(`byte ${i} is wrong`)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('a receive window keeps credit, held and owed bytes at its size', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.array(
        fc.record({
          arrive: fc.double({ min: 0, max: 1, noNaN: true }),
          consume: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      ),
      (size, steps) => {
        const window = new ReceiveWindow(size)
        const peer = new SendWindow(size)
        for (const { arrive, consume } of steps) {
          const bytes = Math.floor(peer.available * arrive)
          peer.take(bytes)
          window.receive(bytes)
          const grant = window.consume(Math.floor(window.held * consume))
          assert.ok(grant === 0 || grant >= Math.floor(size / 2))
          if (grant > 0) peer.grow(grant)
          assert.equal(window.credit, peer.available)
          assert.ok(window.credit + window.held <= size)
          // Never stuck: a peer without credit waits only for bytes that somebody holds.
          assert.ok(window.credit > 0 || window.held > 0)
        }
      },
    ),
  )
})
