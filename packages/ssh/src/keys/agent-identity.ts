import { ByteWriter } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import type { Certificate } from './certificate.ts'
import { writeCertifiedFields, writePrivateFields } from './private-fields.ts'
import type { PrivateKey } from './private-key.ts'
import { samePublicKey } from './public-key.ts'

/**
 * A private key as SSH_AGENTC_ADD_IDENTITY carries it: type and fields, and with a certificate its type, its blob and
 * the fields it does not hold (PROTOCOL.certkeys). Secret. Throws SshError 'key-unsupported' for another key's certificate.
 */
export function encodeAgentIdentity(key: PrivateKey, certificate?: Certificate): Uint8Array {
  const writer = new ByteWriter(512)
  if (certificate === undefined) {
    writer.string(key.publicKey.type)
    writePrivateFields(writer, key)
    return writer.finish()
  }
  if (!samePublicKey(certificate.key, key.publicKey)) {
    throw new SshError('key-unsupported', 'certificate is for another key')
  }
  writer.string(certificate.type).string(certificate.blob)
  writeCertifiedFields(writer, key)
  return writer.finish()
}
