import assert from 'node:assert/strict'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runCommand, TemporaryDirectory } from '@sallyport/testkit'
import { answering, runMain } from '../test/run-main.ts'
import { completionScript, SHELLS } from './completion-script.ts'

const client = answering({
  'user.list': { users: [{ name: 'alice@example.com' }, { name: 'alan' }, { name: 'bob' }] },
  'target.list': {
    targets: [
      { name: 'db1', tags: ['tag:db', 'tag:prod'] },
      { name: 'web1', tags: ['tag:prod'] },
    ],
  },
  'session.list': { sessions: [{ id: 'ses_1' }] },
  'key.list': { keys: [{ fingerprint: 'SHA256:abc' }] },
  'ban.list': { bans: [{ source: '192.0.2.0/24' }] },
})

async function complete(...words: readonly string[]): Promise<string[]> {
  const { stdout } = await runMain(['__complete', '--', ...words], { client })
  return stdout.split('\n').filter(Boolean)
}

test('words are completed by where they stand', async () => {
  const table: [words: string[], candidates: string[]][] = [
    [['us'], ['user']],
    [['user', 'di'], ['disable']],
    [
      ['user', 'show', 'al'],
      ['alan', 'alice@example.com'],
    ],
    [['user', 'show', 'alan', ''], []],
    [['session', 'kill', '--user', 'b'], ['bob']],
    [['session', 'kill', '--reason', 'se'], []],
    [['session', 'kill', '--reason', 'done', 'se'], ['ses_1']],
    [
      ['session', 'kill', '--user=al'],
      ['--user=alan', '--user=alice@example.com'],
    ],
    [['target', 'add', 'a', '10.0.0.1', '--tag', 'tag:p'], ['tag:prod']],
    [['policy', 'explain', 'bob', 'd'], ['db1']],
    [['policy', 'explain', 'bob', 'ssh', 'w'], ['web1']],
    [['--json', 'key', 'rm', 'SHA'], ['SHA256:abc']],
    [['ban', 'rm', ''], ['192.0.2.0/24']],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh'],
    ],
    [
      ['user', 'add', 'x', '--role', 'a'],
      ['admin', 'auditor'],
    ],
    [['user', 'add', 'x', '--key', ''], []],
    [['user', 'add', '--ro'], ['--role']],
    [['status', '--ti'], ['--timeout']],
    [['nothing', 'known', 'here'], []],
  ]
  for (const [words, candidates] of table) assert.deepEqual(await complete(...words), candidates, words.join(' '))
})

test('hidden commands are not offered, and every noun is', async () => {
  const offered = await complete('')
  assert.ok(!offered.includes('__complete'))
  for (const word of ['audit', 'ban', 'policy', 'ssh-config', 'up', 'user']) assert.ok(offered.includes(word), word)
})

test('without a daemon nothing fails and nothing is printed', async () => {
  const { status, stdout, stderr } = await runMain(['__complete', '--', 'user', 'show', ''], {
    environment: { SALLYPORT_STATE: '/nonexistent' },
  })
  assert.deepEqual([status, stdout, stderr], [0, '', ''])
})

/** A directory with a `sallyport` that completes from fixed names, as a shell finds it on its PATH. */
function commandOnPath(directory: TemporaryDirectory): NodeJS.ProcessEnv {
  const names = ['alice@example.com', 'alan', 'tag:db', 'tag:prod', '--user=alice@example.com', 'user', 'policy']
  const script = `#!/bin/sh
[ "$1" = __complete ] || { echo "got: $*"; exit; }
shift 2
printf '%s\\n' "$#" "$@" > ${directory.file('asked')}
for last; do :; done
for name in ${names.join(' ')}; do case $name in "$last"*) echo "$name" ;; esac; done
`
  writeFileSync(directory.file('sallyport'), script, { mode: 0o755 })
  return { ...process.env, PATH: `${directory.path}${delimiter}${process.env['PATH'] ?? ''}`, HOME: directory.path }
}

test('bash completes names that hold its word breaks, and asks with the words before the cursor', async (t) => {
  if (!existsSync('/bin/bash')) return t.skip('needs bash')
  using directory = new TemporaryDirectory('completion')
  const env = commandOnPath(directory)
  writeFileSync(directory.file('script'), completionScript('bash'))
  // What readline does: it splits at COMP_WORDBREAKS, and puts what COMPREPLY holds in place of the last piece.
  const ask = async (line: string) => {
    const program = `source ${directory.file('script')}; COMP_LINE=$1 COMP_POINT=\${#1}; _sallyport; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = await runCommand('/bin/bash', ['--norc', '-c', program, 'bash', line], { env })
    assert.equal(stderr, '')
    return stdout.toString().split('\n').filter(Boolean)
  }
  assert.deepEqual(await ask('sallyport us'), ['user'])
  assert.deepEqual(await ask('sallyport user show al'), ['alice@example.com', 'alan'])
  assert.deepEqual(await ask('sallyport user show alice@'), ['@example.com'])
  assert.deepEqual(await ask('sallyport target ls --tag tag:p'), ['prod'])
  assert.deepEqual(await ask('sallyport session kill --user=al'), ['alice@example.com'])
  assert.ok((await ask('sallyport user show ')).includes('alan'))
  assert.deepEqual(await ask('sallyport user add x --key nothing'), [])
  const { stdout } = await runCommand('/bin/cat', [directory.file('asked')])
  assert.equal(stdout.toString(), '5\nuser\nadd\nx\n--key\nnothing\n')
  return undefined
})

test('an interactive bash expands a word with TAB', async (t) => {
  if (!existsSync('/bin/bash') || !existsSync('/usr/bin/script')) return t.skip('needs bash and script')
  using directory = new TemporaryDirectory('completion')
  const env = { ...commandOnPath(directory), TERM: 'dumb', PS1: '$ ' }
  writeFileSync(directory.file('script'), completionScript('bash'))
  const typed = `source ${directory.file('script')}\nsallyport user show alice@e\t\nsallyport target ls --tag tag:p\t\nexit\n`
  const { stdout } = await runCommand('/usr/bin/script', ['-qec', 'bash --norc -i', '/dev/null'], { env, input: typed })
  assert.match(stdout.toString(), /got: user show alice@example\.com/)
  assert.match(stdout.toString(), /got: target ls --tag tag:prod/)
  return undefined
})

async function scriptCompletes(t: TestContext, shell: string, program: string, expected: RegExp): Promise<void> {
  const path = [`/usr/bin/${shell}`, `/bin/${shell}`].find(existsSync)
  if (path === undefined) return t.skip(`needs ${shell}`)
  using directory = new TemporaryDirectory('completion')
  const env = commandOnPath(directory)
  writeFileSync(directory.file('_sallyport'), completionScript(shell as 'fish'))
  symlinkSync('_sallyport', directory.file('sallyport.fish'))
  const { stdout, stderr } = await runCommand(path, ['-c', program.replaceAll('DIR', directory.path)], { env })
  assert.match(stdout.toString() + stderr, expected)
}

test('fish offers what the command answers', async (t) => {
  await scriptCompletes(t, 'fish', 'source DIR/sallyport.fish; complete -C "sallyport user show al"', /^alan\nalice@/m)
})

test('zsh loads the script and hands it the words', async (t) => {
  const program = `autoload -Uz compinit; compinit -u -d DIR/dump; source DIR/_sallyport
words=(sallyport user show al); CURRENT=4
compadd() { shift; print -l "$@" }; _sallyport`
  await scriptCompletes(t, 'zsh', program, /^alice@example\.com\nalan$/m)
})

test('every script is what its shell accepts', async (t) => {
  for (const shell of SHELLS) {
    await t.test(shell, async (t) => {
      if (![`/usr/bin/${shell}`, `/bin/${shell}`].some(existsSync)) return t.skip(`needs ${shell}`)
      using directory = new TemporaryDirectory('completion')
      writeFileSync(directory.file('script'), completionScript(shell))
      const { status, stderr } = await runCommand(shell, ['-n', directory.file('script')])
      assert.deepEqual([status, stderr], [0, ''])
      return undefined
    })
  }
})
