/** Terms of the policy in certificates: `source-address` and `force-command`, at the door and at a real sshd. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Sshd } from '@sallyport/testkit'
import { hasOpenSsh, TestGateway, type TestKey } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }

function policyWith(terms: object, ...more: object[]): string {
  return JSON.stringify({
    tagOwners: { 'tag:db': [], 'tag:free': [] },
    grants: [
      { src: ['*'], dst: ['tag:db'], ip: ['*'] },
      { src: ['alice@'], dst: ['tag:db'], app: { 'sallyport.dev/cap/ssh': [terms] } },
      ...more,
    ],
    ssh: [{ action: 'accept', src: ['alice@'], dst: ['tag:db'], users: ['root'] }],
  })
}

/** A gateway, a target that believes its authority, and alice with a certificate. */
async function given(
  policy: string,
  run: (parts: {
    readonly gate: TestGateway
    readonly sshd: Sshd
    readonly key: TestKey
    readonly shown: string
    readonly renew: () => Promise<string>
  }) => Promise<void>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await using gate = await TestGateway.start({ policy, flags: { ...flags, ...more } })
  const { authorities } = await gate.api.call('ca.list')
  const believed = gate.directory.file('user_ca.pub')
  writeFileSync(believed, `${authorities.find(({ kind }) => kind === 'user')?.line}\n`)
  const accepted = gate.directory.file('principals')
  writeFileSync(accepted, 'root@tag:db\n')
  await using sshd = await Sshd.start({
    config: [`TrustedUserCAKeys ${believed}`, `AuthorizedPrincipalsFile ${accepted}`, 'AuthorizedKeysFile none'],
  })
  await gate.api.call('target.add', { name: 'db1', address: '127.0.0.1', port: sshd.port, tags: ['tag:db'] })
  await gate.api.call('user.add', { name: 'alice' })
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  const browser = new WebClient(gate)
  await browser.join(url)
  const key = gate.key()
  const renew = async () => {
    const { line } = await browser.api.call('me.certificate-issue', { public_key: key.line })
    writeFileSync(`${key.file}-cert.pub`, `${line}\n`)
    return execFileSync('ssh-keygen', ['-L', '-f', `${key.file}-cert.pub`], { encoding: 'utf8' })
  }
  await run({ gate, sshd, key, shown: await renew(), renew })
}

/** The options that `ssh-keygen -L` lists as critical. */
function critical(shown: string): readonly string[] {
  const [, section = ''] = /Critical Options:(.*?)Extensions:/s.exec(shown) ?? []
  return section
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

const AS_ALICE = 'Match originalhost gate\n  User alice\nMatch all'

test('V-B07 V-C04 a command that the policy forces is in the certificate, and a real sshd runs it instead of what is asked for', {
  skip,
}, async () => {
  await given(policyWith({ forceCommand: 'echo forced' }), async ({ gate, sshd, key, shown }) => {
    assert.deepEqual(critical(shown), ['force-command echo forced'])
    assert.match(shown, /root@tag:db/)
    const target = { port: sshd.port, key: key.file }
    const config = gate.sshConfig(key, { target, more: AS_ALICE })
    for (const asked of [['server', 'echo other'], ['server'], ['-s', 'server', 'sftp']]) {
      const { stdout, stderr } = await gate.ssh(config, ['-J', 'gate', ...asked])
      assert.equal(stdout.toString(), 'forced\n', `${asked.join(' ')}: ${stderr}${sshd.log}`)
    }
    const issued = (await gate.events('certificate-issued')).find(({ data }) => data['subject'] === 'alice')
    assert.equal(issued?.data['force_command'], 'echo forced')
  })
})

test('a way on which a command is forced opens to nobody without such a certificate, and such a certificate opens no other', {
  skip,
}, async () => {
  const terms = { forceCommand: 'echo forced' }
  await given(policyWith(terms), async ({ gate, sshd, key, renew }) => {
    const config = gate.sshConfig(key, { target: { port: sshd.port, key: key.file }, more: AS_ALICE })
    const plain = gate.key()
    await gate.api.call('key.add', { user: 'alice', public_key: plain.line })
    const bare = gate.sshConfig(plain, { target: { port: sshd.port, key: plain.file }, more: AS_ALICE })
    const refused = await gate.ssh(bare, ['-J', 'gate', 'server', 'true'])
    assert.match(refused.stderr, /SP2117 policy\.command/)

    const hello = await gate.ssh(config, ['gate', 'id'])
    assert.match(hello.stderr, /SP2401/, 'nothing runs at the door, forced or not')

    // Another target, which the certificate is not for.
    await gate.api.call('target.add', { name: 'free', address: '127.0.0.2', port: 9, tags: ['tag:free'] })
    const open = { src: ['*'], dst: ['tag:free'], ip: ['*'] }
    await gate.api.call('policy.apply', { text: policyWith(terms, open), message: 'one more', allow_lockout: true })
    const elsewhere = await gate.ssh(config, ['-J', 'gate', '-p', '9', 'free', 'true'])
    assert.match(elsewhere.stderr, /SP2117 policy\.command/)
    // Now that not everything forces it, a certificate is for the rest.
    const shown = await renew()
    assert.deepEqual(
      critical(shown).filter((line) => line.startsWith('force-command')),
      [],
    )
    assert.doesNotMatch(shown, /@tag:db/)
    const closed = await gate.ssh(config, ['-J', 'gate', 'server', 'true'])
    assert.match(closed.stderr, /SP2117 policy\.command/)
  })
})

test('a live way ends when the policy forces a command on it', { skip }, async () => {
  await given(policyWith({ idleTimeout: '1h' }), async ({ gate, sshd, key }) => {
    const config = gate.sshConfig(key, { target: { port: sshd.port, key: key.file }, more: AS_ALICE })
    await using running = gate.start(config, ['-J', 'gate', 'server', 'echo up; cat'])
    await running.said('up')
    const text = policyWith({ forceCommand: 'true' })
    await gate.api.call('policy.apply', { text, message: 'forced', allow_lockout: true })
    await running.exited
    const closed = await gate.event('passage-closed')
    assert.equal(closed.data['reason'], 'policy.command')
  })
})

test('V-B14 networks that the policy demands are in the certificate, and bind at the door and at a real sshd', {
  skip,
}, async () => {
  const policy = policyWith({ sources: ['127.0.0.1', '192.0.2.0/24'] })
  await given(policy, async ({ gate, sshd, key, shown }) => {
    const [option = '', ...others] = critical(shown)
    assert.deepEqual(others, [])
    assert.ok(option.startsWith('source-address 127.0.0.1/32,192.0.2.0/24,'), option)
    assert.match(option, /127\.0\.0\.1\/32,::1\/128$/, 'a target on this machine sees the gateway come from loopback')
    const from = async (address: string, ...args: readonly string[]) => {
      const more = `BindAddress ${address}\n${AS_ALICE}`
      const config = gate.sshConfig(key, { target: { port: sshd.port, key: key.file }, more })
      return gate.ssh(config, args)
    }
    assert.match((await from('127.0.0.1', 'gate')).stdout.toString(), /^Hello alice/)
    const away = await from('127.0.0.3', 'gate')
    assert.equal(away.status, 255)
    assert.match(away.stderr, /Permission denied/)
    // Straight to the target, past the gateway.
    const root = ['-l', 'root', 'server', 'echo in']
    assert.equal((await from('127.0.0.1', ...root)).stdout.toString(), 'in\n', sshd.log)
    assert.equal((await from('127.0.0.3', ...root)).status, 255)
    await sshd.logs(/not from a permitted source address|source.address/i)
  })
})
