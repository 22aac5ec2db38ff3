import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'

const POLICY = `{
  "groups": { "group:dba": ["alice@"] },
  "hosts": { "db1": "10.0.0.5" },
  "tagOwners": { "tag:db": [] },
  "acls": [
    { "action": "accept", "src": ["group:dba"], "dst": ["tag:db:22", "127.0.0.1:*", "10.0.0.5:22"] },
  ],
  "grants": [
    { "src": ["group:dba"], "dst": ["10.0.0.5"], "app": { "sallyport.dev/cap/ssh": [{ "sources": ["192.0.2.0/24"] }] } },
  ],
  "ssh": [
    { "action": "accept", "src": ["group:dba"], "dst": ["tag:db"], "users": ["autogroup:nonroot"] },
  ],
}`

test('explain answers for the whole question: port, terms, login, and what the door itself forbids', {
  skip,
}, async (t) => {
  await using gate = await TestGateway.start({ policy: POLICY })
  await gate.user('alice')
  await gate.api.call('target.add', { name: 'web1', address: '10.0.0.9', tags: ['tag:db'] })
  const explain = (asked: object) => gate.api.call('policy.explain', { user: 'alice', host: 'web1', ...asked })

  await t.test('no listener of the gateway, whatever the policy opens', async () => {
    const own = await explain({ host: '127.0.0.1', port: gate.port })
    assert.equal(own.verdict, 'deny')
    assert.deepEqual([own.addresses[0]?.verdict, own.addresses[0]?.code], ['deny', 'SP2101 gateway.self'])
    assert.equal((await explain({ host: '127.0.0.1', port: gate.port === 9 ? 10 : 9 })).verdict, 'allow')
  })

  await t.test('a login that ssh does not know makes it a no, and the door is said not to see it', async () => {
    const root = await explain({ login: 'root' })
    assert.deepEqual([root.verdict, root.addresses[0]?.verdict], ['deny', 'allow'])
    assert.deepEqual([root.login?.verdict, root.login?.code], ['deny', 'no-login-rule'])
    assert.match(root.fix ?? '', /"users" of ssh\[0\] \(line 12\)/)
    assert.match(root.door ?? '', /does not see the login.* refuses certificates for it; .*keeps them out$/)
    const postgres = await explain({ login: 'postgres' })
    assert.deepEqual([postgres.verdict, postgres.login?.rule], ['allow', 'ssh[0], line 12'])
    assert.match(postgres.door ?? '', /: an enrolled one takes a certificate for it; on the mesh/)
    assert.equal((await explain({})).door, null)
  })

  await t.test('a check that the door asks for is told, whichever login it is for', async () => {
    const check = '{ "action": "check", "src": ["group:dba"], "dst": ["tag:db"], "users": ["root"] },'
    const text = POLICY.replace('"ssh": [', `"ssh": [${check}`)
    for (const login of [{}, { login: 'postgres' }, { login: 'root' }])
      assert.match((await explain({ text, ...login })).door ?? '', /opens the port after a check \(ssh\[0\], line 11\)/)
    const stranger = await explain({ text, host: '127.0.0.1', port: 5432 })
    assert.deepEqual([stranger.verdict, stranger.door], ['allow', null], 'checks are for SSH')
    const wider = text.replace('"tag:db:22"', '"tag:db:22,2222"')
    assert.equal((await explain({ text: wider, port: 2222 })).door, null)
    await gate.api.call('target.add', { name: 'web2', address: '10.0.0.9', port: 2222, tags: ['tag:db'] })
    assert.match((await explain({ text: wider, port: 2222 })).door ?? '', /after a check/, 'SSH listens there')
    await gate.api.call('target.remove', { target: 'web2' })
  })

  await t.test('terms count as the door counts them', async () => {
    const unknown = await explain({ host: 'db1' })
    assert.deepEqual([unknown.verdict, unknown.terms?.verdict], ['deny', 'deny'])
    assert.match(
      unknown.terms?.why.join() ?? '',
      /it is not known from where \(grants\[0\], line 9\) {2}\[SP2111 policy\.source\]/,
    )
    assert.equal((await explain({ host: 'db1', from: '192.0.2.7' })).verdict, 'allow')
    assert.equal((await explain({ host: 'db1', from: '198.51.100.7' })).verdict, 'deny')
    assert.equal((await explain({ from: '198.51.100.7' })).terms, null)
  })

  await t.test('without ssh in the policy the login is the target’s business alone', async () => {
    const text = '{ "acls": [{ "action": "accept", "src": ["alice@"], "dst": ["10.0.0.9:22"] }] }'
    const explained = await explain({ text, login: 'root' })
    assert.deepEqual([explained.verdict, explained.login?.code], ['allow', 'no-ssh-rules'])
    assert.match(explained.door ?? '', /which the target decides/)
  })

  await t.test('what cannot be asked is refused', async () => {
    await assert.rejects(explain({ from: 'nowhere.example' }), { code: 'SP1001' })
    await assert.rejects(explain({ at: 'yesterday' }), { code: 'SP1001' })
    await assert.rejects(explain({ factors: [{ kind: 'password', age_seconds: 0 }] }), { code: 'SP1001' })
    await assert.rejects(explain({ text: '{ "gruops": {} }' }), { code: 'SP1301' })
    await assert.rejects(explain({ user: 'nobody' }), { code: 'SP1101' })
  })
})
