/** User certificates that somebody else's authority signed, under the configuration's word for it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { hasOpenSsh, TestGateway, type TestKey, until } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const OFF = { 'penalties.enabled': false }
/** Life of a certificate that a session is to outlive; ssh has to be through by then. */
const SHORT_SECONDS = 15
/** What has ended ends what it let in within this. */
const TAKEN_BACK_MS = 5000

/** Signs a key as the other authority; the key's file then has its certificate beside it. */
function sign(authority: TestKey, key: TestKey, principals: string, options: readonly string[] = []): void {
  const identity = ['-I', 'from elsewhere', '-n', principals]
  execFileSync('ssh-keygen', ['-q', '-s', authority.file, ...identity, ...options, `${key.file}.pub`])
}

async function given() {
  const gate = await TestGateway.start({ flags: OFF })
  const corp = gate.key('corp-ca')
  const flags = { ...OFF, 'ssh.user_authorities': { corp: { key: corp.line, users: 'principal' } } }
  await gate.restart(flags)
  for (const name of ['alice', 'bob']) await gate.api.call('user.add', { name })
  const signIn = async (principals: string, options?: readonly string[], signer = corp, user = 'nobody') => {
    const key = gate.key()
    sign(signer, key, principals, options)
    return gate.ssh(gate.sshConfig(key), ['-l', user, 'gate'])
  }
  return { gate, corp, signIn }
}

test('a certificate of a named authority proves the user whose login name it bears, and the audit names the authority', {
  skip,
}, async () => {
  const { gate, signIn } = await given()
  await using _gate = gate
  const { stdout, stderr } = await signIn('admins,alice', ['-V', '-1m:+5m', '-z', '18446744073709551615'])
  assert.match(stdout.toString(), /^Hello alice\./, stderr)
  const [event] = await gate.events('authentication-succeeded')
  assert.equal(event?.actor, 'alice')
  assert.equal(event?.data['method'], 'certificate')
  assert.equal(event?.data['authority'], 'corp')
  assert.equal((await signIn('alice', [], undefined, 'alice')).status, 0, 'under the user’s own name')
  assert.equal((await signIn('alice', [], undefined, 'bob')).status, 255, 'under another’s')
})

test('V-C05 nobody else’s certificate, none of two users, of no user, or beyond its restrictions', {
  skip,
}, async () => {
  const { gate, corp, signIn } = await given()
  await using _gate = gate
  const other = gate.key('other-ca')
  assert.equal((await signIn('alice', [], other)).status, 255, 'an authority that is not named')
  assert.equal((await signIn('alice,bob')).status, 255, 'two users')
  assert.equal((await signIn('mallory')).status, 255, 'no user')
  assert.equal((await signIn('alice', ['-V', '-2h:-1h'])).status, 255, 'over')
  assert.equal((await signIn('alice', ['-O', 'source-address=192.0.2.0/24'])).status, 255, 'from elsewhere')
  assert.equal((await signIn('alice', ['-O', 'source-address=127.0.0.0/8'])).status, 0)
  assert.equal((await signIn('alice', ['-O', 'clear'])).status, 255, 'may not forward')
  assert.equal((await signIn('alice', ['-O', 'force-command=/bin/backup'])).status, 255, 'for one command')
  assert.equal((await signIn('alice', ['-h'])).status, 255, 'of a host')
  await gate.api.call('user.update', { user: 'alice', disabled: true })
  assert.equal((await signIn('alice')).status, 255, 'disabled')
  await gate.api.call('key.revoke', { public_key: corp.line, reason: 'stolen' })
  assert.equal((await signIn('bob')).status, 255, 'an authority whose key was revoked')
})

test('sessions end when the authority is named no more, and with their certificate', { skip }, async () => {
  const { gate, corp } = await given()
  await using _gate = gate
  const target = await gate.sshd()
  const key = gate.key()
  sign(corp, key, 'alice', ['-V', `-1m:+${SHORT_SECONDS}s`])
  const endsAt = Date.now() + SHORT_SECONDS * 1000
  const config = gate.sshConfig(key, { target, more: 'Match originalhost gate\n  User alice\nMatch all' })
  await using running = gate.start(config, ['-J', 'gate', 'server', 'echo up; cat'])
  await running.said('up')
  await running.exited
  assert.ok(Date.now() - endsAt < TAKEN_BACK_MS)
  const ended = await gate.event('session-ended')
  assert.equal(ended.data['reason'], 'session.certificate-expired')

  const lasting = gate.key()
  sign(corp, lasting, 'alice')
  const more = { target, more: 'Match originalhost gate\n  User alice\nMatch all' }
  const file = `${gate.stateDirectory}/sallyport.toml`
  writeFileSync(file, `[ssh.user_authorities.corp]\nkey = "${corp.line}"\nusers = "principal"\n`)
  await gate.restart(OFF)
  await using second = gate.start(gate.sshConfig(lasting, more), ['-J', 'gate', 'server', 'echo up; cat'])
  await second.said('up')
  writeFileSync(file, '')
  await gate.api.call('daemon.reload')
  await second.exited
  await until(async () => (await gate.events('session-ended')).length === 2)
  assert.equal((await gate.ssh(gate.sshConfig(lasting, more), ['gate'])).status, 255)
})
