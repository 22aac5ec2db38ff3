/** Servers of others to log in to, each throw-away and on a port of 127.0.0.1. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { freePort, Sshd, TemporaryDirectory } from '@sallyport/testkit'
import { formatPublicKey, type PublicKey } from '../../src/keys/index.ts'

const START_DEADLINE_MS = 60_000
const DROPBEAR = '/usr/sbin/dropbear'
const PYTHON = '/usr/bin/python3'

export interface ForeignServer extends AsyncDisposable {
  readonly port: number
  readonly username: string
}

export interface ForeignServerKind {
  readonly name: string
  /** Why it cannot run here, or `false`. */
  readonly skip: string | false
  /** It keeps quiet while keys are renewed, as RFC 4253 §7.1 demands; asyncssh 2.10 goes on sending data, which we do not take. */
  readonly silentWhileRekeying: boolean
  start(userKey: PublicKey): Promise<ForeignServer>
}

export const foreignServers: readonly ForeignServerKind[] = [
  {
    name: 'OpenSSH sshd',
    skip: existsSync('/usr/sbin/sshd') ? false : 'needs sshd',
    silentWhileRekeying: true,
    async start(userKey) {
      const sshd = await Sshd.start({ authorizedKeys: [formatPublicKey(userKey)] })
      const { username } = userInfo()
      return { port: sshd.port, username, [Symbol.asyncDispose]: () => sshd[Symbol.asyncDispose]() }
    },
  },
  {
    name: 'dropbear',
    skip: existsSync(DROPBEAR) && process.getuid?.() === 0 ? false : 'needs dropbear and root',
    silentWhileRekeying: true,
    start: startDropbear,
  },
  {
    name: 'asyncssh',
    skip: hasAsyncssh() ? false : 'needs python3-asyncssh',
    silentWhileRekeying: false,
    start: startAsyncssh,
  },
]

/** Dropbear looks for keys in the user's home alone: it gets a mount namespace of its own, with another home in it. */
async function startDropbear(userKey: PublicKey): Promise<ForeignServer> {
  const directory = new TemporaryDirectory('dropbear')
  const { username, homedir } = userInfo()
  const home = directory.file('home')
  mkdirSync(directory.file('home', '.ssh'), { recursive: true, mode: 0o700 })
  writeFileSync(directory.file('home', '.ssh', 'authorized_keys'), `${formatPublicKey(userKey)}\n`, { mode: 0o600 })
  execFileSync('dropbearkey', ['-t', 'ed25519', '-f', directory.file('host')], { stdio: 'ignore' })
  const port = await freePort()
  const command = 'mount --bind "$1" "$2" && exec "$3" -F -E -s -r "$4" -p "127.0.0.1:$5" -P ""'
  const args = ['-m', 'sh', '-c', command, 'sh', home, homedir, DROPBEAR, directory.file('host'), String(port)]
  return await listening(spawn('unshare', args), port, username, directory)
}

const ASYNCSSH_SERVER = `
import asyncio, asyncssh, sys
port, host_key, authorized_keys = int(sys.argv[1]), sys.argv[2], sys.argv[3]

async def copy(source, sink):
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()

async def feed(process, child):
    await copy(process.stdin, child.stdin)
    child.stdin.write_eof()

async def handle(process):
    child = await asyncio.create_subprocess_shell(process.command, stdin=-1, stdout=-1, stderr=-1)
    feeding = asyncio.create_task(feed(process, child))
    await asyncio.gather(copy(child.stdout, process.stdout), copy(child.stderr, process.stderr))
    process.exit(await child.wait())
    feeding.cancel()

async def main():
    await asyncssh.listen('127.0.0.1', port, server_host_keys=[host_key], authorized_client_keys=authorized_keys,
                          process_factory=handle, sftp_factory=True, encoding=None)
    await asyncio.Event().wait()

asyncio.run(main())
`

function hasAsyncssh(): boolean {
  return existsSync(PYTHON) && existsSync('/usr/lib/python3/dist-packages/asyncssh')
}

async function startAsyncssh(userKey: PublicKey): Promise<ForeignServer> {
  const directory = new TemporaryDirectory('asyncssh')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', directory.file('host')])
  writeFileSync(directory.file('authorized_keys'), `${formatPublicKey(userKey)}\n`)
  const port = await freePort()
  const args = ['-W', 'ignore', '-c', ASYNCSSH_SERVER, String(port), directory.file('host')]
  return await listening(spawn(PYTHON, [...args, directory.file('authorized_keys')]), port, 'alice', directory)
}

async function listening(
  child: ChildProcess,
  port: number,
  username: string,
  directory: TemporaryDirectory,
): Promise<ForeignServer> {
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const server = {
    port,
    username,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await gone
      directory[Symbol.dispose]()
    },
  }
  const deadline = Date.now() + START_DEADLINE_MS
  while (Date.now() < deadline && child.exitCode === null) {
    if (await accepts(port)) return server
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await server[Symbol.asyncDispose]()
  throw new Error(`server did not start\n${log}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
