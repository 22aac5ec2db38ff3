import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kexMethods } from './kex-methods.ts'

for (const method of kexMethods.values()) {
  test(`${method.name}: client and server arrive at the same secret, a new one each time`, () => {
    const secrets = new Set<string>()
    for (let round = 0; round < 2; round++) {
      const client = method.start()
      const server = method.respond(client.init)
      const secret = client.finish(server.reply)
      assert.deepEqual(new Uint8Array(secret), new Uint8Array(server.secret))
      secrets.add(secret.toHex())
    }
    assert.equal(secrets.size, 2)
  })
}
