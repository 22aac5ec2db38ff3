import type { BodyCodec, BodyCodecs, UnknownBody } from './named-body.ts'

/** Longest host name or address text in a message, as NI_MAXHOST. */
export const MAX_HOST_BYTES = 1025
/** Longest socket path in a message, as PATH_MAX; what the system can bind or dial is far less. */
export const MAX_SOCKET_PATH_BYTES = 4096

/** RFC 4254 §6.1. */
export interface SessionChannel {
  readonly kind: 'session'
}

/** RFC 4254 §7.2: client → server, "connect me to host:port". The originator is what the client claims, often made up. */
export interface DirectTcpipChannel {
  readonly kind: 'direct-tcpip'
  readonly host: string
  /** uint32 on the wire: may be above 65535. */
  readonly port: number
  readonly originHost: string
  readonly originPort: number
}

/** RFC 4254 §7.2: server → client, somebody connected to a port the client asked to be forwarded. */
export interface ForwardedTcpipChannel {
  readonly kind: 'forwarded-tcpip'
  /** Address and port as the client named them in tcpip-forward. */
  readonly host: string
  readonly port: number
  readonly originHost: string
  readonly originPort: number
}

/** OpenSSH PROTOCOL §2.4: client → server. */
export interface DirectStreamlocalChannel {
  readonly kind: 'direct-streamlocal@openssh.com'
  readonly path: string
}

/** OpenSSH PROTOCOL §2.4: server → client. */
export interface ForwardedStreamlocalChannel {
  readonly kind: 'forwarded-streamlocal@openssh.com'
  readonly path: string
}

/** RFC 4254 §6.3.2: server → client. */
export interface X11Channel {
  readonly kind: 'x11'
  readonly originHost: string
  readonly originPort: number
}

/** OpenSSH's agent forwarding, draft-ietf-sshm-ssh-agent §5: server → client. */
export interface AuthAgentChannel {
  readonly kind: 'auth-agent@openssh.com'
}

/** OpenSSH PROTOCOL §2.3: client → server. */
export interface TunChannel {
  readonly kind: 'tun@openssh.com'
  /** 1: point to point (layer 3), 2: ethernet. */
  readonly mode: number
  /** Unit asked for, 0x7fffffff for any. */
  readonly unit: number
}

export type KnownChannelType =
  | SessionChannel
  | DirectTcpipChannel
  | ForwardedTcpipChannel
  | DirectStreamlocalChannel
  | ForwardedStreamlocalChannel
  | X11Channel
  | AuthAgentChannel
  | TunChannel

/** What a channel is for; `kind` is the channel type of the RFC. */
export type ChannelType = KnownChannelType | UnknownBody

interface TcpipBody {
  readonly host: string
  readonly port: number
  readonly originHost: string
  readonly originPort: number
}

/** host, port, originator address, originator port: the same four fields in both directions. */
function tcpip<K extends string>(kind: K): BodyCodec<TcpipBody & { readonly kind: K }> {
  return {
    decode: (r) => ({
      kind,
      host: r.text('channel-open.host', MAX_HOST_BYTES),
      port: r.u32('channel-open.port'),
      originHost: r.text('channel-open.origin-host', MAX_HOST_BYTES),
      originPort: r.u32('channel-open.origin-port'),
    }),
    encode: (w, b) => w.string(b.host).u32(b.port).string(b.originHost).u32(b.originPort),
  }
}

export const channelTypes: BodyCodecs<KnownChannelType> = {
  session: { decode: () => ({ kind: 'session' }), encode: () => undefined },
  'direct-tcpip': tcpip('direct-tcpip'),
  'forwarded-tcpip': tcpip('forwarded-tcpip'),
  'direct-streamlocal@openssh.com': {
    decode(r) {
      const path = r.text('channel-open.path', MAX_SOCKET_PATH_BYTES)
      r.string('channel-open.reserved', MAX_SOCKET_PATH_BYTES)
      r.u32('channel-open.reserved')
      return { kind: 'direct-streamlocal@openssh.com', path }
    },
    encode: (w, b) => w.string(b.path).string('').u32(0),
  },
  'forwarded-streamlocal@openssh.com': {
    decode(r) {
      const path = r.text('channel-open.path', MAX_SOCKET_PATH_BYTES)
      r.string('channel-open.reserved', MAX_SOCKET_PATH_BYTES)
      return { kind: 'forwarded-streamlocal@openssh.com', path }
    },
    encode: (w, b) => w.string(b.path).string(''),
  },
  x11: {
    decode: (r) => ({
      kind: 'x11',
      originHost: r.text('channel-open.origin-host', MAX_HOST_BYTES),
      originPort: r.u32('channel-open.origin-port'),
    }),
    encode: (w, b) => w.string(b.originHost).u32(b.originPort),
  },
  'auth-agent@openssh.com': { decode: () => ({ kind: 'auth-agent@openssh.com' }), encode: () => undefined },
  'tun@openssh.com': {
    decode: (r) => ({ kind: 'tun@openssh.com', mode: r.u32('channel-open.mode'), unit: r.u32('channel-open.unit') }),
    encode: (w, b) => w.u32(b.mode).u32(b.unit),
  },
}
