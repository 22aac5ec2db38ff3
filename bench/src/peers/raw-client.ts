/**
 * A client without SSH, for the floor: `node raw-client.ts pour PORT BYTES` sends so much and waits for the end;
 * `node raw-client.ts drain PORT` reads to the end.
 */
import { connect } from 'node:net'

const CHUNK_BYTES = 1 << 20
const [mode = 'drain', port = '0', bytes = '0'] = process.argv.slice(2)
const scratch = new Uint8Array(CHUNK_BYTES)
const socket = connect({
  port: Number(port),
  host: '127.0.0.1',
  allowHalfOpen: true,
  onread: { buffer: scratch, callback: () => true },
})
socket.on('end', () => socket.end())
socket.on('error', (error) => {
  console.error(error.message)
  process.exitCode = 1
})
let left = mode === 'pour' ? Number(bytes) : 0
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
if (mode === 'pour') socket.once('connect', more)
