/** Every key under every algorithm's name: only the names of its own kind are looked at any further. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatePrivateKey, type PrivateKey, signatureAlgorithmsFor } from '../keys/index.ts'
import { SIGNATURE_ALGORITHMS } from '../transport/extensions.ts'
import { publickeySignedData } from './methods/publickey.ts'
import { find, request, server, sessionId } from './testing/login.ts'

const keys: readonly PrivateKey[] = (
  ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'] as const
).map((type) => generatePrivateKey(type))
const labels = [
  ...SIGNATURE_ALGORITHMS,
  ...SIGNATURE_ALGORITHMS.filter((name) => !name.includes('@')).map((name) => `${name}-cert-v01@openssh.com`),
  'ssh-rsa',
  'ssh-dss',
  'none',
  '',
]

for (const key of keys) {
  const own = signatureAlgorithmsFor(key.publicKey)
  test(`V-A20 a ${key.publicKey.type} key counts under ${own.join(', ')} and under no other name`, () => {
    for (const algorithm of labels) {
      // Signed with what the key can do, over exactly this request.
      const credential = { method: 'publickey', algorithm, publicKey: key.publicKey.blob, hostKey: undefined } as const
      const data = publickeySignedData(sessionId, 'alice', 'ssh-connection', credential)
      for (const real of own) {
        const machine = server()
        const signature = key.sign(real, data)
        const effects = machine.receive(request({ ...credential, signature }), 0)
        const decided = find(effects, 'decide') !== undefined
        assert.equal(decided, algorithm === real, `${real} signature under ${algorithm}`)
        const asked = server().receive(request({ ...credential, signature: undefined }), 0)
        assert.equal(find(asked, 'is-acceptable') !== undefined, own.includes(algorithm), `query under ${algorithm}`)
      }
    }
  })
}
