/** Second factors at the SSH door: Debian's ssh, approvals over HTTPS with a passkey in software, one-time codes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type ApiErrorName } from '@sallyport/api'
import { TOTP, URI } from 'otpauth'
import { PtySsh } from './pty-ssh.ts'
import { hasOpenSsh, TestGateway, type TestKey, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'ssh.approval_qr': false }
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

const TAGS = { tagOwners: { 'tag:db': ['autogroup:admin'], 'tag:web': ['autogroup:admin'] } }
const GRANTS = [{ src: ['*'], dst: ['tag:db', 'tag:web'], ip: ['*'] }]
/** Everybody is asked on the way to a database. */
function checking(checkPeriod: string): string {
  const rule = { action: 'check', src: ['autogroup:member'], dst: ['tag:db'], users: ['root', 'autogroup:nonroot'] }
  return JSON.stringify({ ...TAGS, grants: GRANTS, ssh: [{ ...rule, checkPeriod }] })
}
/** The way to a database takes one of these proofs. */
function demanding(...oneOf: string[]): string {
  const app = { 'sallyport.dev/cap/ssh': [{ factors: [{ oneOf }] }] }
  return JSON.stringify({ ...TAGS, grants: [...GRANTS, { src: ['*'], dst: ['tag:db'], app }] })
}

/** A gateway with Alice, her key and her passkey, and a database behind it. */
async function given(policy: string, options: { readonly flags?: object; readonly web?: boolean } = {}) {
  const gate = await TestGateway.start({ flags: { ...flags, ...options.flags } })
  const { port, key } = await gate.sshd()
  await gate.api.call('target.add', { name: 'db', address: '127.0.0.1', port, tags: ['tag:db'] })
  if (options.web === true) {
    await gate.api.call('target.add', { name: 'web', address: '127.0.0.2', port, tags: ['tag:web'] })
  }
  await gate.api.call('policy.apply', { text: policy, message: 'for a test', allow_lockout: true })
  const alice = await gate.user('alice')
  const browser = new WebClient(gate)
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  await browser.join(url)
  const config = (more = '  BatchMode no', who: TestKey = alice) =>
    gate.sshConfig(who, {
      target: { port, key },
      more: `  Tunnel no\nHost gate\n  User alice\n${more}\nHost db web\n  BatchMode yes\n  Port ${port}\n  IdentityFile ${key}`,
    })
  return { gate, alice, browser, config }
}

async function decide(browser: WebClient, code: string, decision: 'approve' | 'deny' = 'approve') {
  if (decision === 'deny') return browser.api.call('approval.decide', { code, decision })
  const { ceremony, options } = await browser.api.call('approval.begin', { code })
  const response = { ...browser.authenticator.get(options as never) }
  return browser.api.call('approval.decide', { code, decision, ceremony, response })
}

const CODE = /\/approve\/([0-9A-Z]{4}-[0-9A-Z]{4})/

test('ssh waits at sign-in, the browser approves, ssh goes on; within the period nobody is asked again', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await using ssh = new PtySsh(config(), ['-J', 'gate', 'db', 'echo', 'arrived'])
  const [, code = ''] = await ssh.shows(CODE)
  await ssh.shows(/Waiting for your approval/)
  const shown = await browser.api.call('approval.show', { code })
  assert.deepEqual([shown.code, shown.state, shown.source, shown.target], [code, 'pending', '127.0.0.1', null])
  assert.match(shown.client, /OpenSSH/)
  assert.equal((await decide(browser, code)).state, 'approved')
  await ssh.shows(/arrived/)
  assert.equal(await ssh.exited, 0)
  const types = (await gate.events()).map(({ type }) => type)
  for (const type of ['check-asked', 'check-passed']) assert.ok(types.includes(type), type)
  const [signedIn] = (await gate.events('authentication-succeeded')).slice(-1)
  assert.deepEqual(signedIn?.data['factors'], ['key', 'passkey'])

  const again = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo again'])
  assert.equal(again.stdout.toString(), 'again\n', again.stderr)
  await gate.restart(flags)
  const after = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo again'])
  assert.equal(after.stdout.toString(), 'again\n', `a restart forgets nothing: ${after.stderr}`)
  assert.equal((await gate.events('check-asked')).length, 1)
})
