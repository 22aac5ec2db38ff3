/** Keys that are whole, and that the system does not let anybody read at the moment. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { GatewayError } from '@sallyport/gateway'
import { TestGateway } from './test-gateway.ts'

test('nobody is told to remove or replace a key that could not be read', async () => {
  await using gate = await TestGateway.start()
  await gate.gateway.stop({ drainMs: 0 })
  // A folder in its place is opened, and then the system refuses to read it.
  for (const file of ['audit-key.pem', 'host-keys/ssh_host_ed25519_key']) {
    const path = join(gate.stateDirectory, file)
    renameSync(path, `${path}.away`)
    mkdirSync(path, { mode: 0o700 })
    await assert.rejects(gate.restart(), (error) => {
      assert.ok(error instanceof GatewayError, file)
      assert.equal(error.reason, 'state.unusable', file)
      assert.match(error.why ?? '', /EISDIR/, file)
      assert.doesNotMatch(error.fix ?? '', /move it away|remove|new ones/, file)
      return true
    })
    rmdirSync(path)
    renameSync(`${path}.away`, path)
  }
  await gate.restart()
  const folder = join(gate.stateDirectory, 'authorities')
  for (const file of readdirSync(folder)) {
    renameSync(join(folder, file), join(gate.stateDirectory, file))
    mkdirSync(join(folder, file), { mode: 0o700 })
  }
  await gate.api.call('target.add', { name: 'db1', address: '10.0.0.1' })
  const host_key = gate.key().line
  await assert.rejects(gate.api.call('target.enrol', { target: 'db1', host_key }), (error: { fix: string }) => {
    assert.doesNotMatch(error.fix, /rotate/)
    return true
  })
})
