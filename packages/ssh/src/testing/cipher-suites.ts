import { type AlgorithmLists, algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { ciphers } from '../crypto/ciphers.ts'
import { macs } from '../crypto/macs.ts'

export interface CipherSuite {
  readonly name: string
  /** Offers nothing else, and the cheapest key exchange: for tests that do many handshakes. */
  readonly algorithms: AlgorithmLists
}

/** The cheapest handshake under one cipher and MAC. */
export function suite(cipher: string, mac?: string): CipherSuite {
  const macList = mac === undefined ? [] : [mac]
  return {
    name: mac === undefined ? cipher : `${cipher} with ${mac}`,
    algorithms: {
      ...algorithmProfiles.legacy,
      kex: ['curve25519-sha256'],
      serverHostKey: ['ssh-ed25519'],
      cipherClientToServer: [cipher],
      cipherServerToClient: [cipher],
      macClientToServer: macList,
      macServerToClient: macList,
    },
  }
}

/** Every cipher with every MAC that goes with it. */
export const cipherSuites: readonly CipherSuite[] = [...ciphers.values()].flatMap((cipher) =>
  cipher.aead ? [suite(cipher.name)] : [...macs.keys()].map((mac) => suite(cipher.name, mac)),
)
