import { createHash } from 'node:crypto'
import type { Certificate } from './certificate.ts'
import { isCertificate, type PublicKey, plainKeyOf } from './public-key.ts'
import type { RevocationList, SerialRange } from './revocation-list.ts'

/** Why a key or certificate no longer counts. */
export type Revocation = 'key' | 'authority' | 'serial' | 'key-id'

interface RevokedOf {
  /** Sorted by `first`, disjoint. */
  readonly serials: readonly SerialRange[]
  readonly keyIds: ReadonlySet<string>
}

/** Stands for certificates of whichever authority. */
const ANY_AUTHORITY = ''

/** A revocation list, ready to be asked: time grows with the logarithm of its length. */
export class RevocationIndex {
  readonly #keys: ReadonlySet<string>
  readonly #sha1: ReadonlySet<string>
  readonly #sha256: ReadonlySet<string>
  /** By the authority's blob in hex. */
  readonly #certificates: ReadonlyMap<string, RevokedOf>

  constructor(list: RevocationList) {
    this.#keys = new Set(list.keys.map((blob) => blob.toHex()))
    this.#sha1 = new Set(list.sha1Hashes.map((hash) => hash.toHex()))
    this.#sha256 = new Set(list.sha256Hashes.map((hash) => hash.toHex()))
    this.#certificates = byAuthority(list)
  }

  /**
   * Undefined where the list says nothing of it. Of a certificate it asks for the certificate itself, for the key in it,
   * and for the authority that signed it.
   */
  find(key: PublicKey): Revocation | undefined {
    if (this.#holds(plainKeyOf(key).blob)) return 'key'
    if (!isCertificate(key)) return undefined
    if (this.#holds(key.signatureKey.blob)) return 'authority'
    const revoked = [ANY_AUTHORITY, key.signatureKey.blob.toHex()].map((name) => this.#certificates.get(name))
    return revoked.map((entry) => (entry === undefined ? undefined : findIn(entry, key))).find((each) => each)
  }

  #holds(blob: Uint8Array): boolean {
    if (this.#keys.has(blob.toHex())) return true
    const hash = (name: string): string => createHash(name).update(blob).digest('hex')
    return (
      (this.#sha256.size > 0 && this.#sha256.has(hash('sha256'))) ||
      (this.#sha1.size > 0 && this.#sha1.has(hash('sha1')))
    )
  }
}

function findIn({ serials, keyIds }: RevokedOf, { keyId, serial }: Certificate): Revocation | undefined {
  if (keyIds.has(keyId)) return 'key-id'
  return serial !== 0n && holdsSerial(serials, serial) ? 'serial' : undefined
}

function holdsSerial(ranges: readonly SerialRange[], serial: bigint): boolean {
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const range = ranges[middle]
    if (range === undefined) return false
    if (serial < range.first) high = middle - 1
    else if (serial > range.last) low = middle + 1
    else return true
  }
  return false
}

function byAuthority({ certificates }: RevocationList): ReadonlyMap<string, RevokedOf> {
  const gathered = new Map<string, { serials: SerialRange[]; keyIds: Set<string> }>()
  for (const { authority, serials, keyIds } of certificates) {
    const name = authority?.blob.toHex() ?? ANY_AUTHORITY
    const entry = gathered.get(name) ?? { serials: [], keyIds: new Set() }
    for (const range of serials) entry.serials.push(range)
    for (const keyId of keyIds) entry.keyIds.add(keyId)
    gathered.set(name, entry)
  }
  return new Map([...gathered].map(([name, { serials, keyIds }]) => [name, { serials: merged(serials), keyIds }]))
}

function merged(ranges: readonly SerialRange[]): readonly SerialRange[] {
  const result: SerialRange[] = []
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = result.at(-1)
    if (previous === undefined || range.first > previous.last + 1n) result.push(range)
    else if (range.last > previous.last) result[result.length - 1] = { first: previous.first, last: range.last }
  }
  return result
}
