/**
 * Public key authentication: RFC 4252 §7, RFC 8332, and OpenSSH's host-bound form (PROTOCOL §3.1).
 *
 * INVARIANT: a ProvedKey exists only because a signature over this session, user, service and key was verified.
 */
import { ByteWriter, equalBytes } from '@sallyport/wire'
import {
  decodePublicKey,
  decodeSkSignatureFacts,
  isCertificateName,
  type PublicKey,
  plainName,
  signatureAlgorithmsFor,
} from '../../keys/index.ts'
import { HOSTBOUND_METHOD, type PublickeyCredential, userauthPkOk } from '../../messages/auth.ts'
import { encodeMessage } from '../../messages/codec.ts'
import { SSH_MSG } from '../../messages/numbers.ts'
import { fail, type MethodContext, type MethodVerdict } from './method.ts'

type SkFacts = NonNullable<ReturnType<typeof decodeSkSignatureFacts>>

class Proof {
  readonly method = 'publickey'
  readonly proved = true
  readonly #nominal = true
  /** The key or certificate that signed. Whether a certificate is valid, and for whom, is the decider's to judge. */
  readonly key: PublicKey
  /** Signature algorithm as requested, e.g. `rsa-sha2-512` or `ssh-ed25519-cert-v01@openssh.com`. */
  readonly algorithm: string
  /** The signature also covers our host key, so it cannot have been made for another server. */
  readonly hostBound: boolean
  /** Flags and counter of a security key's signature. */
  readonly sk: SkFacts | undefined

  constructor(key: PublicKey, algorithm: string, hostBound: boolean, sk: SkFacts | undefined) {
    this.key = key
    this.algorithm = algorithm
    this.hostBound = hostBound
    this.sk = sk
  }

  static is(value: unknown): value is Proof {
    return value instanceof Proof && value.#nominal
  }
}

/** A key whose holder signed this very request. The type is public, the constructor is not. */
export type ProvedKey = Proof

/** Whether a value really is a proof, and not something of its shape. */
export function isProvedKey(value: unknown): value is ProvedKey {
  return Proof.is(value)
}

/** Judges a publickey request: a query becomes a question, a signed request a proof or a failure. */
export function judgePublickey(context: MethodContext, credential: PublickeyCredential): MethodVerdict {
  const { algorithm, hostKey, signature } = credential
  if (!acceptsAlgorithm(context.signatureAlgorithms, algorithm)) return fail('algorithm-not-allowed')
  const key = readKey(credential.publicKey)
  if (key === undefined) return fail('key-malformed')
  if (!fits(key, algorithm)) return fail('algorithm-not-allowed')
  if (credential.method === HOSTBOUND_METHOD && (hostKey === undefined || !equalBytes(hostKey, context.hostKey))) {
    return fail('host-key-mismatch')
  }
  if (signature === undefined) {
    const reply = encodeMessage(userauthPkOk, { type: 'userauth-pk-ok', algorithm, publicKey: credential.publicKey })
    return { next: 'ask-acceptable', key, algorithm, reply }
  }
  const proof = prove(context, credential, key, signature)
  return proof === undefined ? fail('signature-invalid') : { next: 'decide', claim: proof, secrets: [] }
}

/** The only maker of proofs. */
function prove(
  context: MethodContext,
  credential: PublickeyCredential,
  key: PublicKey,
  signature: Uint8Array,
): Proof | undefined {
  const data = publickeySignedData(context.sessionId, context.user, context.service, credential)
  let verified: unknown
  try {
    verified = context.verify(key, credential.algorithm, data, signature)
  } catch {
    return undefined
  }
  if (verified !== true) return undefined
  return new Proof(key, credential.algorithm, credential.hostKey !== undefined, decodeSkSignatureFacts(signature))
}

/**
 * What the client signs (RFC 4252 §7):
 * string session id ‖ byte 50 ‖ string user ‖ string service ‖ string method ‖ TRUE ‖ string algorithm ‖ string key [‖ string host key]
 */
export function publickeySignedData(
  sessionId: Uint8Array,
  user: string,
  service: string,
  credential: Pick<PublickeyCredential, 'method' | 'algorithm' | 'publicKey' | 'hostKey'>,
): Uint8Array {
  const writer = new ByteWriter(512)
    .string(sessionId)
    .u8(SSH_MSG['userauth-request'])
    .string(user)
    .string(service)
    .string(credential.method)
    .boolean(true)
    .string(credential.algorithm)
    .string(credential.publicKey)
  if (credential.hostKey !== undefined) writer.string(credential.hostKey)
  return writer.finish()
}

/** Whether a list of plain signature algorithms covers this algorithm, given by its plain or its certificate name. */
export function acceptsAlgorithm(accepted: readonly string[], algorithm: string): boolean {
  return accepted.includes(plainName(algorithm) ?? algorithm)
}

function readKey(blob: Uint8Array): PublicKey | undefined {
  try {
    return decodePublicKey(blob)
  } catch {
    return undefined
  }
}

/** The algorithm's name must be of the key's own kind, a certificate's for a certificate (V-A20). */
function fits(key: PublicKey, algorithm: string): boolean {
  if (isCertificateName(key.type) !== isCertificateName(algorithm)) return false
  const plain = plainName(algorithm) ?? algorithm
  return signatureAlgorithmsFor(key).some((name) => (plainName(name) ?? name) === plain)
}
