import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '@sallyport/api'
import { unixTransport } from '@sallyport/api/unix'
import { GatewayError, initGateway, startGateway } from '@sallyport/gateway'
import { TemporaryDirectory } from '@sallyport/testkit'
import { lockState } from '../src/state/daemon-lock.ts'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh-keygen and ssh-agent'
const FLAGS = { 'listen.ssh': ['127.0.0.1:0'], 'listen.metrics': 'off', 'listen.https': 'off', 'log.level': 'silent' }

function newKey(file: string, ...options: string[]): void {
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'me@home', '-f', file, ...options])
}

/** A directory with a home in it. */
function place() {
  const directory = new TemporaryDirectory('first-start')
  const home = directory.file('home')
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  const stateDirectory = directory.file('state')
  return { directory, home, stateDirectory, options: { stateDirectory, environment: { HOME: home } } }
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function refusal(reason: string, fix: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof GatewayError, String(error))
    assert.equal(error.reason, reason)
    assert.match(error.fix ?? '', fix)
    return true
  }
}

test('the first start makes state, keys, policy and an owner with the keys of ~/.ssh', { skip }, async () => {
  const { directory, home, stateDirectory, options } = place()
  using _directory = directory
  newKey(join(home, '.ssh/id_ed25519'), '-t', 'ed25519')
  newKey(join(home, '.ssh/work'), '-t', 'ecdsa')
  rmSync(join(home, '.ssh/work.pub'))
  writeFileSync(join(home, '.ssh/authorized_keys'), readFileSync(join(home, '.ssh/id_ed25519.pub')))
  writeFileSync(join(home, '.ssh/notes.pub'), 'not a key\n')
  const first = await initGateway(options)
  assert.deepEqual([first.made, first.keys], [true, 2])
  assert.match(first.text, /sallyport up/)
  assert.ok(existsSync(join(stateDirectory, 'sallyport.toml')))
  const again = await initGateway(options)
  assert.deepEqual([again.made, again.owner, again.keys], [false, null, 0], 'a second time changes nothing')
})

test('keys in the agent are found too, each once', { skip }, async () => {
  const { directory, home, options } = place()
  using _directory = directory
  newKey(join(home, '.ssh/id_ed25519'), '-t', 'ed25519')
  newKey(directory.file('elsewhere'), '-t', 'ed25519')
  const agent = spawn('ssh-agent', ['-D', '-a', directory.file('agent')], { stdio: 'ignore' })
  try {
    // Its socket is there a moment before it listens.
    await until(() => accepts(directory.file('agent')))
    const environment = { ...options.environment, SSH_AUTH_SOCK: directory.file('agent') }
    for (const file of [join(home, '.ssh/id_ed25519'), directory.file('elsewhere')])
      execFileSync('ssh-add', ['-q', file], { env: { ...process.env, ...environment } })
    assert.equal((await initGateway({ ...options, environment })).keys, 2)
  } finally {
    agent.kill()
  }
})

test('without any key it starts anyway and says exactly how to add one', { skip }, async () => {
  const { directory, options } = place()
  using _directory = directory
  await using gateway = await startGateway({ ...options, flags: FLAGS })
  assert.match(
    gateway.greeting,
    /Nobody can sign in yet.*\n +npx sallyport key add \S+ ~\/\.ssh\/id_ed25519\.pub .*ssh-keygen -t ed25519/,
  )
})

test('a dead agent does not stop a start', { skip }, async () => {
  const { directory, options } = place()
  using _directory = directory
  const environment = { ...options.environment, SSH_AUTH_SOCK: directory.file('nothing-here') }
  assert.equal((await initGateway({ ...options, environment })).keys, 0)
})

test('a state directory or a key that others may use is refused, with the command that mends it', {
  skip,
}, async () => {
  const { directory, stateDirectory, options } = place()
  using _directory = directory
  await initGateway(options)
  const cases: [string, number, number, string, RegExp][] = [
    [stateDirectory, 0o755, 0o700, 'state.permissions', /^chmod 700 /],
    [join(stateDirectory, 'host-keys/ssh_host_ed25519_key'), 0o644, 0o600, 'host-key.permissions', /^chmod 600 /],
    [join(stateDirectory, 'audit-key.pem'), 0o640, 0o600, 'host-key.permissions', /^chmod 600 /],
    [join(stateDirectory, 'sallyport.db'), 0o644, 0o600, 'store.unusable', /^chmod 600 /],
  ]
  for (const [path, open, shut, reason, fix] of cases) {
    chmodSync(path, open)
    await assert.rejects(startGateway({ ...options, flags: FLAGS }), refusal(reason, fix), path)
    chmodSync(path, shut)
  }
  await using gateway = await startGateway({ ...options, flags: FLAGS })
  assert.ok(gateway.sshAddresses.length > 0, 'a refused start leaves nothing behind')
})

test('a broken host key is refused, and none is made in its place', { skip }, async () => {
  const { directory, stateDirectory, options } = place()
  using _directory = directory
  await initGateway(options)
  writeFileSync(join(stateDirectory, 'host-keys/ssh_host_ed25519_key'), 'junk')
  await assert.rejects(
    startGateway({ ...options, flags: FLAGS }),
    refusal('host-key.invalid', /put back the right file/),
  )
})

test('two gateways do not share a state, and a lock of a process that is gone is taken over', { skip }, async () => {
  const { directory, stateDirectory, options } = place()
  using _directory = directory
  {
    await using _gateway = await startGateway({ ...options, flags: FLAGS })
    const child = `import { initGateway } from '@sallyport/gateway'
      await initGateway({ stateDirectory: ${JSON.stringify(stateDirectory)} }).catch((error) => console.log(error.code))`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', child], { cwd: import.meta.dirname })
    assert.equal(output.toString(), 'SP3103\n')
  }
  writeFileSync(join(stateDirectory, 'daemon.lock'), '999999999 1\n')
  using lock = lockState(join(stateDirectory, 'daemon.lock'))
  assert.ok(lock)
})

test('of many that take over a dead gateway’s state at the same moment, one gets it', {
  timeout: 180_000,
}, async () => {
  using directory = new TemporaryDirectory('lock-race')
  const path = directory.file('daemon.lock')
  const module = JSON.stringify(new URL('../src/state/daemon-lock.ts', import.meta.url).href)
  // Held until the end of its standard input, which is that of this test.
  const script = `import { lockState } from ${module}
    process.stdin.resume()
    while (Date.now() < Number(process.argv[1])) {}
    try { globalThis.lock = lockState(${JSON.stringify(path)}); console.log('held') } catch { console.log('refused') }`
  for (let round = 0; round < 2; round++) {
    writeFileSync(path, '999999999 1\n')
    const at = String(Date.now() + 800)
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, at], { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    const answers = await Promise.all(
      children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()),
    )
    // Killed, as the one whose place they take was.
    await Promise.all(children.map((child) => (child.kill('SIGKILL'), once(child, 'exit'))))
    assert.deepEqual(answers.sort(), ['held', 'refused', 'refused', 'refused'])
  }
})

test('the gateway goes on when whoever reads its log has ended', { timeout: 180_000 }, async () => {
  const { directory, stateDirectory } = place()
  using _directory = directory
  const script = `import { runGateway } from '@sallyport/gateway'
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(9))
    process.exitCode = await runGateway({ stateDirectory: ${JSON.stringify(stateDirectory)}, environment: { HOME: '/nowhere' },
      flags: { 'listen.ssh': ['127.0.0.1:0'], 'listen.metrics': 'off', 'listen.https': 'off', 'log.format': 'json' } })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname })
  const exited = once(child, 'exit')
  const api = createClient(unixTransport(join(stateDirectory, 'control.sock')))
  const isReady = () => api.call('daemon.status').then(({ phase }) => phase === 'ready')
  child.stdout.resume()
  child.stderr.resume()
  await until(() => isReady().catch(() => false))
  child.stdout.destroy()
  child.stderr.destroy()
  // Each writes a line to a pipe that nobody reads any more.
  for (let i = 0; i < 3; i++) await api.call('daemon.reload', {})
  assert.equal((await api.call('daemon.status')).phase, 'ready')
  child.kill('SIGTERM')
  assert.equal((await exited)[0], 0)
})

test('a port that is taken is refused with what to do', { skip }, async () => {
  const { directory, options } = place()
  using _directory = directory
  await using first = await startGateway({ ...options, flags: FLAGS })
  const other = place()
  using _other = other.directory
  const flags = { ...FLAGS, 'listen.ssh': [`127.0.0.1:${first.sshAddresses[0]?.port}`] }
  await assert.rejects(startGateway({ ...other.options, flags }), refusal('listen.failed', /another port/))
})

test('a metrics port that nobody asked for and somebody else has does not keep the door shut', { skip }, async (t) => {
  const take = () =>
    new Promise<boolean>((resolve) => {
      const other = createServer()
      other.once('error', () => resolve(false))
      other.listen(9222, '127.0.0.1', () => {
        t.after(() => other.close())
        resolve(true)
      })
    })
  // A gateway of another test may have it, and leave in the middle of this one; whoever keeps it does as well as we.
  await until(take, 20_000).catch(() => {})
  const { directory, options } = place()
  using _directory = directory
  const { 'listen.metrics': _, ...flags } = FLAGS
  await using gateway = await startGateway({ ...options, flags })
  assert.equal(gateway.metricsAddress, undefined)
  const asked = place()
  using _asked = asked.directory
  await assert.rejects(
    startGateway({ ...asked.options, flags: { ...FLAGS, 'listen.metrics': '127.0.0.1:9222' } }),
    refusal('listen.failed', /listen\.metrics/),
  )
})

test('an audit log that was cut back is not started on, unless its operator says so', { skip }, async () => {
  const { directory, stateDirectory, options } = place()
  using _directory = directory
  await initGateway(options)
  const database = join(stateDirectory, 'sallyport.db')
  const old = readFileSync(database)
  await (await startGateway({ ...options, flags: FLAGS })).stop({ drainMs: 0 })
  writeFileSync(database, old)
  for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true })
  await assert.rejects(
    startGateway({ ...options, flags: FLAGS }),
    refusal('audit.unusable', /SALLYPORT_ACCEPT_AUDIT_ROLLBACK=yes/),
  )
  const environment = { ...options.environment, SALLYPORT_ACCEPT_AUDIT_ROLLBACK: 'yes' }
  await using gateway = await startGateway({ ...options, environment, flags: FLAGS })
  const client = createClient(unixTransport(gateway.controlSocket))
  const { events } = await client.call('audit.search', { type: 'audit-rollback-accepted' })
  assert.equal(events.length, 1)
})

test('as a process: SIGHUP keeps the old configuration on a mistake, SIGTERM drains, a second one ends at once', {
  skip,
  timeout: 180_000,
}, async () => {
  await using gate = await TestGateway.start()
  const { directory, home, stateDirectory } = place()
  using _directory = directory
  newKey(join(home, '.ssh/id_ed25519'), '-t', 'ed25519')
  const script = `import { runGateway } from '@sallyport/gateway'
    process.exitCode = await runGateway({ stateDirectory: ${JSON.stringify(stateDirectory)}, environment: process.env,
      flags: { 'listen.ssh': ['127.0.0.1:0'], 'listen.metrics': 'off', 'listen.https': 'off', 'log.format': 'json' } })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, HOME: home, SSH_AUTH_SOCK: '' },
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const wait = async (text: RegExp) => {
    while (!text.test(output) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.match(output, text)
  }
  await wait(/is ready[\s\S]*ssh -J localhost:\d+/)
  const port = Number(/listens +127\.0\.0\.1:(\d+)/.exec(output)?.[1])
  const config = gate.sshConfig({ file: join(home, '.ssh/id_ed25519'), line: '' })
  await using way = gate.start(config, [
    '-N',
    '-p',
    String(port),
    '-v',
    '127.0.0.1',
    '-i',
    join(home, '.ssh/id_ed25519'),
  ])
  await wait(/"msg":"signed in"/)
  writeFileSync(join(stateDirectory, 'sallyport.toml'), 'nonsense = 1\n')
  child.kill('SIGHUP')
  await wait(/reload refused[\s\S]*sallyport\.toml:1: unknown section “nonsense”/)
  child.kill('SIGTERM')
  await wait(/"msg":"stopping"/)
  assert.equal(child.exitCode, null, 'it waits for the session')
  child.kill('SIGTERM')
  assert.equal(await exited, 0)
  await way.exited
  assert.match(way.stderr, /SP2508 session\.draining/)
  assert.equal(statSync(stateDirectory).mode & 0o777, 0o700)
  assert.ok(!existsSync(join(stateDirectory, 'daemon.lock')))
})

test('an environment variable that nothing reads is in the log, with the one that was meant', async () => {
  await using gate = await TestGateway.start({ environment: { SALLYPORT_SSH_LOGIN_GRASE: '10s' } })
  const [line = '{}', ...others] = gate.log.filter((each) => each.includes('environment variable'))
  assert.deepEqual(others, [])
  const { level, detail, fix } = JSON.parse(line) as Record<string, unknown>
  assert.deepEqual(
    [level, detail, fix],
    ['warn', 'SALLYPORT_SSH_LOGIN_GRASE', 'did you mean SALLYPORT_SSH_LOGIN_GRACE?'],
  )
})
