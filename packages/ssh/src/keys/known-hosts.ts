import { createHmac, randomBytes } from 'node:crypto'
import { equalBytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import type { Certificate } from './certificate.ts'
import { type CertificateRefusal, checkCertificate } from './certificate-check.ts'
import { fromStrictBase64 } from './encodings.ts'
import { matchesPattern } from './name-patterns.ts'
import type { PlainKey } from './plain-key.ts'
import { decodeBase64Key, isCertificate, type PublicKey, plainKeyOf } from './public-key.ts'

/** One line of a known_hosts file, sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT". */
export interface KnownHostsLine {
  /** Exactly as it was read, without its line break. */
  readonly text: string
  /** Undefined for comments, blank lines and lines that cannot be read. */
  readonly entry?: KnownHostsEntry
  /** Why a line that is neither blank nor a comment says nothing about hosts, or why its key cannot be used. */
  readonly problem?: string
}

export interface KnownHostsEntry {
  readonly marker?: 'cert-authority' | 'revoked'
  readonly hosts: HostNames
  readonly keyType: string
  /** Undefined where the key is of a kind or size that is not accepted: its host is known all the same. */
  readonly key?: PlainKey
  readonly comment: string
}

/** Patterns in clear, or one name hashed as `|1|salt|HMAC-SHA1(salt, name)`. */
export type HostNames =
  | { readonly form: 'patterns'; readonly patterns: readonly string[] }
  | { readonly form: 'hashed'; readonly salt: Uint8Array; readonly hash: Uint8Array }

export interface KnownHosts {
  readonly lines: readonly KnownHostsLine[]
}

const MARKERS = ['cert-authority', 'revoked'] as const
const HASH_PREFIX = '|1|'
const HASH_BYTES = 20

/** Reads a file. Never throws: a line that cannot be read is kept, with its problem. */
export function parseKnownHosts(text: string): KnownHosts {
  const lines = text.split('\n')
  // the last line break ends a line, it does not begin one
  if (lines.at(-1) === '') lines.pop()
  return { lines: lines.map(parseLine) }
}

/** The file again: every line that was read stands as it was. */
export function formatKnownHosts({ lines }: KnownHosts): string {
  return lines.map((line) => `${line.text}\n`).join('')
}

function parseLine(text: string): KnownHostsLine {
  const words = text.trim().split(/[ \t]+/)
  if (words[0] === '' || words[0]?.startsWith('#')) return { text }
  const markerWord = words[0]?.startsWith('@') ? words.shift() : undefined
  const marker = MARKERS.find((known) => markerWord === `@${known}`)
  if (markerWord !== undefined && marker === undefined) return { text, problem: 'unknown marker' }
  const [names = '', keyType, base64, ...comment] = words
  if (keyType === undefined || base64 === undefined) return { text, problem: 'needs host names, a key type and a key' }
  const hosts = parseHostNames(names)
  if (hosts === undefined) return { text, problem: 'malformed host names' }
  const entry = { ...(marker === undefined ? {} : { marker }), hosts, keyType, comment: comment.join(' ') }
  try {
    const key = decodeBase64Key(base64)
    if (key.type !== keyType) return { text, entry, problem: 'names another type than its key has' }
    if (isCertificate(key)) return { text, entry, problem: 'holds a certificate where a key belongs' }
    return { text, entry: { ...entry, key } }
  } catch (error) {
    if (error instanceof SshError) return { text, entry, problem: error.message }
    throw error
  }
}

function parseHostNames(text: string): HostNames | undefined {
  if (!text.startsWith('|')) {
    const patterns = text.toLowerCase().split(',')
    return patterns.some((pattern) => pattern === '' || pattern === '!') ? undefined : { form: 'patterns', patterns }
  }
  const [salt, hash] = text.slice(HASH_PREFIX.length).split('|').map(fromStrictBase64)
  if (!text.startsWith(HASH_PREFIX) || salt === undefined || hash?.length !== HASH_BYTES) return undefined
  return { form: 'hashed', salt, hash }
}

export interface HostAddress {
  /** Name or address, as the user gave it. */
  readonly host: string
  readonly port: number
}

const DEFAULT_PORT = 22

/** How a file names a host: `name`, or `[name]:port` where the port is not 22; in lower case. */
export function knownHostsName({ host, port }: HostAddress): string {
  const name = host.toLowerCase()
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`
}

function namesHost(hosts: HostNames, name: string): boolean {
  if (hosts.form === 'hashed') return equalBytes(hashName(hosts.salt, name), hosts.hash)
  const negated = hosts.patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  if (negated.some((pattern) => matchesPattern(name, pattern))) return false
  return hosts.patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(name, pattern))
}

function hashName(salt: Uint8Array, name: string): Uint8Array {
  return createHmac('sha1', salt).update(name).digest()
}

export type HostKeyVerdict =
  /** Listed, or certified by an authority listed for the host. */
  | { readonly result: 'match'; readonly by: 'key' | 'authority'; readonly line: KnownHostsLine }
  /** The host is listed with other keys only. `sameType`: one of them has the presented key's type. */
  | { readonly result: 'mismatch'; readonly sameType: boolean; readonly lines: readonly KnownHostsLine[] }
  /** Not listed. `certificate`: why a certificate by a listed authority did not count. */
  | { readonly result: 'unknown'; readonly certificate?: CertificateRefusal }
  /** The key, or the authority that certified it, is marked `@revoked` for the host. */
  | { readonly result: 'revoked'; readonly line: KnownHostsLine }

/**
 * What a file says about a host's key. Only lines of exactly this name and port count: unlike OpenSSH, an entry for
 * port 22 says nothing about another port. A certificate that does not count is judged by its inner key, as in OpenSSH.
 * `now` in milliseconds since the epoch, for certificates.
 */
export function lookupHostKey(known: KnownHosts, address: HostAddress, key: PublicKey, now: number): HostKeyVerdict {
  const name = knownHostsName(address)
  const about = known.lines.filter(({ entry }) => entry !== undefined && namesHost(entry.hosts, name))
  const plain = plainKeyOf(key)
  const revoked = about.find(
    ({ entry }) =>
      entry?.marker === 'revoked' && (isKey(entry, plain) || (isCertificate(key) && isKey(entry, key.signatureKey))),
  )
  if (revoked !== undefined) return { result: 'revoked', line: revoked }

  const certified = isCertificate(key) ? lookupAuthority(about, address, key, now) : undefined
  if (typeof certified === 'object') return { result: 'match', by: 'authority', line: certified }

  const listed = about.filter(({ entry }) => entry?.marker === undefined)
  const line = listed.find(({ entry }) => entry !== undefined && isKey(entry, plain))
  if (line !== undefined) return { result: 'match', by: 'key', line }
  if (listed.length > 0) {
    const sameType = listed.some(({ entry }) => entry?.keyType === plain.type)
    return { result: 'mismatch', sameType, lines: listed }
  }
  return certified === undefined ? { result: 'unknown' } : { result: 'unknown', certificate: certified }
}

/** The keys a file lists for a host, in its order: none that is revoked, no authorities, none that cannot be used. */
export function knownKeysOf(known: KnownHosts, address: HostAddress): PlainKey[] {
  const name = knownHostsName(address)
  const about = known.lines.flatMap(({ entry }) => (entry !== undefined && namesHost(entry.hosts, name) ? [entry] : []))
  const revoked = about.filter(({ marker }) => marker === 'revoked')
  return about.flatMap(({ marker, key }) =>
    marker === undefined && key !== undefined && !revoked.some((entry) => isKey(entry, key)) ? [key] : [],
  )
}

function isKey(entry: KnownHostsEntry, key: PlainKey): boolean {
  return entry.key !== undefined && equalBytes(entry.key.blob, key.blob)
}

/** The line of the authority under which a certificate counts; why it does not count under one that is listed; or neither. */
function lookupAuthority(
  about: readonly KnownHostsLine[],
  { host }: HostAddress,
  certificate: Certificate,
  now: number,
): KnownHostsLine | CertificateRefusal | undefined {
  const line = about.find(({ entry }) => entry?.marker === 'cert-authority' && isKey(entry, certificate.signatureKey))
  if (line === undefined) return undefined
  const authorities = [certificate.signatureKey]
  const verdict = checkCertificate(certificate, { kind: 'host', authorities, now, principal: host })
  return verdict.valid ? line : verdict.reason
}

export interface KnownHostOptions {
  /** Hide the name behind a salted hash, as `HashKnownHosts yes` does. */
  readonly hashed?: boolean
  readonly comment?: string
}

/** The file with one more line at its end. Throws SshError 'key-format' for a name that could not be read back. */
export function addKnownHost(
  known: KnownHosts,
  address: HostAddress,
  key: PlainKey,
  options: KnownHostOptions = {},
): KnownHosts {
  const name = knownHostsName(address)
  if (/[\s,*?!|#@\p{C}]/u.test(name) || name === '')
    throw new SshError('key-format', 'host name cannot stand in known_hosts')
  const comment = options.comment ?? ''
  if (/[\r\n]/.test(comment)) throw new SshError('key-format', 'comment has a line break')
  const names = options.hashed === true ? hashedName(name) : name
  const text = `${names} ${key.type} ${key.blob.toBase64()}${comment === '' ? '' : ` ${comment}`}`
  return { lines: [...known.lines, parseLine(text)] }
}

function hashedName(name: string): string {
  const salt = Uint8Array.from(randomBytes(HASH_BYTES))
  return `${HASH_PREFIX}${salt.toBase64()}|${hashName(salt, name).toBase64()}`
}
