import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { Secret } from '@sallyport/model'
import { AuditError } from './errors.ts'
import type { CheckpointSigner } from './ports.ts'

/** A new Ed25519 key for checkpoints, as PKCS#8 PEM. Where it rests is the caller's business. */
export function generateCheckpointKey(): Secret<string> {
  const { privateKey } = generateKeyPairSync('ed25519')
  return new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

/** Signs with a key that `generateCheckpointKey` made. Throws `bad-key`. */
export function checkpointSigner(pem: Secret<string>): CheckpointSigner {
  const key = ed25519PrivateKey(pem)
  const publicKey = Uint8Array.fromBase64(key.export({ format: 'jwk' }).x as string, { alphabet: 'base64url' })
  return { publicKey, sign: async (message) => new Uint8Array(sign(null, message, key)) }
}

function ed25519PrivateKey(pem: Secret<string>): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem.reveal())
  } catch (cause) {
    throw new AuditError('bad-key', 'the checkpoint key is not a PEM private key', { cause })
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new AuditError('bad-key', 'the checkpoint key is not an ed25519 key')
  return key
}
