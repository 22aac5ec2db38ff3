/** What `sallyport login` and `ssh-config --write` make of stock ssh: to the gateway, through it, and when it is over. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommandUser, SSHD, Sshd } from '@sallyport/testkit'
import { atConsole, known } from './at-console.ts'
import { hasOpenSsh, RunningSsh, TestGateway, until } from './test-gateway.ts'
import type { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
const POLICY = `{
  "tagOwners": { "tag:db": [] },
  "acls": [{ "action": "accept", "src": ["alice@"], "dst": ["tag:db:*"] }],
  "ssh": [{ "action": "accept", "src": ["alice@"], "dst": ["tag:db"], "users": ["root"] }],
}`
/** Within this time what was taken back must not work, in milliseconds. */
const TAKEN_BACK_MS = 5000

/** Signs somebody in with a command of their own; the browser is theirs. */
async function signedIn(gate: TestGateway, name: string, role: 'member' | 'admin' = 'member') {
  const browser = await atConsole(gate, name, role)
  const user = new CommandUser(gate.directory.file(`home-${name}`))
  return { user, browser, said: await again(gate, user, browser) }
}

async function again(gate: TestGateway, user: CommandUser, browser: WebClient): Promise<string> {
  const running = user.start(`login --device ${known(gate)}`)
  const code = await running.says(/approve the code\n {2}(\S+)/)
  await browser.api.call('device.decide', { code, approve: true })
  assert.equal(await running.ended, 0, running.stderr)
  return running.stdout
}

/**
 * A target whose sshd holds no keys of users: only the one that runs what an administrator pipes in, with the paths of this
 * machine's own sshd changed to those of the throw-away one.
 */
async function freshTarget(gate: TestGateway) {
  const admin = gate.key('target-admin')
  const folder = gate.directory.file('target-etc')
  mkdirSync(folder)
  const runner = gate.directory.file('run-enrolment')
  const sshd = await Sshd.start({
    authorizedKeys: [`command="sh ${runner}" ${admin.line}`],
    config: [`Include ${folder}/50-sallyport.conf`],
  })
  const own = `sshd() { ${SSHD} -f ${sshd.directory.file('sshd_config')} "$@"; }; systemctl() { kill -HUP ${sshd.pid}; }`
  writeFileSync(
    runner,
    [`(echo '${own}'`, ` sed -e 's#/etc/ssh/sshd_config.d/#${folder}/#g' -e 's#/etc/ssh/#${folder}/#g') | sh -s`].join(
      '\n',
    ),
  )
  const wrapper = join(gate.directory.file('bin'))
  mkdirSync(wrapper)
  const options = `-i ${admin.file} -p ${sshd.port} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`
  writeFileSync(join(wrapper, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F none ${options} "$@"\n`)
  chmodSync(join(wrapper, 'ssh'), 0o755)
  await gate.api.call('target.add', {
    name: 'db1',
    address: '127.0.0.1',
    port: sshd.port,
    tags: ['tag:db'],
    host_keys: [...sshd.hostKeys],
  })
  return { sshd, folder, path: `${wrapper}:${process.env['PATH'] ?? ''}` }
}

test('nobody copied a key: login, ssh-config --write, target enrol --run, and plain ssh reaches a target as root', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ policy: POLICY, flags })
  const { sshd, folder, path } = await freshTarget(gate)
  await using _ = sshd
  const { user: admin } = await signedIn(gate, 'carol', 'admin')
  using __ = admin
  const invited = await admin.run('user invite carol')
  assert.match(invited.stderr, /^it opens on the gateway’s machine alone; for others set https\.url /m)
  const lost = await admin.run('target enrol db1 --run root@nowhere.invalid')
  assert.equal(lost.status, 255)
  assert.match(lost.stderr, /so nothing was changed; name it as this machine’s ssh reaches it: --run root@ADDRESS/)
  const before = sshd.listenings
  const enrolled = await admin.run('target enrol db1 --run root@127.0.0.1', { env: { PATH: path } })
  assert.equal(enrolled.status, 0, enrolled.stderr)
  assert.equal(enrolled.stdout.toString(), 'db1 believes our certificates now\n')
  await until(() => sshd.listenings > before)

  const { user: alice, said } = await signedIn(gate, 'alice')
  using ___ = alice
  assert.match(said, /^logins +root@tag:db$/m)
  const written = await alice.run('ssh-config --write')
  assert.equal(written.status, 0, written.stderr)
  assert.equal(written.stdout.toString().split('\n').length, 4, written.stdout.toString())
  const files = ['config', 'sallyport.conf', 'sallyport_known_hosts'].map((name) => join(alice.home, '.ssh', name))
  const states = files.map((file) => [readFileSync(file, 'utf8'), statSync(file).mtimeMs])
  const twice = await alice.run('ssh-config --write')
  assert.deepEqual([twice.stdout.toString(), twice.stderr], ['', 'everything is as it should be\n'])
  assert.deepEqual(
    files.map((file) => [readFileSync(file, 'utf8'), statSync(file).mtimeMs]),
    states,
  )

  const hello = await alice.ssh(['sallyport'])
  assert.match(hello.stdout.toString(), /^Hello alice\./, hello.stderr)
  const plain = await alice.ssh(['root@db1', 'echo in'])
  assert.equal(plain.stdout.toString(), 'in\n', plain.stderr + sshd.log)
  assert.equal((await alice.ssh(['-J', 'sallyport', 'root@db1', 'echo in'])).stdout.toString(), 'in\n')

  // The target heeds the list by itself, with no gateway in between.
  const direct = ['-o', 'ProxyJump=none', '-o', 'HostName=127.0.0.1', '-o', 'HostKeyAlias=db1', 'root@db1', 'echo in']
  assert.equal((await alice.ssh(direct)).stdout.toString(), 'in\n')
  const { serial } = JSON.parse((await alice.run('cert inspect --json=serial')).stdout.toString()) as { serial: string }
  const revoked = await admin.run(`cert revoke ${serial} --reason lost --yes`)
  assert.equal(revoked.stdout.toString(), `certificate ${serial} was revoked\n`)
  assert.equal((await alice.ssh(['sallyport'])).status, 255, 'the gateway knows at once')
  const list = await admin.run(`ca krl --out ${folder}/sallyport_revoked_keys`)
  assert.match(list.stdout.toString(), /: 1 certificate and no keys\n$/)
  assert.equal((await alice.ssh(direct)).status, 255, 'the target knows with the list')
  assert.equal((await alice.run('cert renew')).status, 0)
  assert.equal((await alice.ssh(['root@db1', 'echo in'])).stdout.toString(), 'in\n')

  await using running = new RunningSsh(
    ['-F', join(alice.home, '.ssh/config'), 'root@db1', 'echo up; cat'],
    alice.environment,
  )
  await running.said('up')
  assert.equal((await admin.run('user disable alice')).status, 0)
  const started = Date.now()
  await running.exited
  assert.ok(Date.now() - started < TAKEN_BACK_MS, `${Date.now() - started} ms`)
  assert.equal((await alice.ssh(['root@db1', 'echo in'])).status, 255)
  const over = await alice.run('cert renew')
  assert.equal(over.status, 4, over.stderr)
})

test('ssh renews a certificate by itself; when the session is over it does not, and what is open ends', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ policy: POLICY, flags })
  const { user, browser } = await signedIn(gate, 'alice')
  using _ = user
  assert.equal((await user.run('ssh-config --write')).status, 0)
  const own = join(
    user.home,
    '.config/sallyport',
    `localhost_${gate.gateway.webAddresses[0]?.port}`,
    'id_ed25519-cert.pub',
  )
  const serialNow = async () =>
    (JSON.parse((await user.run('cert inspect --json=serial')).stdout.toString()) as { serial: string }).serial
  const first = await serialNow()
  await user.run('logout')
  await again(gate, user, browser)
  const second = await serialNow()
  assert.notEqual(first, second)
  // Its key went away: ssh has another one made before it asks.
  using other = new CommandUser(gate.directory.file('home-elsewhere'))
  user.environment['SSH_AUTH_SOCK'] = other.environment['SSH_AUTH_SOCK']
  const hello = await user.ssh(['sallyport'])
  assert.match(hello.stdout.toString(), /^Hello alice\./, hello.stderr)
  assert.notEqual(await serialNow(), second)
  assert.ok(readFileSync(own, 'utf8').startsWith('ssh-ed25519-cert-v01@openssh.com '))
})

test('after the session’s end its certificate has ended too: open sessions end, new ones are refused', {
  skip,
}, async () => {
  const seconds = 40
  await using gate = await TestGateway.start({
    policy: POLICY,
    flags: { ...flags, 'https.session_limit': `${seconds}s` },
  })
  const { user } = await signedIn(gate, 'alice')
  using _ = user
  const { certificates } = await gate.api.call('certificate.list', {})
  const endsAt = Date.parse(certificates[0]?.valid_before ?? '')
  const { signed_in_until } = JSON.parse((await user.run('status --json=signed_in_until')).stdout.toString()) as {
    signed_in_until: string
  }
  assert.equal((await user.run('ssh-config --write')).status, 0)
  const config = join(user.home, '.ssh/config')
  await using running = new RunningSsh(['-F', config, '-N', '-v', 'sallyport'], user.environment)
  await until(() => running.stderr.includes('Entering interactive session'), seconds * 1000)
  await running.exited
  const late = Date.now() - endsAt
  assert.ok(late >= 0 && late < TAKEN_BACK_MS, `${late} ms`)
  // Certificates end on whole seconds, so the session may have a part of one left.
  await until(() => Date.now() > Date.parse(signed_in_until))
  assert.equal((await user.ssh(['sallyport'])).status, 255)
  const renewed = await user.run('cert renew --if-needed')
  assert.equal(renewed.status, 4)
  assert.match(
    renewed.stderr,
    /error: your sign-in to \S+ has ended {2}\[SP4009 sign-in\.needed\]\n {2}why {3}.*\n {2}fix {3}sallyport login/,
  )
})

test('ssh-config keeps every byte that is not ours, through links, and takes only its own away', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: POLICY, flags })
  const { user } = await signedIn(gate, 'alice')
  using _ = user
  const dotfiles = join(user.home, 'dotfiles')
  const config = join(user.home, '.ssh/config')
  const theirs = Buffer.from(
    '# caf\xe9 in latin1\r\n\tHost *.old\r\n  User bob\n\nInclude sallyport.conf other.conf\n# no end',
    'latin1',
  )
  writeFileSync(dotfiles, theirs, { mode: 0o644 })
  symlinkSync(dotfiles, config)
  assert.equal((await user.run('ssh-config --write')).status, 0)
  const written = readFileSync(dotfiles)
  assert.equal(written.indexOf(theirs), written.length - theirs.length, 'all of theirs, behind our line')
  assert.match(written.subarray(0, -theirs.length).toString(), /^Include \S+\/sallyport\.conf\r\n$/)
  assert.equal(statSync(dotfiles).mode & 0o777, 0o644)
  assert.equal((await user.run('ssh-config --write --gateway gw.example.com')).status, 0)
  assert.deepEqual(readFileSync(dotfiles), written)
  const removed = await user.run('ssh-config --remove')
  assert.equal(removed.stdout.toString().trim().split('\n').length, 3)
  assert.deepEqual(readFileSync(dotfiles), theirs)
  assert.equal((await user.run('ssh-config --remove')).stderr, 'there was nothing of ours\n')
})
