import type { BodyCodec, BodyCodecs, UnknownBody } from './named-body.ts'

/** TERM, signal and subsystem names, language tags: generous against anything real. */
const MAX_WORD_BYTES = 1024
/** Name of an environment variable. */
const MAX_ENV_NAME_BYTES = 1024
/** Encoded terminal modes: 256 opcodes of 5 bytes, rounded up. */
const MAX_MODES_BYTES = 2048
/** Message of exit-signal, X11 cookie and protocol name: shown to people, so no more than a page. */
const MAX_TEXT_BYTES = 8192

/** RFC 4254 §6.2. Sizes in characters and, if not zero, pixels. */
export interface PtyRequest {
  readonly kind: 'pty-req'
  readonly term: string
  readonly columns: number
  readonly rows: number
  readonly widthPixels: number
  readonly heightPixels: number
  /** RFC 4254 §8, as it came: see `decodeTerminalModes`. */
  readonly modes: Uint8Array
}

/** RFC 4254 §6.3.1. */
export interface X11Request {
  readonly kind: 'x11-req'
  readonly singleConnection: boolean
  readonly authenticationProtocol: string
  /** Hexadecimal text. */
  readonly cookie: string
  readonly screen: number
}

/** RFC 4254 §6.4. Values are bytes: not every locale is UTF-8. */
export interface EnvRequest {
  readonly kind: 'env'
  readonly name: string
  readonly value: Uint8Array
}

/** RFC 4254 §6.5. */
export interface ShellRequest {
  readonly kind: 'shell'
}

/** RFC 4254 §6.5; `command` is bytes for the user's shell. */
export interface ExecRequest {
  readonly kind: 'exec'
  readonly command: Uint8Array
}

/** RFC 4254 §6.5. */
export interface SubsystemRequest {
  readonly kind: 'subsystem'
  readonly name: string
}

/** RFC 4254 §6.7; never wants a reply. */
export interface WindowChangeRequest {
  readonly kind: 'window-change'
  readonly columns: number
  readonly rows: number
  readonly widthPixels: number
  readonly heightPixels: number
}

/** RFC 4254 §6.8; never wants a reply. */
export interface XonXoffRequest {
  readonly kind: 'xon-xoff'
  readonly clientCanDo: boolean
}

/** RFC 4254 §6.9; the name without "SIG". */
export interface SignalRequest {
  readonly kind: 'signal'
  readonly name: string
}

/** RFC 4254 §6.10. */
export interface ExitStatusRequest {
  readonly kind: 'exit-status'
  readonly status: number
}

/** RFC 4254 §6.10. The message should be UTF-8, from a peer: escape before showing. */
export interface ExitSignalRequest {
  readonly kind: 'exit-signal'
  readonly name: string
  readonly coreDumped: boolean
  readonly message: Uint8Array
  readonly languageTag: string
}

/** RFC 4335 §3; 0 is the receiver's default length. */
export interface BreakRequest {
  readonly kind: 'break'
  readonly lengthMs: number
}

/** OpenSSH PROTOCOL §2.1: the sender will read no more data; never wants a reply. */
export interface EowRequest {
  readonly kind: 'eow@openssh.com'
}

/** OpenSSH's agent forwarding, draft-ietf-sshm-ssh-agent §5. */
export interface AuthAgentRequest {
  readonly kind: 'auth-agent-req@openssh.com'
}

/** OpenSSH servers probe the client over an open channel; any answer will do. */
export interface ChannelKeepaliveRequest {
  readonly kind: 'keepalive@openssh.com'
}

/** PuTTY measures round trips with it and counts on CHANNEL_FAILURE (PuTTY manual, appendix "SSH channel request names"). */
export interface WinadjRequest {
  readonly kind: 'winadj@putty.projects.tartarus.org'
}

/** PuTTY says that this channel will be the connection's only one; never wants a reply. */
export interface SimpleRequest {
  readonly kind: 'simple@putty.projects.tartarus.org'
}

export type KnownChannelRequest =
  | PtyRequest
  | X11Request
  | EnvRequest
  | ShellRequest
  | ExecRequest
  | SubsystemRequest
  | WindowChangeRequest
  | XonXoffRequest
  | SignalRequest
  | ExitStatusRequest
  | ExitSignalRequest
  | BreakRequest
  | EowRequest
  | AuthAgentRequest
  | ChannelKeepaliveRequest
  | WinadjRequest
  | SimpleRequest

/** What is asked of a channel; `kind` is the request type on the wire. */
export type ChannelRequestBody = KnownChannelRequest | UnknownBody

function empty<K extends string>(kind: K): BodyCodec<{ readonly kind: K }> {
  return { decode: () => ({ kind }), encode: () => undefined }
}

export const channelRequests: BodyCodecs<KnownChannelRequest> = {
  'pty-req': {
    decode: (r) => ({
      kind: 'pty-req',
      term: r.text('pty-req.term', MAX_WORD_BYTES),
      columns: r.u32('pty-req.columns'),
      rows: r.u32('pty-req.rows'),
      widthPixels: r.u32('pty-req.width'),
      heightPixels: r.u32('pty-req.height'),
      modes: r.string('pty-req.modes', MAX_MODES_BYTES),
    }),
    encode: (w, b) =>
      w.string(b.term).u32(b.columns).u32(b.rows).u32(b.widthPixels).u32(b.heightPixels).string(b.modes),
  },
  'x11-req': {
    decode: (r) => ({
      kind: 'x11-req',
      singleConnection: r.boolean('x11-req.single'),
      authenticationProtocol: r.text('x11-req.protocol', MAX_TEXT_BYTES),
      cookie: r.text('x11-req.cookie', MAX_TEXT_BYTES),
      screen: r.u32('x11-req.screen'),
    }),
    encode: (w, b) => w.boolean(b.singleConnection).string(b.authenticationProtocol).string(b.cookie).u32(b.screen),
  },
  env: {
    decode: (r) => ({ kind: 'env', name: r.text('env.name', MAX_ENV_NAME_BYTES), value: r.string('env.value') }),
    encode: (w, b) => w.string(b.name).string(b.value),
  },
  shell: empty('shell'),
  exec: {
    decode: (r) => ({ kind: 'exec', command: r.string('exec.command') }),
    encode: (w, b) => w.string(b.command),
  },
  subsystem: {
    decode: (r) => ({ kind: 'subsystem', name: r.text('subsystem.name', MAX_WORD_BYTES) }),
    encode: (w, b) => w.string(b.name),
  },
  'window-change': {
    decode: (r) => ({
      kind: 'window-change',
      columns: r.u32('window-change.columns'),
      rows: r.u32('window-change.rows'),
      widthPixels: r.u32('window-change.width'),
      heightPixels: r.u32('window-change.height'),
    }),
    encode: (w, b) => w.u32(b.columns).u32(b.rows).u32(b.widthPixels).u32(b.heightPixels),
  },
  'xon-xoff': {
    decode: (r) => ({ kind: 'xon-xoff', clientCanDo: r.boolean('xon-xoff.client-can-do') }),
    encode: (w, b) => w.boolean(b.clientCanDo),
  },
  signal: {
    decode: (r) => ({ kind: 'signal', name: r.text('signal.name', MAX_WORD_BYTES) }),
    encode: (w, b) => w.string(b.name),
  },
  'exit-status': {
    decode: (r) => ({ kind: 'exit-status', status: r.u32('exit-status.status') }),
    encode: (w, b) => w.u32(b.status),
  },
  'exit-signal': {
    decode: (r) => ({
      kind: 'exit-signal',
      name: r.text('exit-signal.name', MAX_WORD_BYTES),
      coreDumped: r.boolean('exit-signal.core-dumped'),
      message: r.string('exit-signal.message', MAX_TEXT_BYTES),
      languageTag: r.text('exit-signal.language', MAX_WORD_BYTES),
    }),
    encode: (w, b) => w.string(b.name).boolean(b.coreDumped).string(b.message).string(b.languageTag),
  },
  break: {
    decode: (r) => ({ kind: 'break', lengthMs: r.u32('break.length') }),
    encode: (w, b) => w.u32(b.lengthMs),
  },
  'eow@openssh.com': empty('eow@openssh.com'),
  'auth-agent-req@openssh.com': empty('auth-agent-req@openssh.com'),
  'keepalive@openssh.com': empty('keepalive@openssh.com'),
  'winadj@putty.projects.tartarus.org': empty('winadj@putty.projects.tartarus.org'),
  'simple@putty.projects.tartarus.org': empty('simple@putty.projects.tartarus.org'),
}
