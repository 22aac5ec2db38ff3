import { SshError } from '../errors.ts'
import { defaultKeyOptions, type KeyOptions, parseKeyOptions } from './key-options.ts'
import { allowsPeer } from './name-patterns.ts'
import type { PlainKey } from './plain-key.ts'
import { isCertificate, parsePublicKey } from './public-key.ts'

/** One key of an authorized_keys file, sshd(8) "AUTHORIZED_KEYS FILE FORMAT". */
export interface AuthorizedKey {
  readonly key: PlainKey
  readonly options: KeyOptions
  readonly comment: string
  /** Line in the file, from 1. */
  readonly line: number
}

export interface AuthorizedKeysProblem {
  readonly line: number
  /** What is wrong with it; no part of the line is quoted but option names. */
  readonly message: string
}

export interface AuthorizedKeys {
  readonly keys: readonly AuthorizedKey[]
  /** Lines that do not count. The others do, as with sshd. */
  readonly problems: readonly AuthorizedKeysProblem[]
}

/** Reads a file: blank lines and comments aside, every line is a key or a problem. Never throws. */
export function parseAuthorizedKeys(text: string): AuthorizedKeys {
  const keys: AuthorizedKey[] = []
  const problems: AuthorizedKeysProblem[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const line = index + 1
    try {
      keys.push({ ...parseAuthorizedKey(content), line })
    } catch (error) {
      if (!(error instanceof SshError)) throw error
      problems.push({ line, message: error.message })
    }
  }
  return { keys, problems }
}

/** Reads one line: options if there are any, type, key, comment. Throws SshError 'key-format'. */
export function parseAuthorizedKey(text: string): Omit<AuthorizedKey, 'line'> {
  const content = text.trim()
  const end = endOfFirstWord(content)
  // no option has such a name: what begins like a key type is the type
  const bare = /^(ssh|ecdsa|sk-ssh|sk-ecdsa)-/.test(content)
  const options = bare ? defaultKeyOptions : parseKeyOptions(content.slice(0, end))
  const { key, comment } = parsePublicKey(bare ? content : content.slice(end))
  if (isCertificate(key)) {
    throw new SshError('key-format', 'line holds a certificate: list its authority with cert-authority instead')
  }
  if (options.principals !== undefined && !options.certAuthority) {
    throw new SshError('key-format', 'option principals only goes with cert-authority')
  }
  return { key, options, comment }
}

/** Where the first white space outside quotes is. */
function endOfFirstWord(text: string): number {
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quoted && character === '\\' && text[at + 1] === '"') at++
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === ' ' || character === '\t')) return at
  }
  return text.length
}

export interface KeyUse {
  /** Where the user connects from. */
  readonly sourceAddress: string
  /** The address's name, where it was looked up and confirmed; `from` may name hosts. */
  readonly sourceName?: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Why a listed key does not count here and now; undefined when it does. Whether the peer holds it is another question. */
export function keyRefusal(options: KeyOptions, use: KeyUse): 'expired' | 'source-address-not-allowed' | undefined {
  if (options.expiryTime !== undefined && use.now > options.expiryTime) return 'expired'
  if (options.from === undefined) return undefined
  const peer =
    use.sourceName === undefined ? { address: use.sourceAddress } : { address: use.sourceAddress, name: use.sourceName }
  return allowsPeer(options.from, peer) ? undefined : 'source-address-not-allowed'
}
