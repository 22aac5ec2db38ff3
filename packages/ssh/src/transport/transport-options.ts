import { type AlgorithmLists, algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import type { Signer } from '../keys/index.ts'
import { defaultExtensions } from './extensions.ts'
import { isIdentification } from './identification.ts'
import type { Role } from './legal-messages.ts'
import { knownAlgorithms } from './negotiation.ts'

/** When keys are renewed, and how long a peer may take. */
export interface TransportLimits {
  /** Wire bytes in one direction under one key, RFC 4253 §9: default 1 GiB. */
  readonly rekeyBytes: number
  /** Packets in one direction under one key, RFC 4344 §3.1: default 2^31. */
  readonly rekeyPackets: number
  /** Time under one key, RFC 4253 §9: default 1 h. */
  readonly rekeyIntervalMs: number
  /** From the start to the first NEWKEYS; begins anew where a client has waited for its verdict on the host key: default 30 s. */
  readonly handshakeTimeoutMs: number
  /** From KEXINIT to NEWKEYS at later exchanges; what was already on its way comes first: default 60 s. */
  readonly rekeyTimeoutMs: number
}

export const defaultLimits: TransportLimits = {
  rekeyBytes: 1024 ** 3,
  rekeyPackets: 2 ** 31,
  rekeyIntervalMs: 3_600_000,
  handshakeTimeoutMs: 30_000,
  rekeyTimeoutMs: 60_000,
}

export const DEFAULT_IDENTIFICATION = 'SSH-2.0-Sallyport_0.1'

export interface TransportOptions {
  readonly role: Role
  /** Our line of RFC 4253 §4.2, without CR LF; what stands behind the software version is free. */
  readonly identification?: string
  /** What to offer; default: the profile `modern`. Names this build does not know are left out. */
  readonly algorithms?: AlgorithmLists
  /** Server: its host keys, at least one. */
  readonly signers?: readonly Signer[]
  /** What EXT_INFO says (RFC 8308); default: `defaultExtensions(role)`. */
  readonly extensions?: ReadonlyMap<string, Uint8Array>
  /**
   * Server: the ciphers to offer to a client whose list is known before ours is sent, which is so for most clients.
   * Applied to each direction; `ours` is the list of `algorithms`. Default: `ours`; `cipherOffer` of crypto/ chooses by what
   * the machine is fast at.
   */
  readonly cipherOffer?: (ours: readonly string[], client: readonly string[]) => readonly string[]
  readonly limits?: Partial<TransportLimits>
  /** Milliseconds of the clock that `tick` is called with. */
  readonly now: number
}

/** Options with everything filled in. */
export interface TransportSettings {
  readonly role: Role
  readonly identification: string
  readonly algorithms: AlgorithmLists
  readonly signers: readonly Signer[]
  readonly extensions: ReadonlyMap<string, Uint8Array>
  readonly cipherOffer: (ours: readonly string[], client: readonly string[]) => readonly string[]
  readonly limits: TransportLimits
}

/** Known lists by the lists they came from: thousands of connections share a few. */
const prepared = new WeakMap<AlgorithmLists, AlgorithmLists>()
const noSigners: readonly Signer[] = []

/** @throws RangeError for an identification that cannot be sent, or a server without a host key */
export function transportSettings(options: TransportOptions): TransportSettings {
  const identification = options.identification ?? DEFAULT_IDENTIFICATION
  if (!isIdentification(identification)) throw new RangeError('identification is not valid')
  const signers = options.signers ?? noSigners
  if (options.role === 'server' && signers.length === 0) throw new RangeError('a server needs a host key')
  return {
    role: options.role,
    identification,
    algorithms: offeredAlgorithms(options.algorithms ?? algorithmProfiles.modern, options.role, signers),
    signers,
    extensions: options.extensions ?? defaultExtensions(options.role),
    cipherOffer: options.cipherOffer ?? ((ours) => ours),
    limits: options.limits === undefined ? defaultLimits : { ...defaultLimits, ...options.limits },
  }
}

/** What of `lists` this build knows and, for a server, its host keys can sign. */
export function offeredAlgorithms(lists: AlgorithmLists, role: Role, signers: readonly Signer[]): AlgorithmLists {
  let known = prepared.get(lists)
  if (known === undefined) {
    known = knownAlgorithms(lists)
    prepared.set(lists, known)
  }
  if (role === 'client') return known
  const signable = new Set(signers.flatMap((signer) => signer.algorithms))
  return { ...known, serverHostKey: known.serverHostKey.filter((name) => signable.has(name)) }
}
