/** People's own SSH keys: over HTTPS to a whole gateway, with a real ssh. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ApiError, type ApiErrorName } from '@sallyport/api'
import { ageSignIns } from '@sallyport/testkit'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'] }
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

async function joined(gate: TestGateway, name = 'alice') {
  await gate.api.call('user.add', { name })
  const { url } = await gate.api.call('user.invite', { user: name })
  const browser = new WebClient(gate)
  await browser.join(url)
  return browser
}

void suite('own keys', { skip }, () => {
  void test('V-D18 a member adds a key that lets ssh in, sees when it was used, removes it, and what it opened ends', async () => {
    await using gate = await TestGateway.start({ flags })
    const browser = await joined(gate)
    const target = await gate.sshd()
    const key = gate.key('laptop')
    const added = await browser.api.call('me.key-add', { public_key: key.line })
    assert.deepEqual(
      [added.user, added.type, added.comment, added.last_used_at],
      ['alice', 'ssh-ed25519', 'laptop', null],
    )
    await using way = gate.start(gate.sshConfig(key, { target }), ['-W', `127.0.0.1:${target.port}`, 'alice@gate'])
    await way.said('SSH-2.0-OpenSSH_')
    const lastUsed = async () => (await browser.api.call('me.show')).keys[0]?.last_used_at ?? null
    await until(async () => (await lastUsed()) !== null)
    const [seenByAdmin] = (await gate.api.call('user.show', { user: 'alice' })).public_keys
    assert.equal(seenByAdmin?.last_used_at, await lastUsed())

    await browser.api.call('me.key-remove', { key: added.fingerprint })
    await way.exited
    assert.match(way.stderr, /SP2503 session\.key-removed/)
    assert.deepEqual((await browser.api.call('me.show')).keys, [])
    for (const type of ['key-added', 'key-removed'] as const) {
      const event = (await gate.events(type)).find(({ data }) => data['key'] === added.id)
      assert.deepEqual([event?.actor, event?.data['user'], event?.data['comment']], ['alice', 'alice', 'laptop'], type)
    }
  })

  void test('V-E01 nobody removes the key of somebody else this way, and theirs is as if it did not exist', async () => {
    await using gate = await TestGateway.start({ flags })
    const browser = await joined(gate)
    const theirs = await gate.user('bob')
    const [key] = (await gate.api.call('user.show', { user: 'bob' })).public_keys
    for (const selector of [key?.id ?? '', key?.fingerprint ?? '', 'key_aaaaaaaaaaaaaaaa'])
      await assert.rejects(browser.api.call('me.key-remove', { key: selector }), refused('key.not-found'))
    await assert.rejects(browser.api.call('me.key-add', { public_key: theirs.line }), refused('key.exists'))
    assert.equal((await gate.api.call('user.show', { user: 'bob' })).public_keys.length, 1)
    await assert.rejects(gate.api.call('me.key-add', { public_key: theirs.line }), refused('caller.unknown'))
  })

  void test('a key that is no key, was revoked, or is there already is not added', async () => {
    await using gate = await TestGateway.start({ flags })
    const browser = await joined(gate)
    const key = gate.key('laptop')
    const add = (line: string) => browser.api.call('me.key-add', { public_key: line })
    for (const line of [
      'ssh-ed25519',
      'ssh-ed25519 AAAA',
      'x',
      `ssh-rsa ${key.line.split(' ')[1]}`,
      `${key.line}\n${key.line}`,
    ])
      await assert.rejects(add(line), refused('key.invalid'), line)
    const named = await browser.api.call('me.key-add', { public_key: key.line, comment: 'my laptop' })
    assert.equal(named.comment, 'my laptop')
    await assert.rejects(add(key.line), refused('key.exists'))
    const stolen = gate.key('stolen')
    await gate.api.call('key.revoke', { public_key: stolen.line, reason: 'lost' })
    await assert.rejects(add(stolen.line), refused('key.revoked'))
    assert.equal((await browser.api.call('me.show')).keys.length, 1)
  })

  void test('somebody has a bounded number of keys', async () => {
    await using gate = await TestGateway.start({ flags })
    const browser = await joined(gate)
    const line = (i: number) => {
      const bytes = Buffer.from(gate.ownerKey.line.split(' ')[1] ?? '', 'base64')
      bytes.writeUInt32BE(i + 1, bytes.length - 4)
      return `ssh-ed25519 ${bytes.toString('base64')} key ${i}`
    }
    const lines = Array.from({ length: 150 }, (_, i) => line(i))
    let added = 0
    for (const each of lines) {
      const outcome = await browser.api.call('me.key-add', { public_key: each }).then(
        () => 'added',
        (error: unknown) => (error instanceof ApiError ? error.reason : error),
      )
      if (outcome === 'added') added++
      else if (outcome === 'key.too-many') break
      else assert.equal(outcome, 'key.invalid', 'not every point is one')
    }
    assert.equal(added, 100)
  })

  void test('changing keys takes a proof of the last ten minutes, and no token will do', async () => {
    await using gate = await TestGateway.start({ flags })
    const browser = await joined(gate)
    const key = gate.key('laptop')
    const { token } = await browser.api.call('me.token-add', { name: 'script', scopes: ['*'], seconds: 3600 })
    const script = new WebClient(gate)
    script.token = token
    await assert.rejects(script.api.call('me.key-add', { public_key: key.line }), refused('caller.not-allowed'))
    const added = await browser.api.call('me.key-add', { public_key: key.line })
    ageSignIns(gate.stateDirectory, 11 * 60_000)
    await assert.rejects(browser.api.call('me.key-remove', { key: added.id }), refused('sign-in.stale'))
    await assert.rejects(browser.api.call('me.key-add', { public_key: gate.key().line }), refused('sign-in.stale'))
    await browser.signIn()
    await browser.api.call('me.key-remove', { key: added.id })
  })
})
