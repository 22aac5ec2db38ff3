import { createHash, createPublicKey, verify } from 'node:crypto'
import { utf8Bytes } from '@sallyport/wire'
import { AuditError } from './errors.ts'
import type { CheckpointSigner } from './ports.ts'

/** Keeps a checkpoint's signature from meaning anything anywhere else. */
const CONTEXT = 'sallyport audit checkpoint v1\n'
const VERSION = 1

/** A signed statement that the log's entry `seq` had this hash, and so all before it what they had. */
export interface Checkpoint {
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Hash of entry `seq`, lower-case hex. */
  readonly hash: string
  /** Short name of the key that signed: `checkpointKeyName` of its public half. */
  readonly key: string
  /** Ed25519 signature, 64 bytes. */
  readonly signature: Uint8Array
}

/** Signs a statement over the log's entry `seq`. */
export async function signCheckpoint(
  statement: Pick<Checkpoint, 'seq' | 'time' | 'hash'>,
  signer: CheckpointSigner,
): Promise<Checkpoint> {
  const unsigned = { ...statement, key: checkpointKeyName(signer.publicKey) }
  return { ...unsigned, signature: await signer.sign(signedBytes(unsigned)) }
}

/** Whether the signature is that of one of the keys (raw Ed25519 public keys, 32 bytes each). */
export function checkCheckpoint(
  checkpoint: Checkpoint,
  keys: readonly Uint8Array[],
): 'valid' | 'forged' | 'unknown-key' {
  const raw = keys.find((key) => checkpointKeyName(key) === checkpoint.key)
  if (raw === undefined) return 'unknown-key'
  const valid = verify(null, signedBytes(checkpoint), publicKeyObject(raw), checkpoint.signature)
  return valid ? 'valid' : 'forged'
}

/** The first 16 bytes of SHA-256 over the raw public key, hex. */
export function checkpointKeyName(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, 32)
}

/** One line of JSON, without line feed: how a checkpoint is kept and exported. */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  return `${unsignedText(checkpoint)},"signature":"${checkpoint.signature.toBase64()}"}`
}

/** Reads a line that `encodeCheckpoint` made; anything else throws `bad-checkpoint`. Says nothing about the signature. */
export function decodeCheckpoint(line: string): Checkpoint {
  const checkpoint = parse(line)
  if (checkpoint === undefined || encodeCheckpoint(checkpoint) !== line)
    throw new AuditError('bad-checkpoint', 'not a checkpoint line')
  return checkpoint
}

function parse(line: string): Checkpoint | undefined {
  try {
    const value = JSON.parse(line) as Record<string, unknown>
    const { checkpoint, seq, time, hash, key, signature } = value
    if (checkpoint !== VERSION || !Number.isSafeInteger(seq) || (seq as number) < 1) return undefined
    if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return undefined
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return undefined
    if (typeof key !== 'string' || !/^[0-9a-f]{32}$/.test(key)) return undefined
    if (typeof signature !== 'string') return undefined
    const bytes = Uint8Array.fromBase64(signature)
    return bytes.length === 64 ? { seq: seq as number, time: Date.parse(time), hash, key, signature: bytes } : undefined
  } catch {
    return undefined
  }
}

function unsignedText(checkpoint: Omit<Checkpoint, 'signature'>): string {
  const { seq, time, hash, key } = checkpoint
  return `{"checkpoint":${VERSION},"seq":${seq},"time":"${new Date(time).toISOString()}","hash":"${hash}","key":"${key}"`
}

function signedBytes(checkpoint: Omit<Checkpoint, 'signature'>): Uint8Array {
  return utf8Bytes(`${CONTEXT}${unsignedText(checkpoint)}}`)
}

function publicKeyObject(raw: Uint8Array) {
  if (raw.length !== 32) throw new AuditError('bad-key', 'an ed25519 public key has 32 bytes')
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toBase64({ alphabet: 'base64url', omitPadding: true }) },
    format: 'jwk',
  })
}
