import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { AuditEvent } from '@sallyport/api'
import { verifyExport } from '@sallyport/audit'
import { parsePublicKey } from '@sallyport/ssh/keys'
import { hasOpenSsh, LOOPBACK_POLICY, TestGateway, until } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'

test('V-E12 a Host that is not the server’s own is misdirected, on the control socket and on the metrics listener', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  for (const host of ['evil.example', 'localhost', '127.0.0.1', '']) {
    const answer = await ask({ socketPath: gate.gateway.controlSocket, path: '/v1/status' }, host)
    assert.equal(answer.status, 421, host)
    assert.match(answer.body, /SP1004/)
  }
  const port = gate.gateway.metricsAddress?.port ?? 0
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.evil.example'])
    assert.equal((await ask({ port, path: '/metrics' }, host)).status, 421, host)
  for (const host of ['localhost', `127.0.0.1:${port}`, `[::1]:${port}`])
    assert.equal((await ask({ port, path: '/healthz' }, host)).status, 200, host)
})

test('metrics, health and readiness are served, and nothing else', { skip }, async () => {
  await using gate = await TestGateway.start()
  const port = gate.gateway.metricsAddress?.port ?? 0
  await gate.ssh(gate.sshConfig(gate.ownerKey), ['gate'])
  const { body } = await ask({ port, path: '/metrics' }, 'localhost')
  assert.match(body, /^sallyport_logins_total\{result="signed-in"\} 1$/m)
  assert.match(body, /^sallyport_policy_version 2$/m)
  assert.match(body, /^sallyport_key_exchanges_total\{kex="\S+"\} 1$/m)
  assert.match(body, /^process_resident_memory_bytes \d/m)
  assert.equal((await ask({ port, path: '/readyz' }, 'localhost')).body, 'ok\n')
  assert.equal((await ask({ port, path: '/v1/users' }, 'localhost')).status, 404)
})

test('the state directory, the socket and the keys are nobody else’s to open', { skip }, async () => {
  await using gate = await TestGateway.start()
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
  assert.equal(mode(gate.stateDirectory), '700')
  for (const file of ['control.sock', 'audit-key.pem', 'sallyport.db', 'host-keys/ssh_host_ed25519_key'])
    assert.equal(mode(`${gate.stateDirectory}/${file}`), '600', file)
})

test('users and keys: add, show, change, remove, each in the audit log', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const key = gate.key()
  const added = await api.call('user.add', { name: 'alice@example.com', display_name: 'Alice', keys: [key.line] })
  assert.deepEqual([added.role, added.keys, added.public_keys[0]?.line], ['member', 1, key.line])
  await assert.rejects(api.call('user.add', { name: 'alice@example.com' }), { code: 'SP1102' })
  await assert.rejects(api.call('user.add', { name: 'Not A Name' }), { code: 'SP1103' })
  await assert.rejects(api.call('user.add', { name: 'bob', keys: [key.line] }), { code: 'SP1112' })
  await assert.rejects(api.call('user.show', { user: 'bob' }), { code: 'SP1101' }, 'nothing of a failed add stays')
  await assert.rejects(api.call('key.add', { user: 'alice@example.com', public_key: 'nonsense' }), { code: 'SP1113' })
  const second = await api.call('key.add', { user: added.id, public_key: gate.key().line, comment: 'laptop' })
  assert.equal(second.comment, 'laptop')
  assert.equal((await api.call('key.list', { user: 'alice@example.com' })).keys.length, 2)
  assert.equal((await api.call('user.update', { user: 'alice@example.com', role: 'auditor' })).role, 'auditor')
  await api.call('key.remove', { key: second.fingerprint })
  assert.equal((await api.call('user.remove', { user: 'alice@example.com' })).name, 'alice@example.com')
  const types = (await gate.events()).map(({ type }) => type)
  for (const type of ['user-added', 'key-added', 'user-changed', 'key-removed', 'user-removed'])
    assert.ok(types.includes(type), type)
})

test('the last admin can be neither removed, disabled nor demoted', { skip }, async () => {
  await using gate = await TestGateway.start()
  const user = gate.ownerName
  await assert.rejects(gate.api.call('user.remove', { user }), { code: 'SP1104' })
  await assert.rejects(gate.api.call('user.update', { user, disabled: true }), { code: 'SP1104' })
  await assert.rejects(gate.api.call('user.update', { user, role: 'auditor' }), { code: 'SP1104' })
  await gate.api.call('user.add', { name: 'second', role: 'admin' })
  assert.equal((await gate.api.call('user.update', { user, disabled: true })).disabled, true)
})

test('of admins who take each other’s power at once, one is left', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const admins = [gate.ownerName, 'second', 'third', 'fourth']
  for (const name of admins.slice(1)) await api.call('user.add', { name, role: 'admin' })
  // Nothing can be written until all four have been asked for.
  const other = new DatabaseSync(`${gate.stateDirectory}/sallyport.db`)
  await until(() => begun(other))
  const asked = Promise.allSettled([
    ...admins.slice(0, 2).map((user) => api.call('user.update', { user, disabled: true })),
    api.call('user.update', { user: 'third', role: 'member' }),
    api.call('user.remove', { user: 'fourth' }),
  ])
  await api.call('user.list')
  other.exec('commit')
  other.close()
  const done = await asked
  assert.equal(done.filter(({ status }) => status === 'rejected').length, 1)
  const { users } = await api.call('user.list')
  assert.equal(users.filter(({ role, disabled }) => !disabled && (role === 'owner' || role === 'admin')).length, 1)
})

/** Whether the database is ours alone to write, until the commit. */
function begun(database: DatabaseSync): boolean {
  try {
    database.exec('begin immediate')
    return true
  } catch {
    return false
  }
}

test('names that would show as others are refused, and those that are kept already can be read', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const { line } = gate.key()
  await api.call('user.add', { name: 'alice', display_name: 'Alice Ž' })
  const added = await api.call('key.add', { user: 'alice', public_key: `${line}\u202e\u200b`, comment: 'laptop 💻' })
  for (const hidden of ['\u202e', '\u2066', '\u200b', '\u001b', '\n']) {
    const bad = `Al${hidden}ice`
    const refused = { code: 'SP1001' }
    await assert.rejects(api.call('user.add', { name: 'bob', display_name: bad }), refused)
    await assert.rejects(api.call('user.update', { user: 'alice', display_name: bad }), refused)
    const { line: other } = gate.key()
    await assert.rejects(api.call('key.add', { user: 'alice', public_key: other, comment: bad }), refused)
    const kept = await api.call('key.add', {
      user: 'alice',
      public_key: other.replace(/\S+$/, bad.replace('\n', '\t')),
    })
    assert.equal(kept.comment, 'Alice', 'what a file says loses it')
    await api.call('key.remove', { key: kept.id })
  }
  const old = 'Al\u202eice\nŽ'
  using database = new DatabaseSync(join(gate.stateDirectory, 'sallyport.db'), { timeout: 10_000 })
  database.prepare('update users set display_name = ? where name = ?').run(old, 'alice')
  database.prepare('update user_keys set comment = ? where id = ?').run(old, added.id)
  await api.call('user.update', { user: 'alice', role: 'auditor' })
  assert.equal((await api.call('user.show', { user: 'alice' })).display_name, old)
  const { keys } = await api.call('key.list', { user: 'alice' })
  assert.deepEqual(
    keys
      .filter(({ id }) => id === added.id)
      .map(({ comment, line: text }) => [comment, text.split(' ').slice(2).join(' ')]),
    [[old, 'AliceŽ']],
  )
})

test('targets: add, show, import with a trial run, remove', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const [hostKey] = (await api.call('daemon.ssh-config')).host_keys
  const db1 = {
    name: 'DB1',
    address: 'Db1.Example.Com.',
    port: 2222,
    tags: ['tag:db', 'tag:db'],
    host_keys: [hostKey?.line ?? ''],
  }
  const added = await api.call('target.add', db1)
  assert.deepEqual([added.name, added.address, added.tags], ['db1', 'db1.example.com', ['tag:db']])
  await assert.rejects(api.call('target.add', { name: 'db1', address: '10.0.0.1' }), { code: 'SP1202' })
  for (const bad of [
    { name: '1.2.3.4', address: '10.0.0.1' },
    { name: 'x', address: '127.1' },
    { name: 'x', address: '10.0.0.1', tags: ['prod'] },
    { name: 'x', address: '10.0.0.1', host_keys: ['junk'] },
  ])
    await assert.rejects(api.call('target.add', bad), { code: 'SP1203' })
  const targets = [
    { ...db1, port: 22 },
    { name: 'web1', address: '10.0.0.2' },
    { name: 'web1', address: '10.0.0.3' },
    { name: '!', address: 'x' },
  ]
  const trial = await api.call('target.import', { targets, on_conflict: 'replace', dry_run: true })
  assert.deepEqual(
    [trial.added, trial.replaced, trial.skipped.map(({ name }) => name)],
    [['web1'], ['db1'], ['web1', '!']],
  )
  assert.equal((await api.call('target.list')).targets.length, 1)
  await api.call('target.import', { targets, on_conflict: 'replace' })
  assert.equal((await api.call('target.show', { target: 'DB1' })).port, 22)
  await api.call('target.remove', { target: 'db1' })
  await assert.rejects(api.call('target.show', { target: 'db1' }), { code: 'SP1201' })
})

test('a target is changed in what is said, and the log has what it is then', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const { id } = await api.call('target.add', { name: 'db1', address: '10.0.0.1', tags: ['tag:db'] })
  const edit = (change: object) => api.call('target.update', { target: 'db1', ...change })
  assert.equal((await edit({ port: 2222, address: '::ffff:10.0.0.9' })).id, id)
  assert.deepEqual((await edit({ tags: [] })).tags, [])
  await edit({ port: 2222 })
  const { address, port, tags } = await api.call('target.show', { target: 'db1' })
  assert.deepEqual([address, port, tags], ['10.0.0.9', 2222, []])
  assert.deepEqual(
    (await gate.events('target-changed')).map(({ data }) => [
      data['changes'],
      data['address'],
      data['port'],
      data['tags'],
    ]),
    [
      [['address', 'port'], '10.0.0.9', 2222, undefined],
      [['tags'], undefined, undefined, []],
    ],
  )
  await assert.rejects(edit({ address: 'not a name' }), { code: 'SP1203' })
  await assert.rejects(edit({ host_keys: ['ssh-ed25519 AAAA'] }), { code: 'SP1203' })
  await assert.rejects(api.call('target.update', { target: 'db2', port: 22 }), { code: 'SP1201' })
})

test('a policy whose tests fail is not taken, the old one stays, and both are in the log', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const before = await api.call('policy.show')
  const broken = '{"acls": [\n  {"action": "accept", "scr": ["*"], "dst": ["*:*"]}]}'
  await assert.rejects(api.call('policy.apply', { text: broken }), (error: { code: string; why: string }) => {
    assert.equal(error.code, 'SP1301')
    assert.match(error.why, /2:\d+: .*"scr"/)
    return true
  })
  const failing = `{"acls":[], "tests":[{"src":"${gate.ownerName}@","accept":["10.0.0.1:22"]}]}`
  await assert.rejects(api.call('policy.apply', { text: failing }), { code: 'SP1302' })
  assert.deepEqual(await api.call('policy.show'), before)
  const refusals = await gate.events('policy-refused')
  assert.deepEqual(
    refusals.map(({ data }) => data['reason']),
    ['policy.invalid', 'policy.tests-failed'],
  )
  const report = await api.call('policy.check', { text: failing })
  assert.deepEqual([report.ok, report.tests, report.failures.length], [false, 1, 1])
  assert.equal((await api.call('policy.check', {})).ok, true)
})

test('policies have versions; an apply on top of another version is refused', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const text = '{"acls":[]}'
  const applied = await api.call('policy.apply', { text, message: 'close', expected_version: 2, allow_lockout: true })
  assert.deepEqual([applied.version, applied.changed], [3, true])
  await assert.rejects(api.call('policy.apply', { text: LOOPBACK_POLICY, expected_version: 2 }), { code: 'SP1303' })
  assert.equal((await api.call('policy.apply', { text: '{"acls":[]}' })).changed, false)
  assert.deepEqual(
    (await api.call('policy.history', {})).versions.map(({ version }) => version),
    [3, 2, 1],
  )
  assert.equal((await api.call('policy.show', { version: 2 })).text, LOOPBACK_POLICY)
  await assert.rejects(api.call('policy.show', { version: 9 }), { code: 'SP1304' })
})

test('explain says which rule decides, or what would have to change', { skip }, async () => {
  await using gate = await TestGateway.start({
    policy: '{"tagOwners":{"tag:db":[]},"acls":[\n{"action":"accept","src":["alice@"],"dst":["tag:db:5432"]}]}',
  })
  await gate.user('alice')
  await gate.api.call('target.add', { name: 'db1', address: '10.0.0.1', tags: ['tag:db'] })
  const yes = await gate.api.call('policy.explain', { user: 'alice', host: 'db1', port: 5432 })
  assert.deepEqual([yes.verdict, yes.addresses[0]?.rule, yes.addresses[0]?.line], ['allow', 'acls[0], line 2', 2])
  const no = await gate.api.call('policy.explain', { user: 'alice', host: 'db1' })
  assert.deepEqual([no.verdict, no.addresses[0]?.code], ['deny', 'SP2103 policy.denied'])
  assert.match(no.addresses[0]?.why.join() ?? '', /acls\[0\], line 2: /)
  assert.ok(no.fix !== null)
  await assert.rejects(gate.api.call('policy.explain', { user: 'nobody', host: 'db1' }), { code: 'SP1101' })
})

test('bans: add, list, end by themselves, lift', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  await assert.rejects(api.call('ban.add', { source: 'example.com' }), { code: 'SP1502' })
  await assert.rejects(api.call('ban.add', { source: '0.0.0.0/0' }), { code: 'SP1502' })
  const ban = await api.call('ban.add', { source: '192.0.2.77/24', reason: 'noise', seconds: 3600 })
  assert.equal(ban.source, '192.0.2.0/24')
  assert.ok(Date.parse(ban.until ?? '') > Date.now() + 3_500_000)
  await gate.restart()
  assert.equal((await gate.api.call('ban.list')).bans.length, 1, 'bans outlive the process')
  await gate.api.call('ban.remove', { ban: ban.id })
  assert.deepEqual((await gate.api.call('ban.list')).bans, [])
  await assert.rejects(gate.api.call('ban.remove', { ban: ban.id }), { code: 'SP1501' })
})

test('the audit log is searched, followed, exported and verified', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { api } = gate
  const controller = new AbortController()
  const followed: AuditEvent[] = []
  const following = (async () => {
    for await (const event of api.stream(
      'audit.tail',
      { last: 1, follow: true, type: 'user' },
      { signal: controller.signal },
    )) {
      followed.push(event)
      if (followed.length === 3) return
    }
  })()
  await until(() => followed.length === 1)
  await api.call('user.add', { name: 'alice' })
  await api.call('target.add', { name: 'db1', address: '10.0.0.1' })
  await api.call('user.add', { name: 'bob' })
  await following
  assert.deepEqual(
    followed.map(({ data }) => data['user']),
    [gate.ownerName, 'alice', 'bob'],
  )
  const page = await api.call('audit.search', { limit: 2 })
  assert.deepEqual(
    page.events.map(({ type }) => type),
    ['user-added', 'target-added'],
  )
  const rest = await api.call('audit.search', { limit: 2, before: page.next ?? 0 })
  assert.equal(rest.events[0]?.sequence, (page.events[1]?.sequence ?? 0) - 1)
  assert.equal((await api.call('audit.search', { target: 'db1' })).events.length, 1)
  await assert.rejects(api.call('audit.search', { type: 'nonsense' }), { code: 'SP1001' })
  const counts = await api.call('audit.count', { target: 'db1', utc_offset: 60 })
  assert.deepEqual([counts.total, counts.denied, counts.complete], [1, 0, true])
  assert.deepEqual(counts.types, { values: [{ value: 'target-added', count: 1 }], more: 0 })
  assert.deepEqual(counts.outcomes.values, [{ value: 'done', count: 1 }])
  assert.equal(
    counts.buckets.reduce((sum, { count }) => sum + count, 0),
    1,
  )
  const two = await api.call('audit.count', { target: ['db1', 'db2'], type: 'target', outcome: ['done', 'denied'] })
  assert.deepEqual([two.total, two.targets.values], [1, [{ value: 'db1', count: 1 }]])
  assert.ok(two.types.values.length > 0)
  const actor = [page.events[0]?.actor ?? '', 'nobody']
  const users = await api.call('audit.search', { type: ['user-added', 'target'], actor })
  assert.deepEqual(
    users.events.slice(0, 3).map(({ type }) => type),
    ['user-added', 'target-added', 'user-added'],
  )
  const none = await api.call('audit.count', { outcome: 'denied' })
  assert.equal(none.total, 0)
  assert.ok(
    none.outcomes.values.some(({ value }) => value === 'done'),
    'what else there is to choose',
  )
  assert.deepEqual(none.types.values, [])
  assert.deepEqual((await api.call('audit.search', { outcome: 'denied' })).events, [])
  const { public_key } = await api.call('audit.verify')
  const lines: string[] = []
  for await (const { line } of api.stream('audit.export', {})) lines.push(line)
  assert.match(public_key, /^ssh-ed25519 \S+$/)
  const { key } = parsePublicKey(public_key)
  assert.ok(key.type === 'ssh-ed25519')
  const report = await verifyExport(lines, { keys: [key.point] })
  assert.equal(report.ok, true)
  assert.ok(report.vouchedTo > 0)
})

test('live events are told as they happen', { skip }, async () => {
  await using gate = await TestGateway.start()
  const types: string[] = []
  const watching = (async () => {
    for await (const { type } of gate.api.stream('daemon.events')) {
      types.push(type)
      if (type === 'session-closed' && types.includes('session-opened')) return
    }
  })()
  // Whether somebody watches is not to be seen from here but by what they are told.
  while (!types.includes('session-opened')) await gate.ssh(gate.sshConfig(gate.ownerKey), ['gate'])
  await watching
  assert.deepEqual(types.slice(types.indexOf('session-opened')), ['session-opened', 'session-closed'])
})

test('a reload takes what may change, keeps the old on a mistake, and says what waits for a restart', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  const file = `${gate.stateDirectory}/sallyport.toml`
  writeFileSync(file, '[ssh]\nbanner = "welcome, all"\nalgorithms = "legacy"\n')
  const reloaded = await gate.api.call('daemon.reload')
  assert.deepEqual([reloaded.changed, reloaded.restart_needed], [['ssh.banner'], ['ssh.algorithms']])
  const { stderr } = await gate.ssh(gate.sshConfig(gate.ownerKey), ['gate'])
  assert.match(stderr, /welcome, all/)
  writeFileSync(file, '[ssh]\nbaner = "x"\n')
  await assert.rejects(gate.api.call('daemon.reload'), (error: { code: string; why: string }) => {
    assert.equal(error.code, 'SP1701')
    assert.match(error.why, /sallyport\.toml:2: unknown key “ssh\.baner”; did you mean “ssh\.banner”/)
    return true
  })
  const { settings } = await gate.api.call('daemon.config')
  const banner = settings.find(({ key }) => key === 'ssh.banner')
  assert.deepEqual([banner?.value, banner?.origin], ['welcome, all', 'sallyport.toml:2'])
  assert.deepEqual(
    (await gate.events('config-changed')).map(({ data }) => data['keys']),
    [['ssh.banner']],
  )
})

test('status, doctor and ssh-config describe the gateway', { skip }, async () => {
  await using gate = await TestGateway.start()
  const status = await gate.api.call('daemon.status')
  assert.deepEqual([status.phase, status.users, status.policy_version], ['ready', 1, 2])
  const { checks } = await gate.api.call('daemon.doctor')
  assert.deepEqual(
    checks.filter(({ status: result }) => result === 'fail'),
    [],
  )
  const said = Object.fromEntries(checks.map(({ id, detail }) => [id, detail]))
  assert.deepEqual([said['admins'], said['keys'], said['targets']], ['1 admin', '1 key', 'no targets'])
  const { host_keys, listeners } = await gate.api.call('daemon.ssh-config')
  assert.deepEqual(
    host_keys.map(({ type }) => type),
    ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'],
  )
  assert.equal(listeners[0]?.port, gate.port)
  const listed = execFileSync('ssh-keygen', [
    '-lf',
    `${gate.stateDirectory}/host-keys/ssh_host_ed25519_key.pub`,
  ]).toString()
  assert.ok(listed.includes(host_keys[0]?.fingerprint ?? 'none'))
})

function ask(to: object, host: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...to, agent: false, headers: { host } }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}
