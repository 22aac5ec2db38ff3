import {
  type Certificate,
  type CertificateRequest,
  issueCertificate,
  type PlainKey,
  type Signer,
} from '@sallyport/ssh/keys'

/**
 * The one way to a signing key of ours: a request goes in, a certificate comes out, the key stays where it is. Narrow, so
 * that the key can live in another process or on another machine.
 */
export interface CertificateAuthority {
  readonly kind: 'user' | 'host'
  readonly publicKey: PlainKey
  /** Rejects with SshError `key-unsupported` for what must not be signed: also for a request of the other kind. */
  sign(request: CertificateRequest, options?: { readonly signal?: AbortSignal }): Promise<Certificate>
}

/** An authority whose key is in this process. */
export function localAuthority(
  kind: 'user' | 'host',
  signer: Signer & { readonly publicKey: PlainKey },
): CertificateAuthority {
  return {
    kind,
    publicKey: signer.publicKey,
    async sign(request, options) {
      // A host authority that signs for a user would let whoever is given host certificates in as anybody.
      if (request.kind !== kind)
        throw new TypeError(`the ${kind} authority was asked for a ${request.kind} certificate`)
      return issueCertificate(request, signer, options)
    },
  }
}
