import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodePlainKey, EMPTY_REVOCATION_LIST, encodeRevocationList, parsePublicKey } from '@sallyport/ssh/keys'
import { hasSshd, SSHD, TemporaryDirectory } from '@sallyport/testkit'
import { enrolment } from './enrolment.ts'

const skip = hasSshd() ? false : 'needs sshd'
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE3wZ3+4oRS6rdo4mAlBhyjKl5uD+Ng+cUUQfMPm3IRe'
const made = enrolment({
  target: { name: 'web1', tags: ['tag:web'] },
  authorities: [decodePlainKey(parsePublicKey(KEY).key.blob)],
  revocationList: encodeRevocationList(EMPTY_REVOCATION_LIST),
})

/** A machine’s /etc/ssh in a directory of the test; nothing listens there. */
class Machine {
  readonly #directory = new TemporaryDirectory('enrolment')
  readonly file = join(this.#directory.path, 'sshd_config.d', '50-sallyport.conf')

  constructor(config: readonly string[]) {
    const key = this.#directory.file('host_key')
    assert.equal(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]).status, 0)
    mkdirSync(join(this.#directory.path, 'sshd_config.d'))
    writeFileSync(this.#directory.file('sshd_config'), [...config, `HostKey ${key}`, ''].map(this.here).join('\n'))
  }

  readonly here = (text: string): string => text.replaceAll('/etc/ssh/', `${this.#directory.path}/`)

  /** What the script says and ends with, where `reload` is how its sshd is told. */
  run(reload = 'echo reloaded'): { status: number | null; stdout: string; stderr: string } {
    const own = [
      `sshd() { ${SSHD} -f ${this.#directory.file('sshd_config')} "$@"; }`,
      `systemctl() { ${reload}; }`,
      'kill() { false; }',
    ]
    const [shebang = '', ...lines] = this.here(made.script).split('\n')
    return spawnSync('sh', { input: [shebang, ...own, ...lines].join('\n'), encoding: 'utf8' })
  }

  /** Setting of its sshd for a login, once the script has run. */
  setting(name: string, user: string): string | undefined {
    const who = `user=${user},host=localhost,addr=127.0.0.1`
    const { stdout } = spawnSync(SSHD, ['-T', '-f', this.#directory.file('sshd_config'), '-C', who], {
      encoding: 'utf8',
    })
    return stdout.split('\n').find((line) => line.startsWith(`${name} `))
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]()
  }
}

const INCLUDE = 'Include /etc/ssh/sshd_config.d/*.conf'

test('V-C02 a login that is not root on a target is no way to be root there, for any sshd that reads it', {
  skip,
}, () => {
  using machine = new Machine([INCLUDE])
  const { status, stdout, stderr } = machine.run()
  assert.deepEqual({ status, stdout }, { status: 0, stdout: 'reloaded\n' }, stderr)
  // Some systems look users up without regard to case (macOS, winbind), and sshd compares what the client wrote.
  for (const user of ['root', 'toor', 'ROOT', 'rOoT', 'Toor']) {
    const command = machine.setting('authorizedprincipalscommand', user)
    assert.match(command ?? '', / %u@web1 %u@tag:web %u@any$/)
    assert.doesNotMatch(command ?? '', /nonroot/)
  }
  for (const user of ['alice', 'rooty', 'oort'])
    assert.match(machine.setting('authorizedprincipalscommand', user) ?? '', / nonroot@tag:web /)
  assert.equal(existsSync(`${machine.file}.before`), false)
})

test('what sshd would not start with is taken back, and sshd is not told', { skip }, () => {
  using machine = new Machine([INCLUDE, 'NoSuchSetting yes'])
  const { status, stdout, stderr } = machine.run()
  assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
  assert.match(stderr, /^sallyport: sshd does not take the new configuration; sshd goes on as before$/m)
  assert.equal(existsSync(machine.file), false)

  writeFileSync(machine.file, '# as it was\n')
  assert.equal(machine.run().status, 1)
  assert.equal(readFileSync(machine.file, 'utf8'), '# as it was\n')
})

test('an sshd that reads other settings is no target that believes us', { skip }, () => {
  const others = 'TrustedUserCAKeys /etc/ssh/host_key.pub'
  for (const config of [[], [others, INCLUDE]]) {
    using machine = new Machine(config)
    const { status, stderr } = machine.run()
    assert.equal(status, 1, stderr)
    assert.match(stderr, /does not include sshd_config\.d\/\*\.conf, or sets the same before it/)
    assert.equal(existsSync(machine.file), false)
  }
})

test('where sshd cannot be told, the script says what is left to do', { skip }, () => {
  using machine = new Machine([INCLUDE])
  const { status, stdout, stderr } = machine.run('false')
  assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
  assert.equal(stderr, 'sallyport: the files are in place, but sshd could not be told: reload it\n')
  assert.ok(existsSync(machine.file))
})
