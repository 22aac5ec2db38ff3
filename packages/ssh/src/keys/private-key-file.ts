import { createPrivateKey } from 'node:crypto'
import { DecodeError, utf8Bytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { openOpensshKeyFile, readOpensshKeyFile, writeOpensshKeyFile } from './openssh-private-key.ts'
import type { PlainKey } from './plain-key.ts'
import { PrivateKey } from './private-key.ts'
import { verifySignature } from './signature.ts'

export interface PassphraseOption {
  /** Text goes in as UTF-8. Ignored where the key is not encrypted. */
  readonly passphrase?: string | Uint8Array
}

/** An RSA key of 16384 bits makes 13 kB of PEM. */
const FILE_MAX_CHARACTERS = 65_536
const ARMOUR = /-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n([\s\S]*?)-----END \1-----/

interface Armoured {
  readonly label: string
  readonly body: string
  /** From BEGIN to END, nothing around it. */
  readonly text: string
}

/**
 * Reads a private key: OpenSSH's format, PKCS#8, PKCS#1 or SEC1 in PEM, encrypted or not. Blocks the thread for the
 * key derivation of encrypted ones. Throws SshError: 'key-format'; 'key-passphrase' (none given, or the wrong one);
 * 'key-unsupported' (kind, size or cipher). A key whose halves do not belong together is refused.
 */
export function decodePrivateKey(text: string, options: PassphraseOption = {}): PrivateKey {
  const armoured = findArmour(text)
  const passphrase = typeof options.passphrase === 'string' ? utf8Bytes(options.passphrase) : options.passphrase
  const key =
    armoured.label === OPENSSH_LABEL
      ? guarded(() => openOpensshKeyFile(readOpensshKeyFile(armourBytes(armoured)), passphrase))
      : readPem(armoured, passphrase)
  refuseUnmatchedHalves(key)
  return key
}

export interface PrivateKeyFacts {
  readonly encrypted: boolean
  /** Readable without the passphrase in OpenSSH's format and, where nothing is encrypted, in the others. */
  readonly publicKey?: PlainKey
}

/** What a private key file says without its passphrase. Throws SshError 'key-format' or 'key-unsupported'. */
export function inspectPrivateKey(text: string): PrivateKeyFacts {
  const armoured = findArmour(text)
  if (armoured.label === OPENSSH_LABEL) {
    const { encrypted, publicKey } = guarded(() => readOpensshKeyFile(armourBytes(armoured)))
    return { encrypted, publicKey }
  }
  if (isEncryptedPem(armoured)) return { encrypted: true }
  return { encrypted: false, publicKey: readPem(armoured, undefined).publicKey }
}

export interface EncodePrivateKeyOptions extends PassphraseOption {
  /** Kept inside the file; the key's own if left out. */
  readonly comment?: string
}

/** OpenSSH's format, encrypted with aes256-ctr and bcrypt where a passphrase is given. An empty passphrase is a TypeError. */
export function encodePrivateKey(key: PrivateKey, options: EncodePrivateKeyOptions = {}): string {
  const passphrase = typeof options.passphrase === 'string' ? utf8Bytes(options.passphrase) : options.passphrase
  if (passphrase?.length === 0) throw new TypeError('passphrase is empty: leave it out to write an unencrypted key')
  const base64 = writeOpensshKeyFile(key, options.comment ?? key.comment, passphrase).toBase64()
  const lines = base64.match(/.{1,70}/g) ?? []
  return `-----BEGIN ${OPENSSH_LABEL}-----\n${lines.join('\n')}\n-----END ${OPENSSH_LABEL}-----\n`
}

const OPENSSH_LABEL = 'OPENSSH PRIVATE KEY'
/** The labels that node:crypto reads; anything else in PEM (certificates, public keys, DSA) is no key for us. */
const PEM_LABELS: ReadonlySet<string> = new Set([
  'PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
])

function findArmour(text: string): Armoured {
  if (text.length > FILE_MAX_CHARACTERS) throw new SshError('key-format', 'private key file is too long')
  const match = ARMOUR.exec(text)
  if (match === null)
    throw new SshError('key-format', 'no private key found: expected a -----BEGIN … PRIVATE KEY----- line')
  const [whole, label = '', body = ''] = match
  if (label !== OPENSSH_LABEL && !PEM_LABELS.has(label)) {
    throw new SshError('key-unsupported', 'file holds something else than a supported private key', {
      facts: { label },
    })
  }
  return { label, body, text: whole }
}

function armourBytes({ body }: Armoured): Uint8Array {
  try {
    return Uint8Array.fromBase64(body, { lastChunkHandling: 'strict' })
  } catch (cause) {
    throw new SshError('key-format', 'private key file is not valid base64', { cause })
  }
}

/** Decoding errors and what node:crypto says of impossible numbers, as this package's own. */
function guarded<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof SshError) throw cause
    const reason = cause instanceof DecodeError ? `: ${cause.message}` : ''
    throw new SshError('key-format', `private key file cannot be read${reason}`, { cause })
  }
}

function isEncryptedPem({ label, body }: Armoured): boolean {
  return label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:\s*4,ENCRYPTED\s*$/m.test(body)
}

function readPem(armoured: Armoured, passphrase: Uint8Array | undefined): PrivateKey {
  const encrypted = isEncryptedPem(armoured)
  if (encrypted && (passphrase === undefined || passphrase.length === 0)) {
    throw new SshError('key-passphrase', 'private key is encrypted: a passphrase is needed')
  }
  const secret = encrypted && passphrase !== undefined ? { passphrase: Buffer.from(passphrase) } : {}
  try {
    return new PrivateKey(createPrivateKey({ key: `${armoured.text}\n`, format: 'pem', ...secret }))
  } catch (cause) {
    if (cause instanceof SshError) throw cause
    if (encrypted) throw new SshError('key-passphrase', 'passphrase is wrong or private key file is damaged', { cause })
    throw new SshError('key-format', 'private key file cannot be read', { cause })
  }
}

const PROBE = utf8Bytes('the two halves of this key belong together')

/** A damaged private half would sign uselessly, or give itself away by a faulty signature: try it once, here. */
function refuseUnmatchedHalves(key: PrivateKey): void {
  const [algorithm = ''] = key.algorithms
  if (verifySignature(key.publicKey, algorithm, PROBE, key.sign(algorithm, PROBE))) return
  throw new SshError('key-format', 'private key file is damaged: its two halves do not belong together')
}
