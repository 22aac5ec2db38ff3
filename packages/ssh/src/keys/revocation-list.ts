import { ByteReader, ByteWriter, copyBytes } from '@sallyport/wire'
import { isCertificateName } from './key-kinds.ts'
import { decodePlainKey, type PlainKey } from './plain-key.ts'

/** Serial numbers from `first` to `last`, both within. Zero stands for "none" and is never revoked by its number. */
export interface SerialRange {
  readonly first: bigint
  readonly last: bigint
}

/** Certificates of one authority that no longer count. */
export interface RevokedCertificates {
  /** Absent: of whichever authority. */
  readonly authority?: PlainKey
  readonly serials: readonly SerialRange[]
  /** Key ids, byte for byte. */
  readonly keyIds: readonly string[]
}

/** A key revocation list (KRL), PROTOCOL.krl of OpenSSH: what `RevokedKeys` in sshd_config and `ssh-keygen -k` hold. */
export interface RevocationList {
  /** Grows with every new list. */
  readonly version: bigint
  /** Seconds since the epoch. */
  readonly generatedAt: bigint
  readonly comment: string
  readonly certificates: readonly RevokedCertificates[]
  /** Blobs of plain keys: revoked themselves, as keys of certificates, and as authorities. */
  readonly keys: readonly Uint8Array[]
  /** SHA-1 of such blobs, 20 bytes each: read for old lists, never written. */
  readonly sha1Hashes: readonly Uint8Array[]
  /** SHA-256 of such blobs, 32 bytes each. */
  readonly sha256Hashes: readonly Uint8Array[]
}

export const EMPTY_REVOCATION_LIST: RevocationList = {
  version: 0n,
  generatedAt: 0n,
  comment: '',
  certificates: [],
  keys: [],
  sha1Hashes: [],
  sha256Hashes: [],
}

/** "SSHKRL\n\0" */
const MAGIC = 0x5353_484b_524c_0a00n
const FORMAT_VERSION = 1
const SECTION = { certificates: 1, explicitKey: 2, sha1: 3, signature: 4, sha256: 5, extension: 255 } as const
const CERTIFICATES = { serialList: 0x20, serialRange: 0x21, serialBitmap: 0x22, keyId: 0x23, extension: 0x39 } as const
const SHA1_BYTES = 20
const SHA256_BYTES = 32
/** Entries of all kinds together: a list of a million revocations is a mistake or an attack, and each costs memory. */
const ENTRIES_MAX = 1_000_000
/** OpenSSH's own limit for a bitmap: 16 Mbit. */
const BITMAP_MAX_BYTES = 2 * 1024 * 1024
const COMMENT_MAX_BYTES = 1024

/**
 * Reads a KRL. Throws DecodeError, also for critical extensions and for sections that are not known: a list that is only
 * half understood would let through what it revokes. Signatures of lists, which OpenSSH dropped in 9.4, are skipped: a
 * list is trusted for where it comes from.
 */
export function decodeRevocationList(bytes: Uint8Array): RevocationList {
  const reader = new ByteReader(copyBytes(bytes))
  if (reader.u64('krl.magic') !== MAGIC) throw reader.error('is not that of a key revocation list', 'krl.magic')
  if (reader.u32('krl.format') !== FORMAT_VERSION) throw reader.error('is not 1', 'krl.format')
  const version = reader.u64('krl.version')
  const generatedAt = reader.u64('krl.generated')
  reader.u64('krl.flags')
  reader.string('krl.reserved')
  const comment = reader.text('krl.comment', COMMENT_MAX_BYTES)
  const entries = new Entries(reader)
  while (reader.remaining > 0) readSection(reader, entries)
  return { version, generatedAt, comment, ...entries.lists }
}

/** Writes a KRL without a signature: serials as ranges, plain keys as they are. */
export function encodeRevocationList(list: RevocationList): Uint8Array {
  const writer = new ByteWriter(1024)
    .u64(MAGIC)
    .u32(FORMAT_VERSION)
    .u64(list.version)
    .u64(list.generatedAt)
    .u64(0n)
    .string('')
    .string(list.comment)
  for (const section of list.certificates) writer.u8(SECTION.certificates).string(encodeCertificates(section))
  if (list.keys.length > 0) writer.u8(SECTION.explicitKey).string(encodeStrings(list.keys))
  if (list.sha1Hashes.length > 0) writer.u8(SECTION.sha1).string(encodeStrings(list.sha1Hashes))
  if (list.sha256Hashes.length > 0) writer.u8(SECTION.sha256).string(encodeStrings(list.sha256Hashes))
  return writer.finish()
}

/** What was read so far, counted. */
class Entries {
  readonly lists = {
    certificates: [] as RevokedCertificates[],
    keys: [] as Uint8Array[],
    sha1Hashes: [] as Uint8Array[],
    sha256Hashes: [] as Uint8Array[],
  }
  readonly #reader: ByteReader
  #count = 0

  constructor(reader: ByteReader) {
    this.#reader = reader
  }

  add<T>(list: T[], entry: T): void {
    if (++this.#count > ENTRIES_MAX) throw this.#reader.error(`has more than ${ENTRIES_MAX} entries`, 'krl')
    list.push(entry)
  }
}

function readSection(reader: ByteReader, entries: Entries): void {
  const type = reader.u8('krl.section')
  const section = new ByteReader(reader.string('krl.section'))
  switch (type) {
    case SECTION.certificates:
      entries.lists.certificates.push(readCertificates(section, entries))
      return
    case SECTION.explicitKey:
      while (section.remaining > 0) entries.add(entries.lists.keys, readKey(section))
      return
    case SECTION.sha1:
      while (section.remaining > 0) entries.add(entries.lists.sha1Hashes, readHash(section, SHA1_BYTES))
      return
    case SECTION.sha256:
      while (section.remaining > 0) entries.add(entries.lists.sha256Hashes, readHash(section, SHA256_BYTES))
      return
    case SECTION.signature:
      return
    case SECTION.extension:
      refuseCritical(section)
      return
    default:
      throw reader.error(`${type} is not known`, 'krl.section')
  }
}

function readCertificates(reader: ByteReader, entries: Entries): RevokedCertificates {
  const blob = reader.string('krl.authority')
  reader.string('krl.reserved')
  const serials: SerialRange[] = []
  const keyIds: string[] = []
  while (reader.remaining > 0) {
    const type = reader.u8('krl.certificates')
    const section = new ByteReader(reader.string('krl.certificates'))
    if (type === CERTIFICATES.serialList) {
      while (section.remaining > 0) {
        const serial = section.u64('krl.serial')
        entries.add(serials, { first: serial, last: serial })
      }
    } else if (type === CERTIFICATES.serialRange) {
      const range = { first: section.u64('krl.serial'), last: section.u64('krl.serial') }
      if (range.first > range.last) throw section.error('runs backwards', 'krl.serial-range')
      section.end('krl.serial-range')
      entries.add(serials, range)
    } else if (type === CERTIFICATES.serialBitmap) {
      readBitmap(section, (range) => entries.add(serials, range))
    } else if (type === CERTIFICATES.keyId) {
      while (section.remaining > 0) entries.add(keyIds, section.text('krl.key-id'))
    } else if (type === CERTIFICATES.extension) {
      refuseCritical(section)
    } else throw reader.error(`${type} is not known`, 'krl.certificates')
  }
  const authority = blob.length === 0 ? {} : { authority: decodePlainKey(blob) }
  return { ...authority, serials, keyIds }
}

/** Serial `offset + n` for every bit n that is set; runs of them become one range. */
function readBitmap(reader: ByteReader, add: (range: SerialRange) => void): void {
  const offset = reader.u64('krl.bitmap.offset')
  const magnitude = reader.mpint('krl.bitmap', BITMAP_MAX_BYTES)
  reader.end('krl.bitmap')
  const bits = magnitude.length * 8
  if (offset + BigInt(bits) > 2n ** 64n) throw reader.error('reaches beyond 64 bits', 'krl.bitmap')
  const isSet = (bit: number): boolean => {
    const byte = magnitude[magnitude.length - 1 - (bit >> 3)] ?? 0
    return (byte & (1 << (bit & 7))) !== 0
  }
  for (let first = 0; first < bits; first++) {
    if (!isSet(first)) continue
    let last = first
    while (last + 1 < bits && isSet(last + 1)) last++
    add({ first: offset + BigInt(first), last: offset + BigInt(last) })
    first = last
  }
}

/** A list of certificates as keys would revoke nothing: their blobs never equal a plain key's. */
function readKey(reader: ByteReader): Uint8Array {
  const blob = reader.string('krl.key')
  if (isCertificateName(new ByteReader(blob).text('krl.key.type'))) {
    throw reader.error('is a certificate, not a key', 'krl.key')
  }
  return blob
}

function readHash(reader: ByteReader, bytes: number): Uint8Array {
  const hash = reader.string('krl.hash')
  if (hash.length !== bytes) throw reader.error(`has not ${bytes} bytes`, 'krl.hash')
  return hash
}

function refuseCritical(section: ByteReader): void {
  const name = section.text('krl.extension')
  if (section.boolean('krl.extension.critical')) {
    throw section.error(`${JSON.stringify(name)} is critical and not known`, 'krl.extension')
  }
  section.string('krl.extension.contents')
  section.end('krl.extension')
}

function encodeCertificates({ authority, serials, keyIds }: RevokedCertificates): Uint8Array {
  const writer = new ByteWriter().string(authority?.blob ?? '').string('')
  const singles = serials.filter(({ first, last }) => first === last)
  if (singles.length > 0) {
    const list = new ByteWriter(singles.length * 8)
    // OpenSSH wants a list in order.
    for (const { first } of singles.toSorted((a, b) => (a.first < b.first ? -1 : 1))) list.u64(first)
    writer.u8(CERTIFICATES.serialList).string(list.finish())
  }
  for (const { first, last } of serials) {
    if (first !== last) writer.u8(CERTIFICATES.serialRange).string(new ByteWriter().u64(first).u64(last).finish())
  }
  if (keyIds.length > 0) writer.u8(CERTIFICATES.keyId).string(encodeStrings(keyIds))
  return writer.finish()
}

function encodeStrings(values: readonly (Uint8Array | string)[]): Uint8Array {
  const writer = new ByteWriter()
  for (const value of values) writer.string(value)
  return writer.finish()
}
