/** What waits in memory while the gateway restarts: a try to be made again, and never a way in (decision 11). */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ApiError, type ApiErrorName } from '@sallyport/api'
import { freePort } from '@sallyport/testkit'
import { TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

test('a restart ends what had begun with a clear answer, keeps who is signed in, and everything works when begun again', async () => {
  // The same port, so that the browser comes back to the same gateway.
  const flags = { 'listen.https': [`127.0.0.1:${await freePort()}`], 'penalties.enabled': false }
  await using gate = await TestGateway.start({ flags })
  await gate.api.call('user.add', { name: 'alice' })
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  const browser = new WebClient(gate)
  await browser.join(url)
  const command = new WebClient(gate)
  const device = await command.api.call('device.start')
  const signingIn = new WebClient(gate)
  const passkey = await signingIn.api.call('auth.passkey-begin')
  const adding = await browser.api.call('me.passkey-begin')
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const state = randomBytes(16).toString('base64url')
  const loopback = () => browser.api.call('device.loopback-approve', { port: 4711, state, challenge })
  const codeOf = ({ redirect }: Awaited<ReturnType<typeof loopback>>) =>
    new URL(redirect).searchParams.get('code') ?? ''
  const code = codeOf(await loopback())

  await gate.restart(flags)

  assert.equal((await command.api.call('device.poll', { device_code: device.device_code })).status, 'expired')
  await assert.rejects(browser.api.call('device.show', { code: device.user_code }), refused('device.unknown'))
  await assert.rejects(command.api.call('device.exchange', { code, verifier }), refused('sign-in.refused'))
  const answer = { ...browser.authenticator.get(passkey.options as never) }
  const finish = signingIn.api.call('auth.passkey-finish', { ceremony: passkey.ceremony, response: answer })
  await assert.rejects(finish, refused('sign-in.refused'))
  const response = { ...browser.authenticator.create(adding.options as never) }
  const add = browser.api.call('me.passkey-add', { ceremony: adding.ceremony, response, name: 'phone' })
  await assert.rejects(add, refused('passkey.refused'))

  assert.equal((await browser.api.call('me.show')).user, 'alice', 'whoever is signed in stays so')
  command.token = (await command.api.call('device.exchange', { code: codeOf(await loopback()), verifier })).token
  assert.equal((await command.api.call('me.show')).user, 'alice')
  await browser.signIn()
})
