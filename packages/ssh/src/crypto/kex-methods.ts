import { curve25519Kex } from './curve25519-kex.ts'
import { dhKex } from './dh-kex.ts'
import { ecdhKex } from './ecdh-kex.ts'
import { hybridKex } from './hybrid-kex.ts'
import type { KexMethod } from './kex-method.ts'
import { mlKem768 } from './ml-kem-768.ts'
import { sntrup761 } from './sntrup761/sntrup761.ts'

/** Every key exchange method, by the name it has in KEXINIT. Which ones are offered is for the profiles to say. */
export const kexMethods: ReadonlyMap<string, KexMethod> = new Map(
  [
    hybridKex('mlkem768x25519-sha256', 'sha256', mlKem768),
    hybridKex('sntrup761x25519-sha512', 'sha512', sntrup761),
    hybridKex('sntrup761x25519-sha512@openssh.com', 'sha512', sntrup761),
    curve25519Kex('curve25519-sha256'),
    curve25519Kex('curve25519-sha256@libssh.org'),
    ecdhKex({ name: 'ecdh-sha2-nistp256', curve: 'prime256v1', fieldBytes: 32, hash: 'sha256' }),
    ecdhKex({ name: 'ecdh-sha2-nistp384', curve: 'secp384r1', fieldBytes: 48, hash: 'sha384' }),
    ecdhKex({ name: 'ecdh-sha2-nistp521', curve: 'secp521r1', fieldBytes: 66, hash: 'sha512' }),
    dhKex({ name: 'diffie-hellman-group14-sha256', group: 'modp14', hash: 'sha256' }),
    dhKex({ name: 'diffie-hellman-group16-sha512', group: 'modp16', hash: 'sha512' }),
    dhKex({ name: 'diffie-hellman-group18-sha512', group: 'modp18', hash: 'sha512' }),
  ].map((method) => [method.name, method]),
)
