import { ciphers } from '../crypto/ciphers.ts'
import type { KexMethod } from '../crypto/kex-method.ts'
import {
  DERIVED_KEY,
  type DerivedKeyLetter,
  deriveKey,
  encodeSecret,
  type KeyMaterial,
} from '../crypto/key-derivation.ts'
import { macs } from '../crypto/macs.ts'
import type { PacketOpener, PacketSealer } from '../crypto/packet-protection.ts'
import type { Role } from './legal-messages.ts'
import type { DirectionAlgorithms, NegotiatedAlgorithms } from './negotiation.ts'

/** What one key exchange yields for the protection of packets. */
export interface SessionKeys {
  readonly sealer: PacketSealer
  readonly opener: PacketOpener
}

/** What both sides hold in common at the end of an exchange. */
export interface ExchangeSecrets {
  readonly secret: Uint8Array
  readonly exchangeHash: Uint8Array
  readonly sessionId: Uint8Array
}

interface Letters {
  readonly iv: DerivedKeyLetter
  readonly key: DerivedKeyLetter
  readonly mac: DerivedKeyLetter
}

const clientToServer: Letters = {
  iv: DERIVED_KEY.ivClientToServer,
  key: DERIVED_KEY.keyClientToServer,
  mac: DERIVED_KEY.macClientToServer,
}
const serverToClient: Letters = {
  iv: DERIVED_KEY.ivServerToClient,
  key: DERIVED_KEY.keyServerToClient,
  mac: DERIVED_KEY.macServerToClient,
}

/** Makes both directions' protection, RFC 4253 §7.2. The keys themselves are wiped: cipher entries copy them. */
export function deriveSessionKeys(
  role: Role,
  method: KexMethod,
  algorithms: NegotiatedAlgorithms,
  { secret, exchangeHash, sessionId }: ExchangeSecrets,
): SessionKeys {
  const encodedSecret = encodeSecret(method.secretEncoding, secret)
  const material: KeyMaterial = { hash: method.hash, encodedSecret, exchangeHash, sessionId }
  const toServer = directionKeys(material, algorithms.clientToServer, clientToServer)
  const toClient = directionKeys(material, algorithms.serverToClient, serverToClient)
  const [out, into] = role === 'client' ? [toServer, toClient] : [toClient, toServer]
  const keys = {
    sealer: out.cipher.sealer(out.key, out.iv, out.mac),
    opener: into.cipher.opener(into.key, into.iv, into.mac),
  }
  for (const spent of [encodedSecret, out.key, out.iv, into.key, into.iv]) spent.fill(0)
  return keys
}

function directionKeys(material: KeyMaterial, algorithms: DirectionAlgorithms, letters: Letters) {
  const cipher = entry(ciphers, algorithms.cipher)
  const iv = deriveKey(material, letters.iv, cipher.ivBytes)
  const key = deriveKey(material, letters.key, cipher.keyBytes)
  if (algorithms.mac === undefined) return { cipher, iv, key, mac: undefined }
  const macEntry = entry(macs, algorithms.mac)
  const macKey = deriveKey(material, letters.mac, macEntry.keyBytes)
  const mac = macEntry.keyed(macKey)
  macKey.fill(0)
  return { cipher, iv, key, mac }
}

function entry<T>(registry: ReadonlyMap<string, T>, name: string): T {
  const found = registry.get(name)
  if (found === undefined) throw new Error(`unreachable: negotiated ${name} without having it`)
  return found
}
