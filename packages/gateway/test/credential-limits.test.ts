/** How much one person may have, and that two at once do not get past it. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { SoftAuthenticator } from '@sallyport/identity/testing'
import { atConsole } from './at-console.ts'
import { TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }

/** Rows like the first of a person's, until there are so many. */
function fill(gate: TestGateway, table: string, count: number, unique: string): void {
  using database = new DatabaseSync(`${gate.stateDirectory}/sallyport.db`)
  const first = database.prepare(`select * from ${table} limit 1`).get() ?? {}
  const columns = Object.keys(first)
  const add = database.prepare(
    `insert into ${table} (${columns.join()}) values (${columns.map((name) => `:${name}`).join()})`,
  )
  for (let i = 1; i < count; i++) add.run({ ...first, id: `${String(first['id'])}${i}`, [unique]: `${i}` } as never)
}

const reasonsOf = async (attempts: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(attempts))
    .map((each) => (each.status === 'fulfilled' ? 'added' : (each.reason as ApiError).reason))
    .sort()

test('of two API tokens that are made at once where one is left, one is made; then none', async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  const make = () => browser.api.call('me.token-add', { name: 'ci', scopes: ['read'], seconds: 3600 })
  await make()
  fill(gate, 'api_tokens', 99, 'token_hash')
  assert.deepEqual(await reasonsOf([make(), make()]), ['added', 'credential.too-many'])
  const { tokens } = await browser.api.call('me.show')
  assert.equal(tokens.length, 100)
  await browser.api.call('me.token-remove', { token: tokens[0]?.id ?? '' })
  await make()
})

test('of two passkeys that are registered at once where one is left, one is; then nobody is asked to touch one', async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  fill(gate, 'passkeys', 49, 'credential_id')
  const ready = [await registering(gate, browser), await registering(gate, browser)]
  assert.deepEqual(await reasonsOf(ready.map((register) => register())), ['added', 'credential.too-many'])
  await assert.rejects(browser.api.call('me.passkey-begin'), (error) => {
    return error instanceof ApiError && error.reason === 'credential.too-many'
  })
})

test('the SSH keys of one person are counted whoever adds them', async () => {
  await using gate = await TestGateway.start({ flags })
  const { line } = await gate.user('alice')
  await gate.api.call('key.remove', { key: (await gate.api.call('key.list', { user: 'alice' })).keys[0]?.id ?? '' })
  await gate.api.call('key.add', { user: 'alice', public_key: line })
  {
    using database = new DatabaseSync(`${gate.stateDirectory}/sallyport.db`)
    const add = database.prepare(
      `insert into user_keys select id || ?, user_id, type, blob, fingerprint || ?, comment, added_at, last_used_at
       from user_keys where user_id = (select id from users where name = 'alice') limit 1`,
    )
    for (let i = 1; i < 99; i++) add.run(`${i}`, `${i}`)
  }
  const add = () => gate.api.call('key.add', { user: 'alice', public_key: gate.key().line })
  assert.deepEqual(await reasonsOf([add(), add()]), ['added', 'key.too-many'])
})

test('of more than a hundred sign-ins the one ends that was used the longest ago, with its certificates', async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  const [session] = (await browser.api.call('me.show')).sessions
  const certificate = await browser.api.call('me.certificate-issue', { public_key: gate.key().line })
  fill(gate, 'web_sessions', 100, 'token_hash')
  {
    using database = new DatabaseSync(`${gate.stateDirectory}/sallyport.db`)
    database
      .prepare('update web_sessions set last_seen_at = last_seen_at - 1000000 where id = ?')
      .run(session?.id ?? '')
  }
  // Another browser: the first one's session would be used by asking.
  const other = new WebClient(gate)
  const begun = await other.api.call('auth.passkey-begin')
  const response = { ...browser.authenticator.get(begun.options as never) }
  await other.api.call('auth.passkey-finish', { ceremony: begun.ceremony, response })
  const { sessions } = await other.api.call('me.show')
  assert.equal(sessions.length, 100)
  assert.ok(!sessions.some(({ id }) => id === session?.id))
  const ended = await gate.event('signed-out')
  assert.deepEqual([ended.actor, ended.data['user']], ['@gateway', 'alice'])
  const revoked = await gate.event('certificate-revoked')
  assert.equal(revoked.data['serial'], certificate.serial)
})

/** A passkey that was touched, and is to be registered. */
async function registering(gate: TestGateway, browser: WebClient): Promise<() => Promise<unknown>> {
  const { ceremony, options } = await browser.api.call('me.passkey-begin')
  const response = { ...new SoftAuthenticator(gate.gateway.webOrigin ?? '').create(options as never) }
  return () => browser.api.call('me.passkey-add', { ceremony, response, name: 'spare' })
}
