/** An admin is no owner, and cannot become one by a detour. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const notAllowed = (error: unknown) => error instanceof ApiError && error.reason === 'caller.not-allowed'

test('V-E17 an admin gives no owner a key or a link, takes none away, and makes nobody an owner', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags: { 'listen.https': ['127.0.0.1:0'] } })
  const owner = gate.ownerName
  await gate.api.call('user.add', { name: 'adam', role: 'admin' })
  await gate.api.call('user.add', { name: 'mia' })
  const admin = new WebClient(gate)
  await admin.join((await gate.api.call('user.invite', { user: 'adam' })).url)
  const key = gate.key().line
  const { public_keys } = await gate.api.call('user.show', { user: owner })
  const detours = [
    () => admin.api.call('user.invite', { user: owner }),
    () => admin.api.call('key.add', { user: owner, public_key: key }),
    () => admin.api.call('key.remove', { key: public_keys[0]?.id ?? '' }),
    () => admin.api.call('user.update', { user: owner, disabled: true }),
    () => admin.api.call('user.update', { user: owner, role: 'member' }),
    () => admin.api.call('user.update', { user: 'adam', role: 'owner' }),
    () => admin.api.call('user.update', { user: 'mia', role: 'owner' }),
    () => admin.api.call('user.add', { name: 'eve', role: 'owner', keys: [key] }),
    () => admin.api.call('user.remove', { user: owner }),
  ]
  for (const [index, detour] of detours.entries()) await assert.rejects(detour(), notAllowed, `detour ${index}`)
  await admin.api.call('user.update', { user: 'mia', role: 'admin' })
  await admin.api.call('key.add', { user: 'mia', public_key: key })
})
