/** What a signed-in client may do at the gateway, asked over real connections. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import type { PrivateKey } from '@sallyport/ssh/keys'
import { GatewayProcess, hasSshd, runCommand } from '@sallyport/testkit'
import { ByteReader, ByteWriter } from '@sallyport/wire'
import {
  auditEvents,
  controlOf,
  eventually,
  LOOPBACK_POLICY,
  metric,
  ownerKey,
  residentBytes,
  runSsh,
  Target,
} from './support/gateway-facts.ts'
import { channelRequest, directTcpip, MSG, RawClient } from './support/raw-client.ts'

const MIB = 1024 * 1024

const skip = hasSshd() ? false : 'needs OpenSSH'

suite('channels', { skip }, () => {
  let gateway: GatewayProcess
  let target: Target
  let key: PrivateKey

  before(async () => {
    gateway = await GatewayProcess.start({ config: ['[penalties]', 'enabled = false'] })
    await gateway.applyPolicy(LOOPBACK_POLICY)
    target = await Target.start()
    key = ownerKey(gateway)
  })
  after(async () => {
    await target[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })

  const open = async (type: string, rest?: Uint8Array) => {
    await using client = await RawClient.signedIn(gateway.port, key)
    return await client.openChannel(type, rest)
  }

  test('V-D09 forbidden places under any spelling are denied to a stock ssh, and an allowed one is reached', async () => {
    const allowed = await runCommand('ssh', ['-W', `127.0.0.1:${target.port}`, ...sshOptions(), '127.0.0.1'], {
      input: 'hello',
    })
    assert.equal(allowed.stdout.toString(), 'hello', allowed.stderr)
    const { port } = target
    const places = [
      `[::1]:${port}`,
      `[::ffff:169.254.169.254]:80`,
      `169.254.169.254:80`,
      `0.0.0.0:${port}`,
      `[::]:${port}`,
      `[::ffff:127.0.0.1]:${gateway.port}`,
      `127.0.0.1:${gateway.port}`,
      `127.0.0.1:${gateway.metricsPort}`,
      `127.1:${port}`,
      `2130706433:${port}`,
      `0x7f000001:${port}`,
      `0177.0.0.1:${port}`,
      `169.254.169.254.:80`,
      `10.0.0.1.:22`,
      `[64:ff9b::7f00:1]:${port}`,
      `10.0.0.1:22`,
    ]
    const before = await metric(gateway, 'sallyport_access_total{result="granted"}')
    const attempt = async (place: string): Promise<void> => {
      const { status, stderr, stdout } = await runCommand('ssh', ['-W', place, ...sshOptions(), '127.0.0.1'])
      assert.notEqual(status, 0, place)
      assert.equal(stdout.length, 0, place)
      assert.match(stderr, /open failed|refused|SP2\d{3}|Bad/i, `${place}: ${stderr}`)
    }
    for (let i = 0; i < places.length; i += 4) await Promise.all(places.slice(i, i + 4).map(attempt))
    assert.equal(await metric(gateway, 'sallyport_access_total{result="granted"}'), before)
  })

  test('V-D09 the address that is dialled is the one that was decided, for localhost too', async () => {
    const events = await auditEvents(gateway)
    const opened = events.filter(({ type }) => type === 'passage-opened')
    assert.ok(opened.length > 0)
    for (const { address, passage } of opened) {
      const granted = events.filter((event) => event['type'] === 'access-granted' && event['passage'] === passage)
      assert.ok(
        granted.some((event) => event['address'] === address),
        String(address),
      )
    }
  })

  const forwards: readonly [name: string, type: string, rest: Uint8Array][] = [
    ['unix sockets', 'direct-streamlocal@openssh.com', new ByteWriter().string('/run/x').string('').u32(0).finish()],
    ['tun devices', 'tun@openssh.com', new ByteWriter().u32(1).u32(0x7fff_ffff).finish()],
    ['X11', 'x11', new ByteWriter().string('127.0.0.1').u32(1).finish()],
    ['agents', 'auth-agent@openssh.com', new Uint8Array(0)],
    ['reverse connections', 'forwarded-tcpip', directTcpip('127.0.0.1', 22)],
    ['reverse unix sockets', 'forwarded-streamlocal@openssh.com', new ByteWriter().string('/x').string('').finish()],
    ['unknown kinds', 'made-up@example.com', new Uint8Array(3)],
  ]
  for (const [name, type, rest] of forwards) {
    test(`V-D10 a channel for ${name} is refused with a reason`, async () => {
      const answer = await open(type, rest)
      assert.ok('reason' in answer)
      assert.ok([1, 3].includes(answer.reason), `${answer.reason}`)
    })
  }

  test('V-D10 listening for the client is refused: ports, unix sockets, and their cancellation', async () => {
    await using client = await RawClient.signedIn(gateway.port, key)
    const requests: [string, Uint8Array][] = [
      ['tcpip-forward', new ByteWriter().string('').u32(0).finish()],
      ['cancel-tcpip-forward', new ByteWriter().string('').u32(4444).finish()],
      ['streamlocal-forward@openssh.com', new ByteWriter().string('/tmp/x').finish()],
      ['cancel-streamlocal-forward@openssh.com', new ByteWriter().string('/tmp/x').finish()],
    ]
    for (const [name, body] of requests) {
      client.send(new ByteWriter().u8(MSG.globalRequest).string(name).boolean(true).bytes(body).finish())
      assert.equal((await client.next())[0], MSG.requestFailure, name)
    }
  })

  test('V-D10 V-D16 X11 and agent requests of a session fail, and no socket of theirs exists', async () => {
    await using client = await RawClient.signedIn(gateway.port, key)
    const session = await client.openChannel('session')
    assert.ok('remote' in session)
    const x11 = new ByteWriter().boolean(false).string('MIT-MAGIC-COOKIE-1').string('00').u32(0).finish()
    for (const [name, body] of [
      ['x11-req', x11],
      ['auth-agent-req@openssh.com', new Uint8Array(0)],
    ] as const) {
      client.send(channelRequest(session.remote, name, body))
      assert.equal((await client.next())[0], MSG.channelFailure, name)
    }
    const sockets = readdirSync(`/proc/${gateway.pid}/fd`).length
    assert.ok(sockets < 100)
    assert.ok(!existsSync('/tmp/.X11-unix/X10'))
  })

  test('V-D10 V-D16 a stock ssh is refused -R, -X, -A and -w, and each refusal is in the audit log', async () => {
    const { stderr: reverse, status } = await runSsh(
      gateway,
      '-o',
      'ExitOnForwardFailure=yes',
      '-N',
      '-R',
      '0:127.0.0.1:22',
      '127.0.0.1',
    )
    assert.notEqual(status, 0)
    assert.match(reverse, /forwarding failed|failed for/i)
    await runSsh(gateway, '-A', '127.0.0.1')
    const refused = (await auditEvents(gateway)).filter(({ type }) => type === 'request-refused')
    assert.ok(refused.some(({ request }) => request === 'tcpip-forward'))
    assert.ok(refused.some(({ request }) => request === 'auth-agent-req@openssh.com'))
  })

  test('V-D12 V-D13 V-D14 a shell gets a text, commands and sftp are refused: nothing runs and no file is touched', async () => {
    const children = (): string[] =>
      readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').split(' ').filter(Boolean)
    const before = children()
    const canary = gateway.directory.file('canary')
    const exec = await runSsh(gateway, '127.0.0.1', `touch ${canary}`)
    assert.notEqual(exec.status, 0)
    assert.match(exec.stderr, /SP2401/)
    const sftp = await runSsh(gateway, '-s', '127.0.0.1', 'sftp')
    assert.notEqual(sftp.status, 0)
    assert.equal(sftp.stdout.length, 0, 'no SFTP packet came back')
    const shell = await runSsh(gateway, '-tt', '127.0.0.1')
    assert.match(shell.stdout.toString(), /root/)
    assert.equal(existsSync(canary), false)
    assert.deepEqual(children(), before)
  })

  test('V-D12 whatever stands in exec, subsystem and pty requests starts no process', async () => {
    for (const [name, body] of [
      ['exec', '$(id)'],
      ['exec', 'scp -t /tmp'],
      ['exec', '\0\x1b[2J'],
      ['subsystem', 'sftp'],
      ['subsystem', '../../bin/sh'],
      ['shell', undefined],
    ] as const) {
      await using client = await RawClient.signedIn(gateway.port, key)
      const session = await client.openChannel('session')
      assert.ok('remote' in session)
      client.send(channelRequest(session.remote, name, body === undefined ? undefined : stringBody(body)))
      for (let closed = false; !closed; ) {
        const answer = await client.next()
        closed = answer[0] === MSG.close
        assert.notEqual(answer[0], MSG.disconnect, name)
      }
      assert.equal(readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').trim(), '')
    }
  })

  test('V-B18 environment requests are refused, whatever their name, and reach neither environment nor command line', async () => {
    await using client = await RawClient.signedIn(gateway.port, key)
    const session = await client.openChannel('session')
    assert.ok('remote' in session)
    for (const name of [
      'LD_PRELOAD',
      'LD_AUDIT',
      'DYLD_INSERT_LIBRARIES',
      'NODE_OPTIONS',
      'BASH_ENV',
      'IFS',
      'PATH',
      'LANG',
    ]) {
      const body = new ByteWriter().string(name).string('/tmp/planted-canary').finish()
      client.send(channelRequest(session.remote, 'env', body))
      assert.equal((await client.next())[0], MSG.channelFailure, name)
    }
    client.send(channelRequest(session.remote, 'shell'))
    for (const file of ['environ', 'cmdline'])
      assert.ok(!readFileSync(`/proc/${gateway.pid}/${file}`, 'latin1').includes('planted-canary'), file)
    const stock = await runSsh(gateway, '-o', 'SetEnv=LD_PRELOAD=/tmp/planted-canary', '127.0.0.1')
    assert.equal(stock.status, 0, stock.stderr)
  })

  test('V-D03 10,000 session opens without a request, and 10,000 refused ones: capped at the open, memory flat', async () => {
    const flood = async (): Promise<void> => {
      await using client = await RawClient.signedIn(gateway.port, key)
      const openMany = (type: string, count: number, rest: Uint8Array = new Uint8Array(0)): void => {
        for (let id = 0; id < count; id++) {
          client.peer.send(
            new ByteWriter().u8(MSG.channelOpen).string(type).u32(id).u32(1000).u32(1000).bytes(rest).finish(),
          )
        }
        client.flush()
      }
      const count = async (expected: number): Promise<{ opened: number; refused: number }> => {
        const seen = { opened: 0, refused: 0 }
        while (seen.opened + seen.refused < expected) {
          const [number] = await client.next()
          if (number === MSG.openConfirmation) seen.opened++
          else if (number === MSG.openFailure) seen.refused++
          else assert.equal(number, MSG.windowAdjust)
        }
        return seen
      }
      openMany('session', 10_000)
      const sessions = await count(10_000)
      assert.equal(sessions.opened, 256, 'ssh.max_channels')
      openMany('made-up@example.com', 10_000)
      assert.deepEqual(await count(10_000), { opened: 0, refused: 10_000 })
      openMany('direct-tcpip', 2000, directTcpip('10.0.0.1', 22))
      assert.equal((await count(2000)).opened, 0)
    }
    const idle = residentBytes(gateway.pid)
    // A heap grows to what a busy connection needs; what is kept of the opens would come on top, every time.
    for (let warm = 0; warm < 2; warm++) await flood()
    const before = residentBytes(gateway.pid)
    await flood()
    const after = residentBytes(gateway.pid)
    assert.ok(after - before < 40 * MIB, `${after - before} bytes more`)
    assert.ok(after - idle < 80 * MIB, `${after - idle} bytes more than idle`)
  })

  test('V-D18 a policy change is in force for the next open, and ends what it no longer allows', async () => {
    await using client = await RawClient.signedIn(gateway.port, key)
    const first = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', target.port))
    assert.ok('remote' in first)
    const control = controlOf(gateway)
    const deny = JSON.stringify({ grants: [] })
    await control.call('policy.apply', { text: deny, allow_lockout: true })
    const started = performance.now()
    for (let number = 0; number !== MSG.close; ) [number = 0] = await client.next()
    assert.ok(performance.now() - started < 5000)
    const next = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', target.port), { id: 1 })
    assert.ok('reason' in next)
    await control.call('policy.apply', { text: JSON.stringify(LOOPBACK_POLICY), allow_lockout: true })
    assert.ok('remote' in (await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', target.port), { id: 2 })))
  })

  test('V-D18 a removed key ends its sessions and signs in no more', async () => {
    const control = controlOf(gateway)
    const file = gateway.directory.file('second')
    await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'second', '-f', file])
    await control.call('user.add', { name: 'bob', keys: [readFileSync(`${file}.pub`, 'utf8').trim()] })
    const { decodePrivateKey } = await import('@sallyport/ssh/keys')
    const second = decodePrivateKey(readFileSync(file, 'utf8'))
    await using client = await RawClient.signedIn(gateway.port, second, 'bob')
    const { keys } = await control.call('key.list', { user: 'bob' })
    await control.call('key.remove', { key: keys[0]?.id ?? '' })
    await client.closed(5000)
    await assert.rejects(RawClient.signedIn(gateway.port, second, 'bob'), /not signed in/)
    await control.call('user.remove', { user: 'bob' })
  })

  test('V-D11 a policy that asks for recording where the language has none is refused rather than silently not followed', async () => {
    const control = controlOf(gateway)
    for (const text of [
      '{ "grants": [{ "src": ["autogroup:owner"], "dst": ["*"], "ip": ["*"], "recorder": ["tag:recorder"], "enforceRecorder": true }] }',
      '{ "grants": [], "record": "required" }',
    ]) {
      const report = await control.call('policy.check', { text })
      assert.equal(report.ok, false, text)
      await assert.rejects(control.call('policy.apply', { text }))
    }
  })

  test('V-D11 a login that may not go unrecorded keeps the door shut, and the log names the line', async () => {
    const control = controlOf(gateway)
    const place = { name: 'recorded', address: '127.0.0.1', port: target.port, tags: ['tag:recorded'] }
    const added = await control.call('target.add', place)
    const rule = { action: 'accept', src: ['autogroup:owner'], dst: ['tag:recorded'], users: ['root'] }
    const policy = (enforceRecorder: boolean): string =>
      JSON.stringify({
        ...LOOPBACK_POLICY,
        tagOwners: { 'tag:recorded': [], 'tag:recorder': [] },
        ssh: [{ ...rule, recorder: ['tag:recorder'], enforceRecorder }],
      })
    await control.call('policy.apply', { text: policy(true), allow_lockout: true })
    const answer = await open('direct-tcpip', directTcpip('127.0.0.1', target.port))
    assert.ok('text' in answer && answer.text.startsWith('SP2116 policy.recording'), JSON.stringify(answer))
    const { events } = await control.call('audit.search', { type: 'access-denied', limit: 1 })
    assert.equal(events[0]?.data['reason'], 'policy.recording')
    assert.match(String(events[0]?.data['rule']), /^ssh\[0\], line 1$/)
    await control.call('policy.apply', { text: policy(false), allow_lockout: true })
    assert.ok(!('text' in (await open('direct-tcpip', directTcpip('127.0.0.1', target.port)))))
    await control.call('policy.apply', { text: JSON.stringify(LOOPBACK_POLICY), allow_lockout: true })
    await control.call('target.remove', { target: added.name })
  })

  test('V-D11 a way whose terms want a recording or a look inside stays closed, and the log says so', async () => {
    const control = controlOf(gateway)
    for (const [terms, denied] of [
      [{ recording: 'required' }, 'SP2116 policy.recording'],
      [{ mode: 'inspected' }, 'SP2115 policy.inspection'],
    ] as const) {
      const app = { 'sallyport.dev/cap/ssh': [terms] }
      const grants = [...LOOPBACK_POLICY.grants, { src: ['*'], dst: ['*'], app }]
      await control.call('policy.apply', { text: JSON.stringify({ ...LOOPBACK_POLICY, grants }), allow_lockout: true })
      const answer = await open('direct-tcpip', directTcpip('127.0.0.1', target.port))
      assert.ok('text' in answer && answer.text.startsWith(denied), JSON.stringify(answer))
      const { events } = await control.call('audit.search', { type: 'access-denied', limit: 1 })
      assert.equal(events[0]?.data['reason'], denied.split(' ')[1])
    }
    await control.call('policy.apply', { text: JSON.stringify(LOOPBACK_POLICY), allow_lockout: true })
  })

  test('V-I10 what goes through a passage stands nowhere in the state of the gateway', async () => {
    const canary = 'hunter2-planted-canary'
    await using client = await RawClient.signedIn(gateway.port, key)
    const channel = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', target.port))
    assert.ok('remote' in channel)
    client.send(new ByteWriter().u8(MSG.data).u32(channel.remote).string(canary).finish())
    const echoed = await client.next()
    assert.equal(new TextDecoder().decode(new ByteReader(echoed.subarray(5)).string('data')), canary)
    client.send(new ByteWriter().u8(MSG.close).u32(channel.remote).finish())
    await eventually(async () => (await metric(gateway, 'sallyport_passages')) === 0)
    const state = gateway.directory.file('state')
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    assert.ok(files.length > 3)
    for (const { parentPath, name } of files)
      assert.ok(!readFileSync(`${parentPath}/${name}`, 'latin1').includes(canary), name)
    assert.ok(!gateway.output.includes(canary))
  })

  function sshOptions(): string[] {
    return ['-F', 'none', '-i', gateway.keyFile(), '-p', String(gateway.port)].concat(
      ['IdentitiesOnly=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes'].flatMap(
        (option) => ['-o', option],
      ),
    )
  }
})

function stringBody(text: string): Uint8Array {
  return new ByteWriter().string(text).finish()
}
