import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below those that systems give to connections and to whoever asks for any port (Linux from 32768): none of them lands here. */
const LAST = 32_000
/** Above those that browsers and `fetch` refuse to speak to. */
const FIRST = 20_000
/** Of this process; between processes it is chance, one in as many as there are. */
const given = new Set<number>()

/**
 * A TCP port of 127.0.0.1 that nobody listens on, for peers that cannot be told "any" and say which; not given out twice, and
 * still free when its peer starts, however many connections others make meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
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
