import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter } from '@sallyport/wire'
import { generatePrivateKey, type Signer, verifySignature } from '../keys/index.ts'
import { hostkeysProof } from '../messages/global-requests.ts'
import { connectSsh } from './client.ts'
import { MAX_PROOFS } from './host-keys.ts'
import { aliceKey, startEchoServer } from './testing/echo-server.ts'

const PROVE = 'hostkeys-prove-00@openssh.com'

/** A key that counts its signatures. */
function counted(): { signer: Signer; signatures: () => number } {
  const key = generatePrivateKey('ssh-ed25519')
  let count = 0
  return {
    signatures: () => count,
    signer: {
      publicKey: key.publicKey,
      algorithms: key.algorithms,
      sign(algorithm, data) {
        count++
        return key.sign(algorithm, data)
      },
    },
  }
}

test('a client that has host keys proved again and again, or many times over in one request, gets few signatures', async () => {
  const { signer, signatures } = counted()
  const { blob } = signer.publicKey
  await using server = await startEchoServer({ hostKeys: [signer] })
  await using client = await connectSsh({
    host: '127.0.0.1',
    port: server.address.port,
    username: 'alice',
    signers: [aliceKey],
    hostKeyVerifier: () => true,
  })
  const before = signatures()
  await assert.rejects(client.globalRequest({ kind: PROVE, keys: Array<Uint8Array>(64).fill(blob) }), {
    code: 'request-refused',
  })
  assert.equal(signatures(), before)

  const [proof] = hostkeysProof.decode(await client.globalRequest({ kind: PROVE, keys: [blob] }))
  assert.ok(proof !== undefined)
  const [connection] = server.server.connections
  const signed = new ByteWriter()
    .string(PROVE)
    .string(connection?.sessionId ?? '')
    .string(blob)
    .finish()
  assert.equal(verifySignature(signer.publicKey, 'ssh-ed25519', signed, proof), true)

  const rest = Array.from({ length: 50 }, () => client.globalRequest({ kind: PROVE, keys: [blob] }))
  const answers = await Promise.allSettled(rest)
  assert.ok(answers.some(({ status }) => status === 'rejected'))
  assert.ok(signatures() - before <= MAX_PROOFS, `${signatures() - before} signatures`)
})
