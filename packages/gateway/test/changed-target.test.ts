import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const POLICY = '{"tagOwners":{"tag:x":[],"tag:y":[]},"acls":[{"action":"accept","src":["*"],"dst":["tag:x:*"]}]}'

const LOSSES = { 'the tag that opened it': { tags: ['tag:y'] }, 'its address': { address: '127.0.0.2' } }

for (const [what, change] of Object.entries(LOSSES))
  test(`a way to a target ends when the target loses ${what}, and stays while it is allowed`, { skip }, async () => {
    await using gate = await TestGateway.start({ policy: POLICY })
    const target = await gate.sshd()
    await gate.api.call('target.add', { name: 'db1', address: '127.0.0.1', port: target.port, tags: ['tag:x'] })
    const config = gate.sshConfig(gate.ownerKey, { target })
    await using way = gate.start(config, ['-W', 'db1:22', 'gate'])
    await way.said('SSH-2.0-OpenSSH_')
    await gate.api.call('target.update', { target: 'db1', tags: ['tag:x', 'tag:y'] })
    await gate.api.call('target.update', { target: 'db1', ...change })
    await way.exited
    await until(async () => (await gate.events('passage-closed')).length === 1)
    const closed = await gate.event('passage-closed')
    assert.equal(closed.data['reason'], 'session.policy-changed')
    const [, last] = await gate.events('target-changed')
    assert.ok(last !== undefined && closed.sequence > last.sequence, 'not by the change before')
  })
