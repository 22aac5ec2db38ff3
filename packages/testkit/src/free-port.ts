import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** Below those that systems give to connections and to whoever asks for any port (Linux from 32768): none of them lands here. */
const LAST = 32_000
/** Above those that browsers and `fetch` refuse to speak to. */
const FIRST = 20_000
/** From a port to the UDP port that marks it; some peers want the UDP port of the same number for themselves. */
const MARK_OFFSET = 20_000

/**
 * A TCP port of 127.0.0.1 that nobody listens on, for peers that cannot be told "any" and say which; not given out twice while
 * this process lives, by whichever process, and still free when its peer starts, however many connections others make meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if ((await isOurs(port)) && (await isFree(port))) return port
  }
}

/** Whether nobody was given it. The mark is held until this process ends. */
function isOurs(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const mark = createSocket('udp4')
    mark.once('error', () => {
      mark.close()
      resolve(false)
    })
    mark.bind({ port: port + MARK_OFFSET, address: '127.0.0.1', exclusive: true }, () => {
      mark.unref()
      resolve(true)
    })
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
