import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freePort, runCommand, TemporaryDirectory } from '@sallyport/testkit'
import { placeIn, ROOT } from './script-place.ts'

const SALLYPORT = `${ROOT}node_modules/.bin/sallyport`
const START_DEADLINE_MS = 60_000

/** A fresh machine, as far as the gateway can tell: an empty home but for a key, no state, free ports. */
async function freshMachine(directory: TemporaryDirectory, options: { readonly key?: boolean } = {}) {
  const { environment } = placeIn(directory.path)
  mkdirSync(directory.file('home', '.ssh'), { recursive: true, mode: 0o700 })
  if (options.key !== false)
    await runCommand('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-f',
      directory.file('home', '.ssh', 'id_ed25519'),
    ])
  const port = await freePort()
  const metrics = await freePort()
  const env: NodeJS.ProcessEnv = {
    ...environment,
    SALLYPORT_LISTEN_SSH: `["127.0.0.1:${port}"]`,
    SALLYPORT_LISTEN_METRICS: `127.0.0.1:${metrics}`,
  }
  return {
    port,
    env,
    sallyport: (...args: string[]) => runCommand(SALLYPORT, args, { env, cwd: directory.path }),
  }
}

interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits until a text was printed. */
  says(text: string): Promise<void>
  /** Ends it with a signal to its whole group, as Ctrl-C does; the exit status. */
  interrupt(): Promise<number | null>
}

function start(
  t: TestContext,
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
) {
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const signalGroup = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal)
  }
  t.after(() => {
    try {
      signalGroup('SIGKILL')
    } catch {
      // gone already
    }
  })
  const running: Running = {
    child,
    output: () => output,
    async says(text) {
      const deadline = Date.now() + START_DEADLINE_MS
      while (!output.includes(text)) {
        if (Date.now() > deadline) throw new Error(`“${text}” did not come\n${output}`)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    },
    interrupt() {
      signalGroup('SIGINT')
      return ended
    },
  }
  return running
}

test('npm start on a fresh machine makes everything, greets, serves, and ends on Ctrl-C', async (t) => {
  using directory = new TemporaryDirectory('first-start')
  const { port, env, sallyport } = await freshMachine(directory)
  const gateway = start(t, 'npm', ['start'], { cwd: ROOT, env })
  await gateway.says(' is ready.')
  await gateway.says('Try it in another terminal')
  const output = gateway.output()
  assert.match(output, new RegExp(`listens +127\\.0\\.0\\.1:${port}`))
  assert.match(output, /state +\/.*\(made just now\)/)
  assert.match(output, /host key +SHA256:\S{43} \(ssh-ed25519\)/)
  assert.match(output, /owner +\S+, 1 key found/)
  assert.ok(output.includes(`ssh -J localhost:${port} LOGIN@SERVER`), output)
  assert.equal((await sallyport('status', '--json=phase')).stdout.toString(), '{\n  "phase": "ready"\n}\n')
  assert.equal(statSync(directory.file('state')).mode & 0o777, 0o700)
  const welcome = await runCommand(
    'ssh',
    `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -T -F none -p ${port} -i`
      .split(' ')
      .concat(directory.file('home', '.ssh', 'id_ed25519'), '127.0.0.1'),
    { env },
  )
  assert.match(welcome.stdout.toString() + welcome.stderr, /^Hello \S+\. This is a Sallyport gateway/m)
  await gateway.interrupt() // npm itself ends by the signal; what counts is what it had started
  await gateway.says('stopped')
  assert.equal((await sallyport('status')).status, 7)
})

test('under a service manager the journal gets no link that signs the owner in, and is told how to make one', async (t) => {
  using directory = new TemporaryDirectory('journal')
  const { env } = await freshMachine(directory)
  const journal = openSync(directory.file('journal'), 'w+')
  t.after(() => closeSync(journal))
  const { dev, ino } = fstatSync(journal)
  const child = spawn(SALLYPORT, ['up'], {
    cwd: directory.path,
    env: { ...env, JOURNAL_STREAM: `${dev}:${ino}` },
    stdio: ['ignore', journal, journal],
  })
  const ended = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  const written = () => readFileSync(directory.file('journal'), 'utf8')
  const deadline = Date.now() + START_DEADLINE_MS
  while (!written().includes('Then the console')) {
    assert.ok(Date.now() < deadline, written())
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  assert.match(written(), /make a link that works once\n {2}npx sallyport user invite \S+\n/)
  assert.doesNotMatch(written(), /\/setup\//)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})

test('init makes everything and starts nothing; what it made is not made again', async () => {
  using directory = new TemporaryDirectory('init')
  const { sallyport } = await freshMachine(directory)
  const first = await sallyport('init')
  assert.equal(first.status, 0)
  assert.match(first.stdout.toString(), /is set up\.[\s\S]*owner +\S+, 1 key found[\s\S]*npx sallyport up/)
  assert.equal((await sallyport('status')).status, 7)
  const again = await sallyport('init', '--json')
  assert.deepEqual((JSON.parse(again.stdout.toString()) as { made: boolean }).made, false)
})

test('without any key the first start says how to add one', async () => {
  using directory = new TemporaryDirectory('no-key')
  const { sallyport } = await freshMachine(directory, { key: false })
  const { stdout } = await sallyport('init')
  assert.match(stdout.toString(), /Nobody can sign in yet[\s\S]*sallyport key add \S+ /)
})

test('a state directory that others may read is refused, with the command that mends it', async () => {
  using directory = new TemporaryDirectory('open-state')
  const { sallyport } = await freshMachine(directory)
  assert.equal((await sallyport('init')).status, 0)
  chmodSync(directory.file('state'), 0o755)
  for (const verb of ['up', 'init']) {
    const { status, stderr } = await sallyport(verb)
    assert.equal(status, 1)
    assert.match(stderr, /^error: the state directory \S+ is open to others {2}\[SP3101 state\.permissions\]\n/)
    assert.match(stderr, /\n {2}fix {3}chmod 700 \S+\n/)
  }
  chmodSync(directory.file('state'), 0o700)
  chmodSync(directory.file('state', 'host-keys', 'ssh_host_ed25519_key'), 0o644)
  const { stderr } = await sallyport('up')
  assert.match(stderr, /\[SP3104 host-key\.permissions\]\n[\s\S]*fix {3}chmod 600 /)
})

test('a configuration with mistakes stops the start, each mistake with its line', async () => {
  using directory = new TemporaryDirectory('bad-config')
  const { sallyport } = await freshMachine(directory)
  mkdirSync(directory.file('state'), { mode: 0o700 })
  writeFileSync(directory.file('state', 'sallyport.toml'), '[ssh]\nlogin_grase = "30s"\n[lisden]\n', { mode: 0o600 })
  const { status, stderr } = await sallyport('up')
  assert.equal(status, 2)
  assert.match(stderr, /sallyport\.toml:2: unknown key “ssh\.login_grase”; did you mean “ssh\.login_grace”\?/)
  assert.match(stderr, /sallyport\.toml:3: unknown section “lisden”; did you mean “listen”\?/)
})

test('a port that is taken is said in one line', async (t) => {
  using directory = new TemporaryDirectory('port-taken')
  const { port, env, sallyport } = await freshMachine(directory)
  const gateway = start(t, SALLYPORT, ['up'], { cwd: ROOT, env })
  await gateway.says(' is ready.')
  const { status, stderr } = await sallyport('up', '--state', directory.file('other'))
  assert.equal(status, 1)
  assert.match(
    stderr,
    new RegExp(`^error: cannot listen on 127\\.0\\.0\\.1:${port} {2}\\[SP3401 listen\\.failed\\]\\n`),
  )
  assert.equal(await gateway.interrupt(), 0)
})

test('on a full disk nobody is let in or added, and with room again it goes on by itself', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root to mount a small disk')
  using directory = new TemporaryDirectory('full-disk')
  const disk = directory.file('disk')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=700', 'tmpfs', disk]).status !== 0)
    return t.skip('needs the right to mount')
  using _mounted = { [Symbol.dispose]: () => void spawnSync('umount', ['-l', disk]) }
  const { env, sallyport } = await freshMachine(directory)
  env['SALLYPORT_STATE'] = join(disk, 'state')
  const gateway = start(t, SALLYPORT, ['up'], { cwd: ROOT, env })
  await gateway.says(' is ready.')
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=4k'])
  const refused = await sallyport('user', 'add', 'alice')
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /^error: .*no space is left[\s\S]*fix {3}free space/)
  const doctor = await sallyport('doctor')
  assert.match(doctor.stdout.toString(), /space for the audit log: 0 MiB free[\s\S]*fix {3}make room/)
  assert.equal((await sallyport('user', 'ls')).status, 0)
  rmSync(join(disk, 'fill'))
  assert.equal((await sallyport('user', 'add', 'alice')).status, 0)
  assert.equal((await sallyport('audit', 'verify')).status, 0)
  assert.equal(await gateway.interrupt(), 0)
  return undefined
})
