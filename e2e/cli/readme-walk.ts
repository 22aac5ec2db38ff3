/**
 * Walks through README.md's "Start" and "Five minutes" word for word: every command of their code blocks, in order, as it
 * stands. Run by readme.test.ts as root inside namespaces of its own, where 192.0.2.10 is a machine with an sshd on port 22
 * and a user called "you"; nothing of this touches the machine around it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

const [root = '', place = ''] = process.argv.slice(2)
const home = join(place, 'home')
const terminal = join(place, 'checkout')
/** The target's /etc/ssh; it is this machine's own as well, in this namespace alone. */
const etc = join(place, 'etc-ssh')
const DEADLINE_MS = 90_000

const environment = {
  ...process.env,
  HOME: home,
  SALLYPORT_STATE: join(place, 'state'),
  PATH: `/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
  NO_COLOR: '1',
}
delete (environment as NodeJS.ProcessEnv)['SSH_AUTH_SOCK']

/** What a command has to print, by its beginning; a command without a line here only has to succeed. */
const EXPECTED: readonly (readonly [beginning: string, printed: RegExp])[] = [
  ['npx sallyport status', /^phase +ready$/m],
  ['npx sallyport target add web1', /^web1 is 192\.0\.2\.10 port 22, tag:web$/m],
  ['npx sallyport session ls', /^ses_\S+ .* web1:22$/m],
  ['npx sallyport audit tail', /access-granted/],
  ['ssh -p 2222 localhost', /^Hello [\s\S]*web1/m],
  ['npx sallyport user add alice', /^alice was added as member with 1 key$/m],
  ['npx sallyport policy check', /no errors/],
  ['npx sallyport policy apply policy.hujson -m "alice may reach web1"', /^version 2 is in force/m],
  ['npx sallyport policy explain alice web1', /^allow: alice to web1 port 22/m],
  ['npx sallyport user invite alice', /^https:\/\/localhost:8443\/join\/\S+$/m],
  ['npx sallyport policy apply policy.hujson -m "alice may log in on web1"', /^version 3 is in force/m],
  ['npx sallyport target enrol web1', /^web1 believes our certificates now$/m],
  ['npx sallyport user disable alice', /^alice is disabled/m],
  ['npx sallyport audit verify', /^✓ \d+ entries in one unbroken chain/m],
]

const children: { kill(signal: NodeJS.Signals): void }[] = []
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

prepare()
for (const [command, ...comments] of commandsOf(readFileSync(join(root, 'README.md'), 'utf8'))) {
  console.log(`$ ${command}`)
  if (command.startsWith('npm ci')) await install(command)
  else if (command.startsWith('ssh -J')) await stayOnTarget(command)
  else await run(command)
  for (const comment of comments) {
    const [, section, line] = /^put in(?:to "(\w+)")?: (.*)$/.exec(comment) ?? []
    if (line !== undefined) putIn('policy.hujson', line, section)
  }
}
console.log('walked')
process.exit(0)

/** Commands of the two sections’ code blocks of no language, each with its comments: behind it, and on lines below it. */
function commandsOf(readme: string): [command: string, ...comments: string[]][] {
  const sections = readme.split(/^## /m).filter((section) => /^(Start|Five minutes)\n/.test(section))
  const blocks = sections.flatMap((section) =>
    [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, block]) => (language === '' ? block : '')),
  )
  const commands: [command: string, ...comments: string[]][] = []
  for (const line of blocks.flatMap((block) => (block ?? '').split('\n').filter((each) => each.trim() !== ''))) {
    const [command = '', comment] = line.split(/ {2,}# /).map((part) => part.trim())
    if (command !== '') commands.push([command])
    if (comment !== undefined) commands.at(-1)?.push(comment)
  }
  return commands
}

/** The machine the reader sits at, and the one they want to reach. */
function prepare(): void {
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  mkdirSync(terminal, { recursive: true })
  chmodSync(place, 0o755)
  chmodSync(home, 0o755)
  // A checkout whose files are the real ones, so that what the walk writes does not land among them.
  for (const entry of readdirSync(root)) symlinkSync(join(root, entry), join(terminal, entry))
  const key = join(home, '.ssh', 'id_ed25519')
  for (const file of [key, join(terminal, 'alice'), join(place, 'host_key')])
    must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  // The one thing a person does besides: to answer "yes" when ssh shows a new host key.
  writeFileSync(join(home, '.ssh', 'config'), 'Host *\n  StrictHostKeyChecking accept-new\n', { mode: 0o600 })
  must('ip', ['link', 'set', 'lo', 'up'])
  must('ip', ['address', 'add', '192.0.2.10/32', 'dev', 'lo'])
  addYou()
  mkdirSync(join(etc, 'sshd_config.d'), { recursive: true })
  must('mount', ['--bind', etc, '/etc/ssh'])
  // Of the machine's own sshd and systemd nothing is to be seen, or told, here.
  must('mount', ['-t', 'tmpfs', 'tmpfs', '/run'])
  writeFileSync(
    '/etc/ssh/sshd_config',
    `Include /etc/ssh/sshd_config.d/*.conf
ListenAddress 192.0.2.10:22
HostKey ${join(place, 'host_key')}
AuthorizedKeysFile ${key}.pub
UsePAM no
StrictModes no
PermitRootLogin yes
`,
  )
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  children.push(spawn('/usr/sbin/sshd', ['-D', '-e'], { stdio: 'ignore' }))
}

/** A /etc/passwd for this namespace alone: root lives in the walk's home, and "you" has an account on the target. */
function addYou(): void {
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => (line.startsWith('root:') ? `root:x:0:0:root:${home}:/bin/bash` : line))
  const passwd = join(place, 'passwd')
  writeFileSync(passwd, [...lines.filter((line) => line !== ''), `you:x:0:0:you:${home}:/bin/bash`, ''].join('\n'))
  chmodSync(passwd, 0o644)
  must('mount', ['--bind', passwd, '/etc/passwd'])
}

/** `npm ci && npm start`: the install has been done, or this would not run; the start is left running. */
async function install(command: string): Promise<void> {
  if (!command.includes('npm start')) return // the other block is `npm test`, which is running right now
  if (command !== 'npm ci && npm start' || !existsSync(join(root, 'node_modules'))) throw new Error(command)
  const gateway = spawn('npm', ['start'], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(gateway)
  let output = ''
  for (const stream of [gateway.stdout, gateway.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await until(
    () => output.includes('Try it in another terminal'),
    () => output,
  )
  await until(
    () => accepts('127.0.0.1', 2222),
    () => output,
  )
}

/** A jump stays open, as it would in a terminal of its own, so that what follows can be seen. */
async function stayOnTarget(command: string): Promise<void> {
  const child = spawn('bash', ['-c', command], { cwd: terminal, env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdin.write('echo "on as $LOGNAME at $SSH_CONNECTION"\n')
  await until(
    () => /on as you at \S+ \d+ 192\.0\.2\.10 22/.test(output),
    () => output,
  )
}

async function run(command: string): Promise<void> {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd: terminal,
    env: environment,
    encoding: 'utf8',
    timeout: DEADLINE_MS,
  })
  const expected = EXPECTED.find(([beginning]) => command.startsWith(beginning))?.[1]
  if (status !== 0 || (expected !== undefined && !expected.test(stdout)))
    throw new Error(`${command}\nended with ${status}, wanted ${expected?.source ?? 'success'}\n${stdout}${stderr}`)
}

/** Puts a line in at the beginning of a policy, or of a section of it, as a person would with an editor. */
function putIn(file: string, line: string, section?: string): void {
  const path = join(terminal, file)
  const before = readFileSync(path, 'utf8')
  const opening = section === undefined ? '{' : `  "${section}": {`
  const after = before.replace(`\n${opening}\n`, (found) => `${found}  ${line}\n`)
  if (after === before) throw new Error(`${file} has no line ${opening}`)
  writeFileSync(path, after)
}

function must(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

async function until(done: () => boolean | Promise<boolean>, output: () => string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`did not come in time\n${output()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
