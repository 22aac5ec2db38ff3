import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { freePort } from '@sallyport/testkit'
import { hasOpenSsh, NOTHING_POLICY, TestGateway, until } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'

test('ssh -J reaches the server behind, and the log says who, where, how much and what spoke there', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  const { stdout, stderr, status } = await gate.ssh(config, ['-J', 'gate', 'server', 'echo over there'])
  assert.equal(stdout.toString(), 'over there\n', stderr)
  assert.equal(status, 0)
  await until(async () => (await gate.events('passage-closed')).length === 1)
  const [granted] = await gate.events('access-granted')
  const closed = await gate.event('passage-closed')
  assert.equal(granted?.actor, gate.ownerName)
  assert.equal(granted?.data['address'], '127.0.0.1')
  assert.equal(granted?.data['port'], target.port)
  assert.equal(closed.data['passage'], granted?.data['passage'])
  assert.match(String(closed.data['inner_banner']), /^SSH-2\.0-OpenSSH_/)
  // ssh closes the channel and the connection in one go; which of the two is seen first is chance.
  assert.ok(['client-closed', 'connection-lost'].includes(String(closed.data['reason'])))
  assert.ok(Number(closed.data['bytes_up']) > 1000 && Number(closed.data['bytes_down']) > 1000)
  const report = await gate.api.call('audit.verify')
  assert.deepEqual([report.ok, report.problem], [true, null])
})

test('ssh -W and -L reach the server behind', { skip }, async () => {
  await using gate = await TestGateway.start()
  const target = await gate.sshd()
  const config = gate.sshConfig(gate.ownerKey, { target })
  await using through = gate.start(config, ['-W', `127.0.0.1:${target.port}`, 'gate'])
  await through.said('SSH-2.0-OpenSSH_')
  const local = await freePort()
  await using forward = gate.start(config, ['-N', '-L', `127.0.0.1:${local}:127.0.0.1:${target.port}`, 'gate'])
  await until(() => greets(local))
  assert.doesNotMatch(forward.stderr, /SP2/)
})

test('a target is reached by its name, at its own port', { skip }, async () => {
  await using gate = await TestGateway.start({
    policy: '{"tagOwners":{"tag:x":["autogroup:admin"]},"acls":[{"action":"accept","src":["*"],"dst":["tag:x:*"]}]}',
  })
  const target = await gate.sshd()
  await gate.api.call('target.add', { name: 'db1', address: '127.0.0.1', port: target.port, tags: ['tag:x'] })
  const config = gate.sshConfig(gate.ownerKey, { target })
  const { stdout, stderr } = await gate.ssh(config, ['-J', 'gate', '-i', target.key, 'db1', 'echo hi'])
  assert.equal(stdout.toString(), 'hi\n', stderr)
  const { stderr: other } = await gate.ssh(config, ['-W', 'db1:1', 'gate'])
  assert.match(other, /SP2201 dial\.refused/)
})

test('a refusal carries its code, the reason and the way to fix it', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: NOTHING_POLICY })
  const config = gate.sshConfig(gate.ownerKey)
  const { stderr, status } = await gate.ssh(config, ['-W', '203.0.113.1:22', 'gate'])
  assert.match(
    stderr,
    /administratively prohibited: SP2103 policy\.denied: .*203\.0\.113\.1 port 22.*sallyport policy explain/,
  )
  assert.notEqual(status, 0)
  const [denied] = await gate.events('access-denied')
  assert.equal(denied?.data['reason'], 'policy.denied no-matching-rule')
})

test('a dead target is told from a forbidden one', { skip }, async () => {
  await using gate = await TestGateway.start()
  const config = gate.sshConfig(gate.ownerKey)
  const { stderr } = await gate.ssh(config, ['-W', `127.0.0.1:${await freePort()}`, 'gate'])
  assert.match(stderr, /connect failed: SP2201 dial\.refused/)
  const [failed] = await gate.events('passage-failed')
  assert.equal(failed?.data['detail'], 'ECONNREFUSED')
})

test('V-D09 forbidden places stay shut however they are written', { skip }, async () => {
  await using gate = await TestGateway.start({ policy: '{"acls":[{"action":"accept","src":["*"],"dst":["*:*"]}]}' })
  const config = gate.sshConfig(gate.ownerKey)
  const own = gate.port
  const metrics = gate.gateway.metricsAddress?.port ?? 0
  const places = [
    '127.0.0.1:22',
    '[::ffff:127.0.0.1]:22',
    '2130706433:22',
    '0x7f000001:22',
    '127.1:22',
    'localhost:22',
    'localhost.:22',
    '[::1]:22',
    '0.0.0.0:22',
    '169.254.169.254:80',
    '[::ffff:169.254.169.254]:80',
    `127.0.0.1:${own}`,
    `localhost:${own}`,
    `127.0.0.1:${metrics}`,
  ]
  for (const place of places) {
    const { stderr } = await gate.ssh(config, ['-W', place, 'gate'])
    assert.match(stderr, /SP2(001|101|102|103) /, place)
  }
  assert.deepEqual(await gate.events('access-granted'), [])
})

test('V-D09 the gateway’s own port is not reached even where the policy names it', { skip }, async () => {
  await using gate = await TestGateway.start()
  const config = gate.sshConfig(gate.ownerKey)
  const { stderr } = await gate.ssh(config, ['-W', `127.0.0.1:${gate.port}`, 'gate'])
  assert.match(stderr, /SP2101 gateway\.self/)
})

test('V-D10 tcp, unix sockets, reverse, X11, agent and tun are refused when the policy opens nothing', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ policy: NOTHING_POLICY })
  const config = gate.sshConfig(gate.ownerKey)
  const tcp = await gate.ssh(config, ['-W', '192.0.2.1:22', 'gate'])
  assert.match(tcp.stderr, /SP2103/)
  const reverse = await gate.ssh(config, ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:1', 'gate'])
  assert.match(reverse.stderr, /remote port forwarding failed/)
  assert.notEqual(reverse.status, 0)
  const local = await freePort()
  await using socket = gate.start(config, ['-v', '-N', '-L', `127.0.0.1:${local}:/run/x.sock`, 'gate'])
  await until(() => accepts(local))
  await until(() => socket.stderr.includes('SP2403 request.streamlocal') || poke(local))
  const agent = await gate.ssh(config, ['-A', 'gate'])
  assert.equal(agent.status, 0)
  const requests = (await gate.events('request-refused')).map(({ data }) => data['request'])
  assert.ok(requests.includes('tcpip-forward') && requests.includes('direct-streamlocal@openssh.com'), String(requests))
})

test('V-D12 nothing runs on the gateway: shell, exec, sftp and any subsystem get a text and end', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  const config = gate.sshConfig(gate.ownerKey)
  const shell = await gate.ssh(config, ['gate'])
  assert.equal(shell.status, 0)
  assert.match(shell.stdout.toString(), new RegExp(`^Hello ${gate.ownerName}\\. `))
  for (const args of [
    ['gate', 'id'],
    ['-s', 'gate', 'sftp'],
    ['-s', 'gate', 'anything'],
    ['-tt', 'gate', 'sh'],
  ]) {
    const { status, stdout, stderr } = await gate.ssh(config, args)
    assert.equal(status, 1, args.join(' '))
    assert.match(stdout.toString() + stderr, /SP2401 request\.no-shell/)
    assert.doesNotMatch(stdout.toString(), /uid=/)
  }
  const refused = (await gate.events('request-refused')).map(({ data }) => data['request'])
  assert.deepEqual(refused, ['exec', 'subsystem', 'subsystem', 'exec'])
})

test('the welcome says which targets the user may reach, and no others', { skip }, async () => {
  await using gate = await TestGateway.start({
    policy:
      '{"tagOwners":{"tag:a":[],"tag:b":[]},"acls":[{"action":"accept","src":["alice@"],"dst":["tag:a:22,5432"]}]}',
  })
  const alice = await gate.user('alice')
  const bob = await gate.user('bob')
  await gate.api.call('target.add', { name: 'db1', address: '10.0.0.1', tags: ['tag:a'] })
  await gate.api.call('target.add', { name: 'secret1', address: '10.0.0.2', tags: ['tag:b'] })
  const hers = (await gate.ssh(gate.sshConfig(alice), ['alice@gate'])).stdout.toString()
  assert.match(hers, /db1 +port 22,\s?5432/)
  assert.doesNotMatch(hers, /secret1/)
  const his = (await gate.ssh(gate.sshConfig(bob), ['nobody-here@gate'])).stdout.toString()
  assert.match(his, /reach nothing yet/)
  assert.doesNotMatch(his, /db1|secret1/)
})

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** Opens and closes a connection, so that ssh asks for a channel; never true. */
async function poke(port: number): Promise<boolean> {
  await accepts(port)
  return false
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString().startsWith('SSH-2.0-'))
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

test('bytes arrive whole in both directions, and a half-closed direction stays open the other way', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  const received: Buffer[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    socket.on('end', () => socket.end(Buffer.alloc(3_000_000, 'y')))
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const config = gate.sshConfig(gate.ownerKey)
  const { stdout } = await gate.ssh(config, ['-W', `127.0.0.1:${port}`, 'gate'], { input: 'x'.repeat(2_000_000) })
  server.close()
  assert.equal(Buffer.concat(received).length, 2_000_000)
  assert.equal(stdout.length, 3_000_000)
  await until(async () => (await gate.events('passage-closed')).length === 1)
  const closed = await gate.event('passage-closed')
  assert.deepEqual([closed.data['bytes_up'], closed.data['bytes_down']], [2_000_000, 3_000_000])
})
