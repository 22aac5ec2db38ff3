import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatePrivateKey } from '../keys/index.ts'
import { addKnownHost, type KnownHosts, parseKnownHosts } from '../keys/known-hosts.ts'
import { connectSsh } from './client.ts'
import { knownHostsVerifier, preferKnownHostKeys } from './known-hosts-verifier.ts'
import { aliceKey, startEchoServer, testHostKey } from './testing/echo-server.ts'

test('a host with several keys shows the one that known_hosts lists, whichever that is', async () => {
  const keys = [testHostKey, generatePrivateKey('ecdsa-sha2-nistp256'), generatePrivateKey('ssh-rsa')]
  await using server = await startEchoServer({ hostKeys: keys })
  const address = { host: '127.0.0.1', port: server.address.port }
  const shown = async (known: KnownHosts, ordered: boolean): Promise<string | undefined> => {
    await using client = await connectSsh({
      ...address,
      username: 'alice',
      signers: [aliceKey],
      hostKeyVerifier: knownHostsVerifier({ knownHosts: () => known }),
      ...(ordered ? { algorithms: preferKnownHostKeys(known, address) } : {}),
    })
    return client.hostKey?.type
  }
  for (const { publicKey } of keys) {
    for (const hashed of [false, true]) {
      const known = addKnownHost(parseKnownHosts(''), address, publicKey, { hashed })
      assert.equal(await shown(known, true), publicKey.type)
      if (publicKey.type !== 'ssh-ed25519') await assert.rejects(shown(known, false), { code: 'host-key-rejected' })
    }
  }
})
