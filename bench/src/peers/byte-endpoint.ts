/**
 * The machine behind the jump, as a process of its own so that its CPU is not the gateway's:
 *   `node byte-endpoint.ts sink`        takes all bytes, answers nothing, closes at the end
 *   `node byte-endpoint.ts source N`    sends N bytes to whoever connects, and closes
 *   `node byte-endpoint.ts echo`        sends back what it gets
 *   `node byte-endpoint.ts proxy PORT`  plain TCP proxy in Node to a port of 127.0.0.1: the floor
 * Prints its port on the first line.
 */
import { connect, createServer, Socket } from 'node:net'

const CHUNK_BYTES = 1 << 20
const [mode = 'sink', argument = '0'] = process.argv.slice(2)

const server = createServer(
  { pauseOnConnect: mode === 'sink', allowHalfOpen: mode === 'proxy' || mode === 'source' },
  (socket) => {
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    if (mode === 'sink') discard(socket)
    else if (mode === 'source') send(socket, Number(argument))
    else if (mode === 'echo') socket.pipe(socket)
    else {
      const target = connect({ port: Number(argument), host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
      target.on('error', () => socket.destroy())
      socket.pipe(target).pipe(socket)
    }
  },
)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' ? address?.port : '')
})

const scratch = new Uint8Array(CHUNK_BYTES)

/** Reads into one buffer for ever, so that the sink costs as little as it can. */
function discard(accepted: Socket): void {
  const handle = (accepted as unknown as { _handle: object })._handle
  const socket = new Socket({ handle, onread: { buffer: scratch, callback: () => true } } as object)
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.resume()
}

function send(socket: Socket, bytes: number): void {
  let left = bytes
  const more = () => {
    while (left > 0) {
      const count = Math.min(left, CHUNK_BYTES)
      left -= count
      if (!socket.write(scratch.subarray(0, count))) {
        socket.once('drain', more)
        return
      }
    }
    socket.end()
  }
  socket.resume()
  more()
}
