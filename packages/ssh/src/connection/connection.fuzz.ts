/**
 * The machine under a script of payloads and local actions. Each step is one operation byte, then what it needs; payloads
 * are cut out of the input with a length byte pair.
 */
import { ByteReader, ByteWriter, DecodeError } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import type { Channel, ChannelHandler, IncomingOpen, IncomingRequest } from './channel.ts'
import { Connection } from './connection.ts'

const MAX_STEPS = 300
const MAX_CHANNELS = 8
const WINDOW_BYTES = 4096

class Watcher implements ChannelHandler {
  channel: Channel | undefined
  #over = false
  #eof = false
  held = 0

  opened(): void {
    this.#check()
  }
  refused(): void {
    this.#check()
    this.#over = true
  }
  data(bytes: Uint8Array): void {
    this.#check()
    if (this.#eof) throw new Error('oracle: data after eof')
    this.held += bytes.length
    if (this.held > WINDOW_BYTES) throw new Error('oracle: more than a window is held')
  }
  eof(): void {
    this.#check()
    this.#eof = true
  }
  writable(): void {
    this.#check()
  }
  request(request: IncomingRequest<unknown>): void {
    this.#check()
    request.defer()
    requests.push(request)
  }
  closed(): void {
    this.#check()
    this.#over = true
  }
  #check(): void {
    if (this.#over) throw new Error('oracle: a call after the end')
  }
}

let requests: IncomingRequest<unknown>[] = []

function run(role: 'client' | 'server', input: Uint8Array): void {
  const reader = new ByteReader(input)
  const watchers: Watcher[] = []
  const opens: IncomingOpen[] = []
  requests = []
  let sent = 0
  const link = { send: () => void sent++, sendParts: () => void sent++, canSendData: true }
  const connection = new Connection({ role, maxChannels: MAX_CHANNELS, windowBytes: WINDOW_BYTES }, link, {
    channelOpen: (open) => void opens.push(open),
    globalRequest: (request) => {
      request.defer()
      requests.push(request)
    },
  })
  connection.permitOpens('session')
  connection.permitOpens('x11')
  let received = 0
  let acted = 0
  try {
    for (let steps = 0; steps < MAX_STEPS && reader.remaining > 0; steps++) {
      const operation = reader.u8()
      if (operation < 0x80) {
        connection.receive(reader.bytes(reader.u16()).slice())
        received++
      } else {
        acted++
        act(operation)
      }
      if (connection.channelCount > MAX_CHANNELS) throw new Error('oracle: more channels than the limit')
    }
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof SshError)) throw error
  }
  // A message of the peer causes at most a reply and a credit; our own actions at most what they send and what waited for them.
  if (sent > 2 * received + 300 * acted)
    throw new Error(`oracle: ${sent} messages for ${received} and ${acted} actions`)
  connection.lost(new SshError('connection-lost', 'end of input'))
  if (connection.channelCount !== 0) throw new Error('oracle: channels outlive the connection')

  function act(operation: number): void {
    const watcher = watchers[(operation >> 3) % Math.max(1, watchers.length)]
    const channel = watcher?.channel
    switch (operation & 7) {
      case 0: {
        const made = new Watcher()
        watchers.push(made)
        made.channel = connection.open({ kind: 'session' }, made)
        break
      }
      case 1: {
        const open = opens.shift()
        if (open === undefined) break
        const made = new Watcher()
        watchers.push(made)
        made.channel = open.accept(made)
        break
      }
      case 2:
        opens.shift()?.reject(1, 'no')
        break
      case 3:
        if (watcher === undefined || channel === undefined) break
        if (channel.phase === 'open' && watcher.held !== channel.bytesHeld)
          throw new Error('oracle: bytes went missing')
        if (watcher.held <= channel.bytesHeld) channel.consumed(watcher.held)
        watcher.held = 0
        break
      case 4:
        if ((channel?.write(new Uint8Array(5000)) ?? 0) > 5000) throw new Error('oracle: took more than offered')
        break
      case 5:
        if ((operation & 8) === 0) channel?.sendEof()
        else channel?.close()
        break
      case 6:
        requests.shift()?.succeed()
        break
      default:
        link.canSendData = !link.canSendData
        if (link.canSendData) connection.resume()
    }
  }
}

const payload = (build: (w: ByteWriter) => ByteWriter): Uint8Array => {
  const message = build(new ByteWriter()).finish()
  return new ByteWriter().u8(0).u16(message.length).bytes(message).finish()
}
const script = (...steps: readonly (number | Uint8Array)[]): Uint8Array => {
  const writer = new ByteWriter()
  for (const step of steps) {
    if (typeof step === 'number') writer.u8(step)
    else writer.bytes(step)
  }
  return writer.finish()
}
const open = payload((w) => w.u8(90).string('session').u32(7).u32(100).u32(32768))
const data = payload((w) => w.u8(94).u32(0).string(new Uint8Array(300)))
const shell = payload((w) => w.u8(98).u32(0).string('shell').boolean(true))
const adjust = payload((w) => w.u8(93).u32(0).u32(9000))
const eof = payload((w) => w.u8(96).u32(0))
const close = payload((w) => w.u8(97).u32(0))
const confirmation = payload((w) => w.u8(91).u32(0).u32(9).u32(500).u32(32768))
const forward = payload((w) => w.u8(80).string('tcpip-forward').boolean(true).string('').u32(0))

const seeds = [
  script(open, 0x81, data, 0x83, shell, 0x86, 0x84, adjust, eof, 0x85, close),
  script(0x80, confirmation, 0x84, data, adjust, 0x8d, data, close, open, 0x82),
  script(forward, forward, 0x86, open, 0x81, 0x87, 0x84, adjust, 0x87, 0x84, close),
]

export const fuzzTargets = [
  { name: 'ssh/connection/server', run: (input: Uint8Array) => run('server', input), seeds },
  { name: 'ssh/connection/client', run: (input: Uint8Array) => run('client', input), seeds },
]
