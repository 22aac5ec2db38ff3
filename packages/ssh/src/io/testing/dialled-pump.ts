import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { SocketPump } from '../socket-pump.ts'

/** A started pump, which throws away what it reads, and its peer, which reads nothing before it is told to. */
export async function dialledPump(): Promise<{
  readonly pump: SocketPump
  readonly peer: Socket
  /** Resolves with what the pump was closed with. */
  readonly closed: Promise<Error | undefined>
}> {
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const accepted = once(listener, 'connection') as Promise<[Socket]>
  const pump = await SocketPump.dial({ host: '127.0.0.1', port: (listener.address() as AddressInfo).port })
  const closed = Promise.withResolvers<Error | undefined>()
  pump.start({ data: () => {}, end: () => {}, closed: (error) => closed.resolve(error) })
  const [peer] = await accepted
  listener.close()
  return { pump, peer, closed: closed.promise }
}
