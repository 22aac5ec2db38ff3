/** Containers run programs under numbers that have no name, and sometimes without HOME. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TemporaryDirectory } from '@sallyport/testkit'

const COMMAND = fileURLToPath(new URL('../../cli/bin/sallyport.js', import.meta.url))
/** In no password file. */
const NUMBER = 987_654_321

function run(args: readonly string[], env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, args, { uid: NUMBER, gid: NUMBER, env, encoding: 'utf8' })
}

function skip(): string | false {
  if (process.getuid?.() !== 0) return 'only root may run as somebody else'
  const reads = run(['-e', `require('node:fs').readFileSync(${JSON.stringify(COMMAND)})`], {})
  return reads.status === 0 ? false : 'the checkout is open to its owner alone'
}

test('a user that has no name sets the gateway up, and is told of one that does not run', { skip: skip() }, () => {
  using directory = new TemporaryDirectory('nameless')
  chmodSync(directory.path, 0o755)
  const home = directory.file('home')
  mkdirSync(home, { mode: 0o777 })
  chmodSync(home, 0o777)
  for (const env of [{ HOME: home }, {}]) {
    const state = `${home}/state-${Object.keys(env).length}`
    const made = run([COMMAND, 'init', '--state', state, '--json'], env)
    assert.equal(made.status, 0, made.stderr)
    assert.equal((JSON.parse(made.stdout) as { owner: string }).owner, 'admin')
    assert.ok(existsSync(`${state}/host-keys/ssh_host_rsa_key`))
    const status = run([COMMAND, 'status', '--state', state], env)
    assert.equal(status.status, 7, status.stderr)
    assert.match(status.stderr, /^error: .*daemon\.unreachable/)
  }
})

test('a state that root set up with files of its own is refused to others with what to do', { skip: skip() }, () => {
  using directory = new TemporaryDirectory('of-root')
  chmodSync(directory.path, 0o755)
  const state = directory.file('state')
  mkdirSync(state, { mode: 0o700 })
  chownSync(state, NUMBER, NUMBER)
  const init = () => run([COMMAND, 'init', '--state', state], { HOME: directory.path })
  assert.equal(init().status, 0)
  const files = ['sallyport.toml', 'sallyport.db', 'audit-checkpoints.ndjson', 'audit-key.pem', 'daemon.lock.db']
  for (const file of [...files, 'host-keys', '']) {
    chownSync(`${state}/${file}`, 0, 0)
    const { status, stderr } = init()
    chownSync(`${state}/${file}`, NUMBER, NUMBER)
    assert.notEqual(status, 0, file)
    assert.match(
      stderr,
      /^ {2}why {3}.*(?:permission denied|unable to open|belongs to|its owner is)/m,
      `${file}: ${stderr}`,
    )
    assert.match(stderr, /^ {2}fix {3}/m, `${file}: ${stderr}`)
  }
  assert.equal(init().status, 0)
})
