import type { Channel, ChannelHandler, ChannelRequestBody, IncomingOpen, IncomingRequest } from '@sallyport/ssh'
import { EXTENDED_DATA_STDERR } from '@sallyport/ssh'
import { utf8Bytes } from '@sallyport/wire'
import { type DenialName, denial } from '../access/denial-codes.ts'

export interface WelcomeParts {
  /** The text for whoever opened a shell; lines end with LF. */
  readonly text: () => string
  /** Something was asked for that does not exist here. */
  readonly refused: (request: string, denied: DenialName) => void
}

/** Nothing but this text is ever sent, and nothing that comes in is looked at. */
type State =
  | { readonly at: 'waiting' }
  | { readonly at: 'speaking'; rest: Uint8Array; readonly kind: number | undefined }

/**
 * A `session` channel: says who you are and how to go on, and ends. There is no shell, no command and no file here, so
 * there is nothing that a request could run (V-D12).
 */
export function welcome(open: IncomingOpen, parts: WelcomeParts): void {
  let state: State = { at: 'waiting' }
  let terminal = false
  let exitStatus = 0
  const speak = () => {
    if (state.at !== 'speaking') return
    state.rest = state.rest.subarray(channel.write(state.rest, state.kind))
    if (state.rest.length > 0) return
    channel.request({ kind: 'exit-status', status: exitStatus })
    channel.sendEof()
    channel.close()
  }
  const say = (text: string, status: number, kind?: number) => {
    exitStatus = status
    // A terminal in raw mode wants both; elsewhere a carriage return would be noise.
    const lines = terminal ? text.replaceAll('\n', '\r\n') : text
    state = { at: 'speaking', rest: utf8Bytes(lines), kind }
    speak()
  }
  const handler: ChannelHandler = {
    data: (bytes) => channel.consumed(bytes.length),
    eof: () => {},
    writable: speak,
    closed: () => {},
    request(incoming: IncomingRequest<ChannelRequestBody>) {
      // The kind alone: nothing that a request says is of interest.
      const kind: string = incoming.request.kind
      switch (kind) {
        case 'pty-req':
          terminal = true
          return incoming.succeed()
        case 'shell':
          if (state.at !== 'waiting') return incoming.fail()
          incoming.succeed()
          return say(parts.text(), 0)
        case 'exec':
        case 'subsystem': {
          if (state.at !== 'waiting') return incoming.fail()
          parts.refused(kind, 'request.no-shell')
          // A failure would be a bare "request failed" at the client: the answer is a program that says why and exits.
          incoming.succeed()
          return say(`${denial('request.no-shell').text}\n`, 1, EXTENDED_DATA_STDERR)
        }
        case 'x11-req':
          parts.refused(kind, 'request.x11')
          return incoming.fail()
        case 'auth-agent-req@openssh.com':
          parts.refused(kind, 'request.agent')
          return incoming.fail()
        default:
          return incoming.fail()
      }
    },
  }
  const channel: Channel = open.accept(handler)
}
