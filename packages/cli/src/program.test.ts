import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from 'commander'
import { answering, memoryTerminal, runMain } from '../test/run-main.ts'
import { examplesOf } from './examples.ts'
import { findCommand } from './find-command.ts'
import { buildProgram } from './program.ts'
import { asksForJson, settleJson } from './settle-json.ts'

function program(): Command {
  const { terminal } = memoryTerminal()
  return buildProgram(
    terminal,
    () => assert.fail('nothing runs'),
    () => {},
  )
}

function leaves(command: Command): Command[] {
  const children = command.createHelp().visibleCommands(command)
  return children.length === 0 ? [command] : children.flatMap(leaves)
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

test('every command has an example in its help, and each is of that command', () => {
  const tree = program()
  for (const command of leaves(tree)) {
    const lines = examplesOf(command)
    assert.ok(lines.length > 0, pathOf(command))
    let help = ''
    command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp()
    for (const line of lines) {
      assert.ok(help.includes(line), `${pathOf(command)}: ${line}`)
      const [, words = ''] = /sallyport ([^|>)]*)/.exec(line) ?? []
      const found = findCommand(tree, words.trim().split(' '))
      assert.equal(pathOf(found.command), pathOf(command), line)
    }
  }
})

test('descriptions begin in lower case and end without a stop', () => {
  const check = (command: Command) => {
    for (const text of [command.description(), ...command.options.map(({ description }) => description)])
      assert.match(text, /^[^A-Z].*[^.]$|^TCP port$/, `${pathOf(command)}: ${text}`)
    command.createHelp().visibleCommands(command).forEach(check)
  }
  check(program())
})

test('an option given twice is an error where it does not accumulate', async () => {
  const client = answering({})
  const table = [
    'ban add 192.0.2.1 --for 1h --for 2h',
    'user ls --quiet --quiet',
    'user ls -q --quiet',
    'user ls --json --json',
    'user ls --json=id --json=name',
    'target add a 10.0.0.1 -p 1 --port 2',
    '--state a user ls --state b',
    'user ls --no-input --no-input',
  ]
  for (const line of table) {
    const { status, stderr } = await runMain(line.split(' '), { client })
    assert.equal(status, 2, line)
    assert.match(stderr, /given twice/, line)
  }
})

test('an option that accumulates takes all it is given', async () => {
  const calls: [string, unknown][] = []
  const target = { id: 't', name: 'a', address: '10.0.0.1', port: 22, tags: [], host_keys: [], created_at: '' }
  const client = answering({ 'target.add': target }, calls)
  await runMain('target add a 10.0.0.1 --tag x -t tag:y'.split(' '), { client })
  const [, input] = calls[0] ?? []
  assert.deepEqual((input as { tags: unknown }).tags, ['tag:x', 'tag:y'])
})

test('a wrong command line exits with 2, names the nearest, and says where to look', async () => {
  const table: [line: string, stderr: RegExp][] = [
    ['usr ls', /^error: unknown command 'usr' {2}\[SP4001 usage\.invalid\]\n {2}fix {3}did you mean user\?\n$/],
    ['user ls --jsn', /unknown option '--jsn'[^\n]*\n {2}fix {3}did you mean --json\?/],
    ['user show', /missing required argument 'user'[^\n]*\n {2}fix {3}see: sallyport user show --help/],
    ['user ls a', /too many arguments[^\n]*\n {2}fix {3}see: sallyport user ls --help/],
    [
      'target add a b --port 99999',
      /argument '99999' is invalid[^\n]*\n {2}fix {3}write a whole number from 1 to 65535\n/,
    ],
    ['user add a --role king', /Allowed choices are owner, admin, auditor, member/i],
    ['audit search --outcome denied --outcome lost', /Allowed choices are allowed, denied, failed, banned/i],
    ['user edit alice', /there is nothing to change/],
    ['help usr', /no command and no topic “usr”/],
  ]
  for (const [line, stderr] of table) {
    const result = await runMain(line.split(' '), { client: answering({}) })
    assert.equal(result.status, 2, line)
    assert.match(result.stderr, stderr, line)
    assert.equal(result.stdout, '', line)
  }
})

test('with --json a wrong command line is told in JSON as well', async () => {
  const { stderr } = await runMain(['usr', '--json'])
  assert.match(stderr, /^\{"error":\{"code":"SP4001","name":"usage\.invalid",/)
})

test('a noun without its verb prints its verbs on stderr and exits with 2', async () => {
  const { status, stdout, stderr } = await runMain(['user'])
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /disable <user>/)
})

test('help and version go to stdout and need no daemon', async () => {
  for (const line of ['--help', 'user add --help', 'help user add', 'help', 'help ssh', 'help exit-codes', '-V']) {
    const { status, stdout, stderr } = await runMain(line.split(' '))
    assert.deepEqual([status, stderr], [0, ''], line)
    assert.ok(stdout.length > 3, line)
  }
  const [byFlag, byWord] = [await runMain(['user', 'add', '--help']), await runMain(['help', 'user', 'add'])]
  assert.equal(byFlag.stdout, byWord.stdout)
})

test('a bare --json takes no argument, wherever it stands', () => {
  const table: [string, string][] = [
    ['user show --json alice', 'user show alice --json'],
    ['--json user ls', 'user ls --json'],
    ['user ls --json=id', 'user ls --json=id'],
    ['__complete -- user ls --json', '__complete -- user ls --json'],
  ]
  for (const [given, settled] of table) assert.deepEqual(settleJson(given.split(' ')), settled.split(' '))
  assert.ok(asksForJson(['user', 'ls', '--json=id']))
  assert.ok(!asksForJson(['__complete', '--', '--json']))
})

test('JSON of a list is an array, also an empty one, and chosen fields come alone', async () => {
  const client = answering({ 'user.list': { users: [] } })
  assert.equal((await runMain(['user', 'ls', '--json'], { client })).stdout, '[]\n')
  const empty = await runMain(['user', 'ls'], { client })
  assert.deepEqual([empty.stdout, empty.status], ['', 0])
  assert.match(empty.stderr, /no users yet/)
  assert.equal((await runMain(['user', 'ls', '--quiet'], { client })).stderr, '')
})

test('what destroys is not done unasked: --no-input and pipes refuse, --yes does it', async () => {
  const calls: unknown[] = []
  const client = answering({ 'target.remove': { name: 'db1' } }, calls)
  for (const options of [
    { argv: ['--no-input'], tty: true },
    { argv: [], tty: false },
  ]) {
    const { status, stderr } = await runMain(['target', 'rm', 'db1', ...options.argv], { client, tty: options.tty })
    assert.equal(status, 2)
    assert.match(stderr, /SP4003 usage\.confirmation-needed[\s\S]*--yes/)
  }
  assert.equal(calls.length, 0)
  assert.equal((await runMain(['target', 'rm', 'db1', '-y'], { client })).stdout, 'db1 was removed\n')
})

test('nothing is coloured when piped', async () => {
  const { stdout } = await runMain(['--help'])
  assert.ok(!stdout.includes('\u001b'))
})

test('help is JSON for programs: the whole tree, one command, or a topic', async () => {
  interface Described {
    name: string
    usage: string
    options: { flags: string }[]
    arguments: { name: string; required: boolean }[]
    examples: string[]
    commands: Described[]
  }
  const asked = async (line: string) => {
    const { status, stdout, stderr } = await runMain(line.split(' '))
    assert.deepEqual([status, stderr], [0, ''], line)
    return JSON.parse(stdout) as Described
  }
  const all = await asked('help --json')
  assert.equal(all.name, 'sallyport')
  assert.ok(all.options.some(({ flags }) => flags === '--json [=fields]'))
  const user = all.commands.find(({ name }) => name === 'sallyport user')
  const add = user?.commands.find(({ name }) => name === 'sallyport user add')
  assert.deepEqual(await asked('help user add --json'), add)
  assert.deepEqual(
    add?.arguments.map(({ name, required }) => [name, required]),
    [['name', true]],
  )
  assert.ok(add.examples.length > 0 && add.options.length > 0)
  const every = (command: Described): Described[] => [command, ...command.commands.flatMap(every)]
  for (const { name } of every(all)) assert.match(name, /^sallyport(?: [a-z-]+)*$/)
  const text = await runMain(['help', 'exit-codes'])
  assert.deepEqual(await asked('help exit-codes --json'), { topic: 'exit-codes', text: text.stdout })
  assert.deepEqual(await asked('help exit-codes --json=topic'), { topic: 'exit-codes' })
})

test('with --json nothing but JSON is printed where there is none to print', async () => {
  for (const line of ['completion bash --json', '--json', 'user --json', 'policy --json=id']) {
    const { status, stdout, stderr } = await runMain(line.split(' '), { client: answering({}) })
    assert.deepEqual([status, stdout], [2, ''], line)
    const { error } = JSON.parse(stderr) as { error: { name: string; fix: string } }
    assert.equal(error.name, 'usage.invalid', line)
    assert.match(error.fix, /sallyport .*help/, line)
  }
  assert.match((await runMain(['user'])).stderr, /^\s*Usage: sallyport user/)
})
