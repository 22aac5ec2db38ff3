import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { ByteWriter } from '@sallyport/wire'
import { keyFromPoint, type Signer } from '../../keys/index.ts'

const APPLICATION = 'ssh:'
const TYPE = 'sk-ssh-ed25519@openssh.com'

/** A FIDO key in software, whose flags (1: touched, 4: PIN given) and counter the test chooses. */
export function securityKey(flags: number, counter = 7): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const sha256 = (data: Uint8Array | string): Uint8Array => createHash('sha256').update(data).digest()
  return {
    publicKey: keyFromPoint(TYPE, point, APPLICATION),
    algorithms: [TYPE],
    sign(algorithm, data) {
      const tail = new ByteWriter().u8(flags).u32(counter).finish()
      const attested = new ByteWriter().bytes(sha256(APPLICATION)).bytes(tail).bytes(sha256(data)).finish()
      return new ByteWriter()
        .string(algorithm)
        .string(sign(null, attested, privateKey))
        .bytes(tail)
        .finish()
    },
  }
}
