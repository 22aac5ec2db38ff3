/** Certificates of ours: at the door, at a target that was enrolled, and when they no longer count. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { Sshd } from '@sallyport/testkit'
import { hasOpenSsh, TestGateway, type TestKey } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
const POLICY = `{
  "tagOwners": { "tag:db": [] },
  "acls": [{ "action": "accept", "src": ["*"], "dst": ["tag:db:*", "127.0.0.1:*"] }],
  "ssh": [{ "action": "accept", "src": ["alice@"], "dst": ["tag:db"], "users": ["root"] }],
}`
/** User names that the gateway is told: with a certificate as with a key, one's own or nobody's. */
const AS_ALICE = { more: 'Match originalhost gate\n  User alice\nMatch all' }
const AS_NOBODY = { more: 'Match originalhost gate\n  User somebody\nMatch all' }
const SHORT_SECONDS = 15
/** Within this time what was taken back must not work, in milliseconds. */
const TAKEN_BACK_MS = 5000

async function certified(
  gate: TestGateway,
  name: string,
): Promise<{ browser: WebClient; key: TestKey; serial: number }> {
  await gate.api.call('user.add', { name }).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.reason === 'user.exists')) throw error
  })
  const { url } = await gate.api.call('user.invite', { user: name })
  const browser = new WebClient(gate)
  await browser.join(url)
  const key = gate.key()
  const { line, serial } = await browser.api.call('me.certificate-issue', { public_key: key.line })
  writeFileSync(`${key.file}-cert.pub`, `${line}\n`)
  return { browser, key, serial }
}

test('a certificate signs in at the door, though the gateway knows no such key', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { key, serial } = await certified(gate, 'alice')
  const { stdout, stderr } = await gate.ssh(gate.sshConfig(key, AS_ALICE), ['gate'])
  assert.match(stdout.toString(), /^Hello alice\./, stderr)
  assert.match(
    stdout.toString(),
    /^You signed in with a certificate \(until .* UTC\) for the key SHA256:\S+, as a member\.$/m,
  )
  const [event] = await gate.events('authentication-succeeded')
  assert.equal(event?.data['method'], 'certificate')
  assert.equal(event?.data['certificate'], serial)
})

test('the key without its certificate, another’s certificate, and one of a foreign authority prove nobody', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const { key } = await certified(gate, 'alice')
  const bare = gate.key()
  const { status } = await gate.ssh(gate.sshConfig(bare, AS_ALICE), ['gate'])
  assert.equal(status, 255)
  writeFileSync(`${bare.file}-cert.pub`, readFileSync(`${key.file}-cert.pub`))
  assert.equal((await gate.ssh(gate.sshConfig(bare, AS_ALICE), ['gate'])).status, 255)
  const foreign = gate.key('foreign-ca')
  const forged = gate.key()
  const { id } = await gate.api.call('user.show', { user: 'alice' })
  const identity = `alice ${id} direct`
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    foreign.file,
    '-I',
    identity,
    '-n',
    `${id},alice`,
    '-z',
    '1',
    `${forged.file}.pub`,
  ])
  assert.equal((await gate.ssh(gate.sshConfig(forged, AS_ALICE), ['gate'])).status, 255)
})

test('V-C06 revoked by serial, by person, by key or by authority: new logins and live sessions end within 5 s', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const revocations: readonly ((key: TestKey, serial: number, browser: WebClient) => Promise<unknown>)[] = [
    (_, serial) => gate.api.call('certificate.revoke', { serial, reason: 'lost' }),
    () => gate.api.call('certificate.revoke', { user: 'alice', reason: 'left' }),
    (key) => gate.api.call('key.revoke', { public_key: key.line, reason: 'stolen' }),
    async () => {
      const { authorities } = await gate.api.call('ca.list')
      const active = authorities.find(({ kind, state }) => kind === 'user' && state === 'active')
      const { id: authority } = await gate.api.call('ca.rotate', { kind: 'user' })
      await gate.api.call('ca.promote', { authority })
      await gate.api.call('ca.retire', { authority: active?.id ?? '' })
    },
    (_key, _serial, browser) => browser.api.call('auth.sign-out'),
    () => gate.api.call('user.update', { user: 'alice', disabled: true }),
  ]
  const target = await gate.sshd()
  for (const [index, revoke] of revocations.entries()) {
    const { key, serial, browser } = await certified(gate, 'alice')
    const config = gate.sshConfig(key, { target, ...AS_ALICE })
    await using running = gate.start(config, ['-J', 'gate', 'server', 'echo up; cat'])
    await running.said('up')
    await revoke(key, serial, browser)
    const started = Date.now()
    await running.exited
    assert.ok(Date.now() - started < TAKEN_BACK_MS, `way ${index}`)
    assert.equal((await gate.ssh(config, ['gate'])).status, 255, `way ${index}`)
  }
})

test('V-F10 certificates and sign-ins of whoever is disabled or removed end for good, at targets too', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const revoked = async () => (await gate.api.call('ca.krl')).serials
  const { browser } = await certified(gate, 'alice')
  assert.equal(await revoked(), 0)
  await gate.api.call('user.update', { user: 'alice', disabled: true })
  assert.equal(await revoked(), 1)
  await gate.api.call('user.update', { user: 'alice', disabled: false })
  assert.equal(await revoked(), 1, 'who is back gets another')
  await assert.rejects(browser.api.call('me.show'), (error) => error instanceof ApiError)
  await browser.signIn()
  await browser.api.call('me.certificate-issue', { public_key: gate.key().line })
  await gate.api.call('user.remove', { user: 'alice' })
  assert.equal(await revoked(), 2)
  const reasons = (await gate.events('certificate-revoked')).map(({ data }) => data['reason'])
  assert.deepEqual(reasons, ['disabled', 'removed'])
})

test('a session ends with its certificate', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { key, serial } = await certified(gate, 'alice')
  const { certificates } = await gate.api.call('certificate.list', {})
  const { authorities } = await gate.api.call('ca.list')
  const authority = authorities.find(({ kind }) => kind === 'user')
  const file = (authority?.fingerprint ?? '').replace('SHA256:', '').replaceAll('/', '_').replaceAll('+', '-')
  const { id } = await gate.api.call('user.show', { user: 'alice' })
  // The same certificate with a shorter life than anybody is given.
  const identity = ['-I', `alice ${id} direct`, '-n', certificates[0]?.principals.join(',') ?? '', '-z', String(serial)]
  const signer = ['-s', `${gate.stateDirectory}/authorities/${file}`]
  const target = await gate.sshd()
  const signing = Date.now()
  execFileSync('ssh-keygen', ['-q', ...signer, ...identity, '-V', `-1m:+${SHORT_SECONDS}s`, `${key.file}.pub`])
  // It ends on a whole second, counted from when it was signed.
  const [earliest, latest] = [signing + (SHORT_SECONDS - 1) * 1000, Date.now() + SHORT_SECONDS * 1000]
  await using running = gate.start(gate.sshConfig(key, { target, ...AS_ALICE }), [
    '-J',
    'gate',
    'server',
    'echo up; cat',
  ])
  await running.said('up')
  await running.exited
  const now = Date.now()
  assert.ok(now >= earliest && now < latest + TAKEN_BACK_MS, `${now - latest} ms`)
  const ended = await gate.event('session-ended')
  assert.equal(ended.data['reason'], 'session.certificate-expired')
})

test('a target that was enrolled takes root from who has it there, proves itself, and heeds the revocation list', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ policy: POLICY, flags })
  await using sshd = await Sshd.start()
  const enrol = async (tags: readonly string[]) => {
    await gate.api.call('target.remove', { target: 'db1' }).catch(() => {})
    await gate.api.call('target.add', {
      name: 'db1',
      address: '127.0.0.1',
      port: sshd.port,
      tags: [...tags],
      host_keys: [...sshd.hostKeys],
    })
    await sshd.enrol(await gate.api.call('target.enrol', { target: 'db1', names: ['localhost'] }))
  }
  await enrol(['tag:db'])
  const { key, serial: alices } = await certified(gate, 'alice')
  const { key: bobs } = await certified(gate, 'bob')
  const { authorities } = await gate.api.call('ca.list')
  const host = authorities.find(({ kind }) => kind === 'host')
  const known = gate.directory.file('known_ca')
  writeFileSync(known, `@cert-authority * ${host?.line}\n`)
  const login = (who: TestKey) => {
    const config = gate.sshConfig(who, { target: { port: sshd.port, key: who.file }, ...AS_NOBODY })
    const strict = ['-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${known}`, '-o', 'HostKeyAlias=db1']
    return gate.ssh(config, [
      ...strict,
      '-o',
      `ProxyCommand=ssh -F ${config} -W %h:%p gate`,
      '-l',
      'root',
      'server',
      'echo in',
    ])
  }
  const first = await login(key)
  assert.equal(first.stdout.toString(), 'in\n', first.stderr + sshd.log)
  assert.equal((await login(bobs)).status, 255, 'bob may reach it, and has no login there')

  await gate.api.call('certificate.revoke', { serial: alices, reason: 'lost' })
  await enrol(['tag:db'])
  assert.equal((await login(key)).status, 255, 'the target heeds the list by itself')

  const { key: again } = await certified(gate, 'alice')
  assert.equal((await login(again)).stdout.toString(), 'in\n')
  await gate.api.call('policy.apply', {
    text: POLICY.replace('"tag:db": []', '"tag:db": [], "tag:web": []').replace(
      '"tag:db:*"',
      '"tag:db:*", "tag:web:*"',
    ),
    message: 'web too',
  })
  await enrol(['tag:web'])
  assert.equal((await login(again)).status, 255, 'root on databases is not root on web servers')
})
