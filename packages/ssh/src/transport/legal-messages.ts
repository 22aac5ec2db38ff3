import { SSH_MSG } from '../messages/numbers.ts'

/** Which side of the connection this is. */
export type Role = 'client' | 'server'

/**
 * What the receiving side of a connection waits for. `strict` and `lax` tell the first exchange with strict key exchange
 * (OpenSSH PROTOCOL §1.10) from one without it, and from all later ones.
 */
export type Phase =
  /** The first packet of the peer. */
  | 'first-kexinit'
  /** The message of the key exchange method: KEX_INIT at the server, KEX_REPLY at the client. */
  | 'strict-method'
  | 'lax-method'
  /** The one packet to be thrown away behind a wrong guess, RFC 4253 §7. */
  | 'wrong-guess'
  | 'strict-newkeys'
  | 'lax-newkeys'
  /** Encrypted; the authentication service is not open yet. */
  | 'service'
  | 'authentication'
  | 'authenticated'

/** What becomes of a message number: refused (the connection ends), handled, or silently dropped. */
export const REFUSED = 0
export const HANDLED = 1
export const DROPPED = 2

const { disconnect, kexinit, newkeys, ping, pong } = SSH_MSG
/** RFC 4253 §11: may come at any time, except before and in a strict first exchange. */
const generic = [disconnect, SSH_MSG.ignore, SSH_MSG.unimplemented, SSH_MSG.debug]
/** What an encrypted connection outside a key exchange takes from either side. */
const open = [...generic, kexinit, pong]
const connection = [
  SSH_MSG['global-request'],
  SSH_MSG['request-success'],
  SSH_MSG['request-failure'],
  SSH_MSG['channel-open'],
  SSH_MSG['channel-open-confirmation'],
  SSH_MSG['channel-open-failure'],
  SSH_MSG['channel-window-adjust'],
  SSH_MSG['channel-data'],
  SSH_MSG['channel-extended-data'],
  SSH_MSG['channel-eof'],
  SSH_MSG['channel-close'],
  SSH_MSG['channel-request'],
  SSH_MSG['channel-success'],
  SSH_MSG['channel-failure'],
]
/** 30…49 are the method's (RFC 4250 §4.1.2): a wrong guess may be any of them, of a method we do not know. */
const anyMethod = Array.from({ length: 20 }, (_, i) => 30 + i)

interface Row {
  /** Handled when we are the client, so sent by a server; and the other way round. */
  readonly client: readonly number[]
  readonly server: readonly number[]
  /** Dropped in silence. */
  readonly clientDrops?: readonly number[]
  readonly serverDrops?: readonly number[]
}

const both = (numbers: readonly number[]): Row => ({ client: numbers, server: numbers })

/** As OpenSSH since CVE-2025-26466: strangers get no answers. */
const noPings = { clientDrops: [ping], serverDrops: [ping] }

/**
 * The one table of what a peer may send: phase × our role → message numbers. Whatever is not listed ends the connection,
 * unknown numbers included (they are not answered with UNIMPLEMENTED: nobody may send what was not announced).
 */
const table: Readonly<Record<Phase, Row>> = {
  'first-kexinit': both([disconnect, kexinit]),
  'strict-method': { client: [disconnect, SSH_MSG['kex-reply']], server: [disconnect, SSH_MSG['kex-init']] },
  'lax-method': { client: [...generic, SSH_MSG['kex-reply']], server: [...generic, SSH_MSG['kex-init']] },
  'wrong-guess': both([disconnect, ...anyMethod]),
  'strict-newkeys': both([disconnect, newkeys]),
  'lax-newkeys': both([...generic, newkeys]),
  service: {
    client: [...open, SSH_MSG['ext-info'], SSH_MSG['service-accept']],
    server: [...open, SSH_MSG['ext-info'], SSH_MSG['service-request']],
    ...noPings,
  },
  authentication: {
    client: [
      ...open,
      SSH_MSG['ext-info'],
      SSH_MSG['userauth-failure'],
      SSH_MSG['userauth-success'],
      SSH_MSG['userauth-banner'],
      SSH_MSG['userauth-info-request'],
    ],
    // Some clients ask for the service again with every method.
    server: [
      ...open,
      SSH_MSG['ext-info'],
      SSH_MSG['service-request'],
      SSH_MSG['userauth-request'],
      SSH_MSG['userauth-info-response'],
    ],
    ...noPings,
  },
  authenticated: {
    client: [...open, ping, ...connection],
    server: [...open, ping, ...connection],
    // RFC 4252 §5.3: requests that were on their way when an earlier one succeeded.
    serverDrops: [SSH_MSG['userauth-request']],
  },
}

export const phases = Object.keys(table) as readonly Phase[]

const MESSAGE_NUMBERS = 256

function compile(row: Row, role: Role): Uint8Array {
  const verdicts = new Uint8Array(MESSAGE_NUMBERS)
  for (const number of row[role]) verdicts[number] = HANDLED
  for (const number of (role === 'client' ? row.clientDrops : row.serverDrops) ?? []) verdicts[number] = DROPPED
  return verdicts
}

const compiled = new Map(
  phases.map((phase) => [phase, { client: compile(table[phase], 'client'), server: compile(table[phase], 'server') }]),
)

/** Verdict by message number (256 entries) for a side in a phase. */
export function legalMessages(phase: Phase, role: Role): Uint8Array {
  const verdicts = compiled.get(phase)
  if (verdicts === undefined) throw new Error(`unreachable: phase ${phase}`)
  return verdicts[role]
}
