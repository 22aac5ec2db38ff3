/** Somebody who uses two gateways: what `ssh-config --write` keeps apart, and how it looks in `status`. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommandUser, Sshd } from '@sallyport/testkit'
import { atConsole, known, serverOf } from './at-console.ts'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }
const POLICY = `{
  "tagOwners": { "tag:db": [] },
  "acls": [{ "action": "accept", "src": ["*"], "dst": ["tag:db:*"] }],
  "ssh": [{ "action": "accept", "src": ["autogroup:member"], "dst": ["tag:db"], "users": ["root", "autogroup:nonroot"] }],
}`

async function signedIn(gate: TestGateway, user: CommandUser): Promise<void> {
  const browser = await atConsole(gate)
  const running = user.start(`login --device ${known(gate)}`)
  const code = await running.says(/approve the code\n {2}(\S+)/)
  await browser.api.call('device.decide', { code, approve: true })
  assert.equal(await running.ended, 0, running.stderr)
}

/** A target that believes this gateway, and says who it is. */
async function target(gate: TestGateway, name: string): Promise<Sshd> {
  const sshd = await Sshd.start({ config: [`SetEnv WHERE=${name}-at-${gate.port}`] })
  await gate.api.call('target.add', {
    name,
    address: '127.0.0.1',
    port: sshd.port,
    tags: ['tag:db'],
    host_keys: [...sshd.hostKeys],
  })
  await sshd.enrol(await gate.api.call('target.enrol', { target: name, names: [] }))
  return sshd
}

test('two gateways with a target of the same name: each has a block, a name and host keys of its own, and goes alone', {
  skip,
}, async () => {
  await using one = await TestGateway.start({ policy: POLICY, flags })
  await using two = await TestGateway.start({ policy: POLICY, flags })
  await using oneDb = await target(one, 'db1')
  await using twoDb = await target(two, 'db1')
  await using twoWeb = await target(two, 'web')
  using user = new CommandUser(one.directory.file('home-alice'))
  const file = (name: string) => join(user.home, '.ssh', name)
  const run = async (args: string) => {
    const { status, stdout, stderr } = await user.run(args)
    assert.equal(status, 0, `${args}: ${stderr}`)
    return { stdout: stdout.toString(), stderr }
  }
  const where = async (host: string) => {
    const { stdout, stderr } = await user.ssh([host, 'echo $WHERE'])
    return stdout.toString().trim() || stderr
  }
  await signedIn(one, user)
  await run('ssh-config --write')
  const alone = readFileSync(file('sallyport.conf'), 'utf8')
  await signedIn(two, user)
  const second = await run('ssh-config --write --json')
  assert.deepEqual(JSON.parse(second.stdout), {
    name: 'sallyport-localhost',
    changed: [file('sallyport.conf'), file('sallyport_known_hosts.sallyport-localhost')],
  })
  const twice = await run('ssh-config --write')
  assert.equal(twice.stdout, '')
  assert.match(twice.stderr, /another gateway has a db1 too: this one’s is db1\.sallyport-localhost\n/)
  assert.match(twice.stderr, /everything is as it should be/)
  assert.ok(readFileSync(file('sallyport.conf'), 'utf8').startsWith(alone), 'the first block stays as it was')

  assert.equal(await where('db1'), `db1-at-${one.port}`, oneDb.log)
  assert.equal(await where('db1.sallyport-localhost'), `db1-at-${two.port}`, twoDb.log)
  assert.equal(await where('web'), `web-at-${two.port}`, twoWeb.log)
  assert.match((await user.ssh(['sallyport'])).stdout.toString(), /^Hello alice\./)
  assert.match((await user.ssh(['sallyport-localhost'])).stdout.toString(), /^Hello alice\./)
  const keys = (name: string) => readFileSync(file(name), 'utf8')
  const [authority = ''] = (await two.api.call('daemon.ssh-config')).authorities
  assert.ok(!keys('sallyport_known_hosts').includes(authority), 'the second vouches for nothing of the first')
  assert.ok(keys('sallyport_known_hosts.sallyport-localhost').includes(authority))

  // By another name, and by another address: one block still, and the old name is gone with its file.
  await run('ssh-config --write --name work')
  assert.ok(!existsSync(file('sallyport_known_hosts.sallyport-localhost')))
  assert.equal(await where('web'), `web-at-${two.port}`)
  assert.equal(await where('db1.work'), `db1-at-${two.port}`)
  const taken = await user.run('ssh-config --write --name sallyport')
  assert.equal(taken.status, 2)
  assert.match(taken.stderr, /another gateway has the name “sallyport”/)
  const local = await user.run(`ssh-config --write --state ${two.stateDirectory} --gateway localhost`)
  assert.match(local.stdout.toString(), /sallyport\.conf: written/, local.stderr)
  const servers = () => [...keys('sallyport.conf').matchAll(/^# gateway (\S+) (\S+)$/gm)].map(([, ...both]) => both)
  assert.deepEqual(servers(), [
    ['sallyport', serverOf(one)],
    ['work', 'local'],
  ])
  await run('ssh-config --write')
  assert.deepEqual(servers()[1], ['work', serverOf(two)])

  const removed = await run('ssh-config --remove --name work')
  assert.equal(removed.stderr, `still there: sallyport (${serverOf(one)})\n`)
  assert.equal(keys('sallyport.conf'), alone)
  assert.ok(!existsSync(file('sallyport_known_hosts.work')))
  assert.equal(await where('db1'), `db1-at-${one.port}`)
  const none = await run('ssh-config --remove')
  assert.match(none.stdout, /sallyport\.conf: removed/, 'the only one there is')
  for (const name of ['config', 'sallyport.conf', 'sallyport_known_hosts'])
    assert.ok(!existsSync(file(name)) || readFileSync(file(name), 'utf8') === '', name)
  assert.equal((await run('ssh-config --remove --all')).stderr, 'there was nothing of ours\n')
})

test('status: the gateway lists what it serves where; signed in, the shape of its JSON is the one that is documented', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags: { ...flags, 'listen.mux': ['127.0.0.1:0'] } })
  using admin = new CommandUser(gate.directory.file('home-local'), { agent: false })
  const ssh = { name: 'ssh', address: '127.0.0.1', port: gate.port }
  const https = { name: 'https', address: '127.0.0.1', port: gate.gateway.webAddresses[0]?.port }
  const shared = { address: '127.0.0.1', port: gate.gateway.muxAddresses[0]?.port }
  const metrics = { name: 'metrics', address: '127.0.0.1', port: gate.gateway.metricsAddress?.port }
  const local = await admin.run(`status --json=listeners --state ${gate.stateDirectory}`)
  assert.deepEqual((JSON.parse(local.stdout.toString()) as { listeners: unknown }).listeners, [
    ssh,
    { name: 'ssh', ...shared },
    https,
    { name: 'https', ...shared },
    metrics,
  ])
  const text = await admin.run(`status --state ${gate.stateDirectory}`)
  const listed = [ssh, { name: 'ssh', ...shared }, https, { name: 'https', ...shared }, metrics]
  const line = listed.map(({ name, address, port }) => `${name} ${address}:${port}`).join(', ')
  assert.ok(text.stdout.toString().includes(`listens   ${line}\n`), text.stdout.toString())

  using alice = new CommandUser(gate.directory.file('home-alice'))
  await signedIn(gate, alice)
  const member = JSON.parse((await alice.run('status --json')).stdout.toString()) as Record<string, unknown>
  const { signed_in_until, certificate, ...rest } = member
  assert.deepEqual(rest, { server: serverOf(gate), user: 'alice', role: 'member', gateway: null })
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
  assert.match(String(signed_in_until), time)
  const { valid_before, ...usable } = certificate as Record<string, unknown>
  assert.match(String(valid_before), time)
  assert.deepEqual(usable, { usable: true, revoked: null })
  await gate.api.call('user.update', { user: 'alice', role: 'auditor' })
  const auditor = JSON.parse((await alice.run('status --json=role,gateway')).stdout.toString()) as {
    role: string
    gateway: { listeners: unknown }
  }
  assert.equal(auditor.role, 'auditor')
  assert.deepEqual(Object.keys(auditor.gateway), Object.keys(await gate.api.call('daemon.status')))
})
