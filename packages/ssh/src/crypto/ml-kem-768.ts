import { createPublicKey, decapsulate, encapsulate, generateKeyPairSync } from 'node:crypto'
import type { Kem } from './hybrid-kex.ts'

/**
 * ML-KEM-768, FIPS 203, by OpenSSL. Importing a key is where a non-canonical one fails (§7.2, modulus check);
 * a ciphertext of the right length always decapsulates, to an unrelated key if it was altered (implicit rejection).
 */
export const mlKem768: Kem = {
  name: 'ML-KEM-768',
  publicKeyBytes: 1184,
  ciphertextBytes: 1088,
  generate() {
    const { publicKey, privateKey } = generateKeyPairSync('ml-kem-768')
    return {
      publicKey: publicKey.export({ format: 'raw-public' }),
      decapsulate: (ciphertext) => decapsulate(privateKey, ciphertext),
    }
  },
  encapsulate(publicKey) {
    return encapsulate(createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: 'ml-kem-768' }))
  },
}
