import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { SshError } from '../../src/errors.ts'
import { Transport } from '../../src/transport/transport.ts'
import type { KexEvent, TransportHandler } from '../../src/transport/transport-handler.ts'
import type { TransportOptions } from '../../src/transport/transport-options.ts'

/** A transport on a real socket: only as much glue as these tests need. */
export class SocketTransport {
  readonly transport: Transport
  readonly packets: Uint8Array[] = []
  readonly kexEvents: KexEvent[] = []
  readonly pongs: Uint8Array[] = []
  error: SshError | undefined
  onPacket: ((payload: Uint8Array) => void) | undefined
  onWritable: (() => void) | undefined
  onKex: ((event: KexEvent) => void) | undefined
  readonly #socket: Socket
  #changed: (() => void)[] = []

  constructor(socket: Socket, options: TransportOptions) {
    this.#socket = socket
    socket.setNoDelay(true)
    const handler: TransportHandler = {
      output: (pieces) => {
        for (const piece of pieces) socket.write(piece)
      },
      packet: (payload) => {
        if (this.onPacket === undefined) this.packets.push(payload)
        else this.onPacket(payload)
      },
      kex: (event) => {
        this.kexEvents.push(event)
        this.onKex?.(event)
      },
      verifyHostKey: () => this.transport.hostKeyAccepted(),
      pong: (data) => this.pongs.push(data),
      backlog: () => socket.writableLength,
      disconnected: (error) => {
        this.error = error
        socket.end()
      },
    }
    this.transport = new Transport(options, handler)
    socket.on('data', (chunk: Buffer) => {
      this.transport.receive(chunk)
      this.#wake()
    })
    socket.on('drain', () => this.onWritable?.())
    socket.on('close', () => {
      this.transport.connectionLost()
      this.#wake()
    })
    socket.on('error', () => undefined)
    this.transport.start()
  }

  get congested(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** Waits for `condition`; rejects when the connection ends first or a minute passes. */
  async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!condition()) {
      if (this.error !== undefined) throw this.error
      if (Date.now() > deadline) throw new Error('waited a minute in vain')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 250)
        this.#changed.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #wake(): void {
    const waiting = this.#changed
    this.#changed = []
    for (const resolve of waiting) resolve()
  }
}

export async function connectTransport(
  port: number,
  options: Partial<TransportOptions> = {},
): Promise<SocketTransport> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return new SocketTransport(socket, { now: performance.now(), ...options, role: 'client' })
}

/** A listener that gives every connection a server transport. */
export class TransportListener implements AsyncDisposable {
  readonly #server: Server
  readonly connections: SocketTransport[] = []

  constructor(options: Partial<TransportOptions>, accepted: (connection: SocketTransport) => void) {
    this.#server = createServer((socket) => {
      const connection = new SocketTransport(socket, { now: performance.now(), ...options, role: 'server' })
      this.connections.push(connection)
      accepted(connection)
    })
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.connections) connection.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
