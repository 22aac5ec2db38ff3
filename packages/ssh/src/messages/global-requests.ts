import { ByteReader, ByteWriter } from '@sallyport/wire'
import { MAX_HOST_BYTES, MAX_SOCKET_PATH_BYTES } from './channel-types.ts'
import type { BodyCodec, BodyCodecs, UnknownBody } from './named-body.ts'

/** Host keys in one hostkeys-00 or hostkeys-prove-00: nobody has more kinds than this. */
const MAX_HOST_KEYS = 64
/** Longest public key or signature blob: an RSA-16384 certificate fits. */
const MAX_BLOB_BYTES = 16 * 1024

/** RFC 4254 §7.1: listen for me. Port 0 asks the server to choose; its choice is in the reply. */
export interface TcpipForward {
  readonly kind: 'tcpip-forward'
  readonly address: string
  readonly port: number
}

/** RFC 4254 §7.1. */
export interface CancelTcpipForward {
  readonly kind: 'cancel-tcpip-forward'
  readonly address: string
  readonly port: number
}

/** OpenSSH PROTOCOL §2.4. */
export interface StreamlocalForward {
  readonly kind: 'streamlocal-forward@openssh.com'
  readonly path: string
}

/** OpenSSH PROTOCOL §2.4. */
export interface CancelStreamlocalForward {
  readonly kind: 'cancel-streamlocal-forward@openssh.com'
  readonly path: string
}

/** OpenSSH's probe whether the peer lives; any reply will do, failure is usual. */
export interface Keepalive {
  readonly kind: 'keepalive@openssh.com'
}

/** OpenSSH PROTOCOL §2.5: server → client, all keys of this host. */
export interface Hostkeys {
  readonly kind: 'hostkeys-00@openssh.com'
  readonly keys: readonly Uint8Array[]
}

/** OpenSSH PROTOCOL §2.5: client → server, prove that you hold these; the reply is one signature per key, in order. */
export interface HostkeysProve {
  readonly kind: 'hostkeys-prove-00@openssh.com'
  readonly keys: readonly Uint8Array[]
}

/** OpenSSH PROTOCOL §2.2: client → server, refuse any further session channel. */
export interface NoMoreSessions {
  readonly kind: 'no-more-sessions@openssh.com'
}

export type KnownGlobalRequest =
  | TcpipForward
  | CancelTcpipForward
  | StreamlocalForward
  | CancelStreamlocalForward
  | Keepalive
  | Hostkeys
  | HostkeysProve
  | NoMoreSessions

/** What is asked of the whole connection; `kind` is the request name on the wire. */
export type GlobalRequestBody = KnownGlobalRequest | UnknownBody

function forward<K extends string>(
  kind: K,
): BodyCodec<{ readonly kind: K; readonly address: string; readonly port: number }> {
  return {
    decode: (r) => ({ kind, address: r.text(`${kind}.address`, MAX_HOST_BYTES), port: r.u32(`${kind}.port`) }),
    encode: (w, b) => w.string(b.address).u32(b.port),
  }
}

function streamlocal<K extends string>(kind: K): BodyCodec<{ readonly kind: K; readonly path: string }> {
  return {
    decode: (r) => ({ kind, path: r.text(`${kind}.path`, MAX_SOCKET_PATH_BYTES) }),
    encode: (w, b) => w.string(b.path),
  }
}

function keys<K extends string>(kind: K): BodyCodec<{ readonly kind: K; readonly keys: readonly Uint8Array[] }> {
  return {
    decode: (r) => ({ kind, keys: readBlobs(r, `${kind}.keys`) }),
    encode(w, b) {
      for (const key of b.keys) w.string(key)
    },
  }
}

export const globalRequests: BodyCodecs<KnownGlobalRequest> = {
  'tcpip-forward': forward('tcpip-forward'),
  'cancel-tcpip-forward': forward('cancel-tcpip-forward'),
  'streamlocal-forward@openssh.com': streamlocal('streamlocal-forward@openssh.com'),
  'cancel-streamlocal-forward@openssh.com': streamlocal('cancel-streamlocal-forward@openssh.com'),
  'keepalive@openssh.com': {
    // Lax on purpose: a probe means the same with whatever a peer hangs behind it.
    decode(r) {
      r.rest()
      return { kind: 'keepalive@openssh.com' }
    },
    encode: () => undefined,
  },
  'hostkeys-00@openssh.com': keys('hostkeys-00@openssh.com'),
  'hostkeys-prove-00@openssh.com': keys('hostkeys-prove-00@openssh.com'),
  'no-more-sessions@openssh.com': {
    decode: () => ({ kind: 'no-more-sessions@openssh.com' }),
    encode: () => undefined,
  },
}

/** REQUEST_SUCCESS of a tcpip-forward that asked for port 0, RFC 4254 §7.1: the port the server chose. */
export const forwardedPort = {
  decode(data: Uint8Array): number {
    const reader = new ByteReader(data)
    const port = reader.u32('tcpip-forward.bound-port')
    reader.end('tcpip-forward.reply')
    if (port === 0 || port > 0xffff) throw reader.error('is not a port', 'tcpip-forward.bound-port')
    return port
  },
  encode: (port: number): Uint8Array => new ByteWriter(4).u32(port).finish(),
}

/** REQUEST_SUCCESS of hostkeys-prove-00: one signature blob per key asked for, in the same order. */
export const hostkeysProof = {
  decode(data: Uint8Array): readonly Uint8Array[] {
    return readBlobs(new ByteReader(data), 'hostkeys-prove-00.signatures')
  },
  encode(signatures: readonly Uint8Array[]): Uint8Array {
    const writer = new ByteWriter()
    for (const signature of signatures) writer.string(signature)
    return writer.finish()
  },
}

function readBlobs(reader: ByteReader, field: string): readonly Uint8Array[] {
  const blobs: Uint8Array[] = []
  while (reader.remaining > 0) {
    if (blobs.length === MAX_HOST_KEYS) throw reader.error(`has more than ${MAX_HOST_KEYS} entries`, field)
    blobs.push(reader.string(field, MAX_BLOB_BYTES))
  }
  return blobs
}
