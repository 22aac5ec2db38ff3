import { SshError } from '../errors.ts'
import type { Certificate } from './certificate.ts'
import { plainName } from './key-kinds.ts'
import { type PublicKey, samePublicKey, signatureAlgorithmsFor } from './public-key.ts'

/** Something that can sign: a private key, or a key in an agent. */
export interface Signer {
  readonly publicKey: PublicKey
  /** Names it can sign under, preferred first: a subset of `signatureAlgorithmsFor(publicKey)`. */
  readonly algorithms: readonly string[]
  /**
   * The whole SSH signature blob (RFC 4253 §6.6) over `data`. Throws (or rejects with) SshError 'signing-failed',
   * 'agent-failure' or 'aborted'; 'key-unsupported' for an algorithm not listed.
   */
  sign(algorithm: string, data: Uint8Array, options?: { signal?: AbortSignal }): Uint8Array | Promise<Uint8Array>
}

/** The same signer, presenting a certificate for its key. Throws SshError 'key-unsupported' if it is for another key. */
export function withCertificate(signer: Signer, certificate: Certificate): Signer {
  if (!samePublicKey(signer.publicKey, certificate.key)) {
    throw new SshError('key-unsupported', 'certificate is for another key')
  }
  const algorithms = signatureAlgorithmsFor(certificate).filter((name) =>
    signer.algorithms.includes(plainName(name) ?? ''),
  )
  return {
    publicKey: certificate,
    algorithms,
    sign(algorithm, data, options) {
      const plain = plainName(algorithm)
      if (plain === undefined) throw unsupportedAlgorithm(algorithm)
      return signer.sign(plain, data, options)
    },
  }
}

export function unsupportedAlgorithm(algorithm: string): SshError {
  return new SshError('key-unsupported', 'key does not sign with this algorithm', { facts: { algorithm } })
}
