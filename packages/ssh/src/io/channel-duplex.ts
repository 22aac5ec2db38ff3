import { Duplex } from 'node:stream'
import type { ChannelStream } from '../connection/index.ts'

/**
 * A channel as a Node stream: what `connectSsh` takes as `stream` to reach a host behind another, and what everything
 * else of Node takes. Destroying it closes the channel; what the peer sends counts as consumed when the stream takes it.
 */
export function channelDuplex(channel: ChannelStream): Duplex {
  const chunks = channel[Symbol.asyncIterator]()
  const duplex = new Duplex({
    allowHalfOpen: true,
    read() {
      chunks.next().then(
        ({ done, value }) => duplex.push(done === true ? null : value),
        (error: unknown) =>
          duplex.destroy(error instanceof Error ? error : new Error('channel failed', { cause: error })),
      )
    },
    write(chunk: Uint8Array, _encoding, callback) {
      channel.writeAll(chunk).then(() => callback(), callback)
    },
    final(callback) {
      channel.end()
      callback()
    },
    destroy(error, callback) {
      channel.channel.close()
      callback(error)
    },
  })
  // what has arrived before a proper end can still be read; after a broken one nothing can be trusted to be whole
  void channel.closed.then((error) => (error === undefined ? duplex.end() : duplex.destroy(error)))
  return duplex
}
