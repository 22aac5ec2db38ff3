import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a port of 127.0.0.1 that stays open and carries nothing more once it is frozen. */
export interface FreezingProxy extends AsyncDisposable {
  readonly port: number
  freeze(): void
}

export async function freezingProxy(port: number): Promise<FreezingProxy> {
  const sockets = new Set<Socket>()
  let frozen = false
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.on('data', (bytes) => {
      if (!frozen) to.write(bytes)
    })
    from.on('error', () => undefined)
    from.on('close', () => to.destroy())
  }
  const listener = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    join(near, far)
    join(far, near)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    freeze() {
      frozen = true
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
