import type { AlgorithmLists } from '../crypto/algorithm-profiles.ts'
import { ciphers } from '../crypto/ciphers.ts'
import { kexMethods } from '../crypto/kex-methods.ts'
import { macs } from '../crypto/macs.ts'
import { SshError } from '../errors.ts'
import type { KexInit } from '../messages/kex.ts'
import { compressions } from './compression.ts'
import type { Role } from './legal-messages.ts'

/** Names in a KEXINIT's kex list that are no methods: RFC 8308 §2.1, OpenSSH PROTOCOL §1.10. */
const EXT_INFO = { client: 'ext-info-c', server: 'ext-info-s' } as const
const STRICT = { client: 'kex-strict-c-v00@openssh.com', server: 'kex-strict-s-v00@openssh.com' } as const

/**
 * Ciphers whose nonce is the bare sequence number: without strict key exchange packets can be cut from the front of the
 * stream unseen (CVE-2023-48795), so then they are not used.
 */
const NEED_STRICT: ReadonlySet<string> = new Set(['chacha20-poly1305@openssh.com'])

/** What one direction's packets go through. */
export interface DirectionAlgorithms {
  readonly cipher: string
  /** Undefined where the cipher carries its own integrity. */
  readonly mac: string | undefined
  readonly compression: string
}

/** What both sides agreed on, RFC 4253 §7.1. */
export interface NegotiatedAlgorithms {
  readonly kex: string
  readonly serverHostKey: string
  readonly clientToServer: DirectionAlgorithms
  readonly serverToClient: DirectionAlgorithms
}

/** The lists without what this build does not know: offering a name is a promise to speak it. */
export function knownAlgorithms(lists: AlgorithmLists): AlgorithmLists {
  return {
    kex: lists.kex.filter((name) => kexMethods.has(name)),
    serverHostKey: lists.serverHostKey,
    cipherClientToServer: lists.cipherClientToServer.filter((name) => ciphers.has(name)),
    cipherServerToClient: lists.cipherServerToClient.filter((name) => ciphers.has(name)),
    macClientToServer: lists.macClientToServer.filter((name) => macs.has(name)),
    macServerToClient: lists.macServerToClient.filter((name) => macs.has(name)),
    compressionClientToServer: lists.compressionClientToServer.filter((name) => compressions.has(name)),
    compressionServerToClient: lists.compressionServerToClient.filter((name) => compressions.has(name)),
  }
}

/** A KEXINIT that offers `lists`. `markers`: the first exchange, where the names that are no methods count. */
export function composeKexInit(role: Role, lists: AlgorithmLists, cookie: Uint8Array, markers: boolean): KexInit {
  return {
    type: 'kexinit',
    cookie,
    kex: markers ? [...lists.kex, EXT_INFO[role], STRICT[role]] : lists.kex,
    serverHostKey: lists.serverHostKey,
    cipherClientToServer: lists.cipherClientToServer,
    cipherServerToClient: lists.cipherServerToClient,
    macClientToServer: lists.macClientToServer,
    macServerToClient: lists.macServerToClient,
    compressionClientToServer: lists.compressionClientToServer,
    compressionServerToClient: lists.compressionServerToClient,
    languagesClientToServer: [],
    languagesServerToClient: [],
    firstKexPacketFollows: false,
  }
}

/** Whether a side's first KEXINIT asks for strict key exchange. `sender`: whose KEXINIT it is. */
export function offersStrict(sender: Role, message: KexInit): boolean {
  return message.kex.includes(STRICT[sender])
}

/** Whether a side's first KEXINIT asks for EXT_INFO (RFC 8308 §2.1). */
export function acceptsExtInfo(sender: Role, message: KexInit): boolean {
  return message.kex.includes(EXT_INFO[sender])
}

/**
 * The client's first choice that the server has, kind by kind (RFC 4253 §7.1). No guess of ours is needed: both KEXINITs
 * are here. @throws SshError 'no-common-algorithm' with `facts` { kind, client, server }
 */
export function negotiate(client: KexInit, server: KexInit): NegotiatedAlgorithms {
  return {
    kex: pick('key exchange', client.kex.filter(isMethod), server.kex),
    serverHostKey: pick('host key', client.serverHostKey, server.serverHostKey),
    clientToServer: pickDirection(
      'client to server',
      [client.cipherClientToServer, server.cipherClientToServer],
      [client.macClientToServer, server.macClientToServer],
      [client.compressionClientToServer, server.compressionClientToServer],
    ),
    serverToClient: pickDirection(
      'server to client',
      [client.cipherServerToClient, server.cipherServerToClient],
      [client.macServerToClient, server.macServerToClient],
      [client.compressionServerToClient, server.compressionServerToClient],
    ),
  }
}

/**
 * Whether the guess that a peer announced with first_kex_packet_follows is right: both lists that matter begin alike on
 * both sides (RFC 4253 §7).
 */
export function guessIsRight(own: KexInit, peer: KexInit): boolean {
  return own.kex[0] === peer.kex[0] && own.serverHostKey[0] === peer.serverHostKey[0]
}

/** The lists without the ciphers that must not be used with a peer that does not know strict key exchange. */
export function withoutStrict(lists: AlgorithmLists): AlgorithmLists {
  return {
    ...lists,
    cipherClientToServer: lists.cipherClientToServer.filter((name) => !NEED_STRICT.has(name)),
    cipherServerToClient: lists.cipherServerToClient.filter((name) => !NEED_STRICT.has(name)),
  }
}

/** For a peer without strict key exchange that chose such a cipher all the same. @throws SshError 'no-common-algorithm' */
export function refuseWithoutStrict(algorithms: NegotiatedAlgorithms): void {
  for (const { cipher } of [algorithms.clientToServer, algorithms.serverToClient]) {
    if (NEED_STRICT.has(cipher)) throw new SshError('no-common-algorithm', `${cipher} needs strict key exchange`)
  }
}

type Lists = readonly [client: readonly string[], server: readonly string[]]

function pickDirection(direction: string, cipher: Lists, mac: Lists, compression: Lists): DirectionAlgorithms {
  const name = pick(`cipher ${direction}`, ...cipher)
  return {
    cipher: name,
    mac: ciphers.get(name)?.aead === true ? undefined : pick(`mac ${direction}`, ...mac),
    compression: pick(`compression ${direction}`, ...compression),
  }
}

function isMethod(name: string): boolean {
  return kexMethods.has(name)
}

function pick(kind: string, client: readonly string[], server: readonly string[]): string {
  const name = client.find((candidate) => server.includes(candidate))
  if (name !== undefined) return name
  throw new SshError('no-common-algorithm', `no matching ${kind}`, { facts: { kind, client, server } })
}
