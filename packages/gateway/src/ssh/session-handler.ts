import type { AuditEvent } from '@sallyport/audit'
import type { ChannelType, ConnectionHandler, GlobalRequestBody, IncomingOpen, IncomingRequest } from '@sallyport/ssh'
import { DENIALS, type DenialName, denial } from '../access/denial-codes.ts'
import type { Log } from '../ops/log-writer.ts'
import type { Session } from '../sessions/session.ts'
import { type JumpParts, jump } from './jump.ts'
import { welcome } from './welcome.ts'

export interface SessionHandlerParts extends JumpParts {
  readonly welcomeText: (session: Session) => string
  readonly log: Log
  /** Whether the gateway is stopping: what is open goes on, nothing new begins. */
  readonly draining: () => boolean
  /** Takes a task that somebody must wait for at the end. */
  readonly own: (task: Promise<void>) => void
}

/** Refused requests of one session that are written down one by one; a client in a loop must not fill the log. */
const REFUSALS_RECORDED_MAX = 100

/** Requests of the client about the whole connection, and what is missing here. */
const REFUSED_GLOBAL: Readonly<Record<string, DenialName>> = {
  'tcpip-forward': 'request.reverse-forward',
  'streamlocal-forward@openssh.com': 'request.streamlocal',
}

/** What a signed-in connection may ask: ways to targets, and one friendly text. All else is refused with its reason. */
export function sessionHandler(session: Session, parts: SessionHandlerParts): ConnectionHandler {
  let refusals = 0
  const refused = (request: string, denied: DenialName) => {
    if (++refusals > REFUSALS_RECORDED_MAX) return
    const { principal } = session
    const event: AuditEvent = {
      type: 'request-refused',
      actor: principal.name,
      session: session.id,
      source: principal.sourceAddress,
      request,
      reason: denied,
    }
    parts.record(event).catch((error: unknown) => parts.log.failure('an event is not in the audit log', error))
    parts.log.info('request refused', { session: session.id, user: principal.name, event: request, reason: denied })
  }
  const reject = (open: IncomingOpen, denied: DenialName) => {
    refused(open.channelType.kind, denied)
    open.reject(DENIALS[denied].reason, denial(denied).text)
  }
  return {
    channelOpen(open) {
      const type: ChannelType = open.channelType
      if (parts.draining()) return reject(open, 'gateway.stopping')
      if (type.kind === 'direct-tcpip') return parts.own(jump(open, type, session, parts))
      if (type.kind === 'session') return welcome(open, { text: () => parts.welcomeText(session), refused })
      if (type.kind === 'direct-streamlocal@openssh.com') return reject(open, 'request.streamlocal')
      return reject(open, type.kind === 'tun@openssh.com' ? 'request.tun' : 'request.unknown-channel')
    },
    openRefused(type) {
      refused(type.kind === 'unknown' ? type.name : type.kind, 'request.unknown-channel')
    },
    globalRequest(incoming: IncomingRequest<GlobalRequestBody>) {
      const { kind } = incoming.request
      const denied = Object.hasOwn(REFUSED_GLOBAL, kind) ? REFUSED_GLOBAL[kind] : undefined
      if (denied !== undefined) refused(kind, denied)
      incoming.fail()
    },
  }
}
