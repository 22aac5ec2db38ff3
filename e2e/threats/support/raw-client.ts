/** A client over a socket that keeps no rules: it can finish a key exchange and sign in, and otherwise sends what a test wants. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { algorithmProfiles } from '@sallyport/ssh'
import type { PrivateKey } from '@sallyport/ssh/keys'
import { RawPeer } from '@sallyport/ssh/testing'
import { ByteReader, ByteWriter } from '@sallyport/wire'

/** The cheapest exchange: these tests do thousands. */
const algorithms = { ...algorithmProfiles.modern, kex: ['curve25519-sha256'] }
const WAIT_MS = 60_000

export const MSG = {
  disconnect: 1,
  ignore: 2,
  serviceRequest: 5,
  serviceAccept: 6,
  kexinit: 20,
  userauthRequest: 50,
  userauthFailure: 51,
  userauthSuccess: 52,
  pkOk: 60,
  globalRequest: 80,
  requestSuccess: 81,
  requestFailure: 82,
  channelOpen: 90,
  openConfirmation: 91,
  openFailure: 92,
  windowAdjust: 93,
  data: 94,
  extendedData: 95,
  eof: 96,
  close: 97,
  channelRequest: 98,
  channelSuccess: 99,
  channelFailure: 100,
  ping: 192,
} as const

export interface RawClientOptions {
  /** Address of 127/8 to come from. */
  readonly from?: string
}

export class RawClient implements AsyncDisposable {
  readonly socket: Socket
  readonly peer = new RawPeer({ role: 'client', algorithms })
  /** Bytes the other side has sent. */
  bytesReceived = 0
  /** Payloads of messages of the upper layers that `next` has not handed out yet. */
  readonly #inbox: Uint8Array[] = []
  #wake: (() => void) | undefined
  #ended = false
  #unreadable = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
      this.#wake?.()
    })
  }

  /** A TCP connection on which nothing has been said. */
  static async open(port: number, options: RawClientOptions = {}): Promise<RawClient> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      ...(options.from === undefined ? {} : { localAddress: options.from }),
    })
    const client = new RawClient(socket)
    await once(socket, 'connect')
    return client
  }

  /** Version exchange and first key exchange done. */
  static async keyed(port: number, options: RawClientOptions = {}): Promise<RawClient> {
    const client = await RawClient.open(port, options)
    client.peer.identify()
    client.peer.sendKexInit()
    client.flush()
    await client.until(() => client.peer.result !== undefined)
    return client
  }

  /** Signed in with a key. */
  static async signedIn(port: number, key: PrivateKey, user = 'root', options: RawClientOptions = {}) {
    const client = await RawClient.keyed(port, options)
    await client.requestAuthentication()
    client.send(client.signedRequest(user, key))
    const answer = await client.next()
    if (answer[0] !== MSG.userauthSuccess) throw new Error(`not signed in: message ${answer[0]}`)
    return client
  }

  get ended(): boolean {
    return this.#ended
  }

  /** A packet of this payload. */
  send(payload: Uint8Array): void {
    this.peer.send(payload)
    this.flush()
  }

  /** Bytes as they are. */
  write(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  /** What the raw peer has put out goes to the socket. */
  flush(): void {
    const pieces = this.peer.outbox
    this.peer.outbox = []
    if (!this.socket.destroyed) for (const piece of pieces) this.socket.write(piece)
  }

  /** The next message of the upper layers, EXT_INFO and banners left out; DISCONNECT comes too. Rejects when the connection ends. */
  async next(): Promise<Uint8Array> {
    await this.until(() => this.#inbox.length > 0 || this.#ended)
    const payload = this.#inbox.shift()
    if (payload === undefined) throw new Error('the connection has ended')
    return payload
  }

  /** Resolves once a condition holds, looked at whenever something arrives. Rejects after a minute, or when the connection ends first. */
  async until(condition: () => boolean, timeoutMs = WAIT_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs
    while (!condition()) {
      if (this.#ended) throw new Error('the connection has ended')
      const left = deadline - Date.now()
      if (left <= 0) throw new Error('nothing came in time')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Resolves when the other side has closed. Rejects after the time given. */
  async closed(timeoutMs = WAIT_MS): Promise<void> {
    await this.until(() => this.#ended, timeoutMs).catch((error: unknown) => {
      if (!this.#ended) throw error
    })
  }

  async requestAuthentication(): Promise<void> {
    this.send(new ByteWriter().u8(MSG.serviceRequest).string('ssh-userauth').finish())
    const answer = await this.next()
    if (answer[0] !== MSG.serviceAccept) throw new Error(`no service: message ${answer[0]}`)
  }

  /** USERAUTH_REQUEST with a signature; `signer` may be another key than the one that is named. */
  signedRequest(user: string, key: PrivateKey, signer: PrivateKey = key): Uint8Array {
    const algorithm = 'ssh-ed25519'
    const sessionId = this.peer.result?.sessionId ?? new Uint8Array(0)
    const request = (writer: ByteWriter): ByteWriter =>
      writer
        .u8(MSG.userauthRequest)
        .string(user)
        .string('ssh-connection')
        .string('publickey')
        .boolean(true)
        .string(algorithm)
        .string(key.publicKey.blob)
    const signed = request(new ByteWriter().string(sessionId)).finish()
    return request(new ByteWriter()).string(signer.sign(algorithm, signed)).finish()
  }

  /** Opens a channel; the numbers of both ends, or the reason and text of the refusal. */
  async openChannel(
    type: string,
    rest: Uint8Array = new Uint8Array(0),
    { id = 0, windowBytes = 1 << 20, maxPacketBytes = 32_768 } = {},
  ): Promise<{ readonly remote: number } | { readonly reason: number; readonly text: string }> {
    this.send(
      new ByteWriter()
        .u8(MSG.channelOpen)
        .string(type)
        .u32(id)
        .u32(windowBytes)
        .u32(maxPacketBytes)
        .bytes(rest)
        .finish(),
    )
    for (;;) {
      const answer = new ByteReader(await this.next())
      const number = answer.u8('message')
      if (number === MSG.disconnect) throw new Error('the connection was ended')
      if (answer.u32('recipient') !== id) continue
      if (number === MSG.openConfirmation) return { remote: answer.u32('sender') }
      if (number === MSG.openFailure)
        return { reason: answer.u32('reason'), text: new TextDecoder().decode(answer.string('text')) }
    }
  }

  #read(chunk: Uint8Array): void {
    this.bytesReceived += chunk.length
    if (this.#unreadable) return
    const { received } = this.peer
    try {
      this.peer.receive(chunk)
    } catch {
      // Last words in plain text, for who has not said that it speaks SSH.
      this.#unreadable = true
    }
    this.flush()
    for (const payload of received.splice(0)) {
      const number = payload[0] ?? 0
      // Key exchanges are the raw peer's business; EXT_INFO (7) and banners (53) are no test's.
      if ((number >= 20 && number < 50) || number === 7 || number === 53) continue
      this.#inbox.push(payload.slice())
    }
    this.#wake?.()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    if (!this.#ended) await once(this.socket, 'close')
  }
}

/** What follows the common part of a `direct-tcpip` open. */
export function directTcpip(host: string, port: number): Uint8Array {
  return new ByteWriter().string(host).u32(port).string('127.0.0.1').u32(1).finish()
}

export function channelRequest(remote: number, name: string, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  return new ByteWriter().u8(MSG.channelRequest).u32(remote).string(name).boolean(true).bytes(body).finish()
}
