import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@sallyport/testkit'
import type { InteropCase, InteropStage } from '../interop-case.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const file = (path: string) => () => (existsSync(path) ? undefined : path)

/** PuTTY's own way through a jump: `plink -nc` as the proxy command of another plink. */
async function puttyArguments(stage: InteropStage): Promise<string[]> {
  const ppk = stage.directory.file('key.ppk')
  if (!existsSync(ppk)) await succeeds('puttygen', [stage.keyFile, '-O', 'private', '-o', ppk])
  const hostKey = async (port: number) => {
    const line = readFileSync(stage.knownHosts, 'utf8')
      .split('\n')
      .find((known) => known.startsWith(`[127.0.0.1]:${port} ssh-ed25519`))
    const path = stage.directory.file(`hostkey-${port}`)
    writeFileSync(path, `${line?.split(' ').slice(1).join(' ') ?? ''}\n`)
    return (await succeeds('ssh-keygen', ['-lf', path])).split(' ')[1] ?? ''
  }
  const proxy = `plink -batch -i ${ppk} -hostkey ${await hostKey(stage.gateway.port)} -P ${stage.gateway.port} -l me -nc 127.0.0.1:${stage.target.port} 127.0.0.1`
  return [
    '-batch',
    '-i',
    ppk,
    '-hostkey',
    await hostKey(stage.target.port),
    '-P',
    String(stage.target.port),
    '-proxycmd',
    proxy,
  ]
}

async function succeeds(command: string, args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await runCommand(command, args, {
    timeoutMs: 60_000,
    ...(input === undefined ? {} : { input }),
  })
  assert.equal(status, 0, `${command} ended with ${status}\n${stderr}${stdout.toString()}`)
  return stdout.toString()
}

/** Python clients and ours in C take the same arguments: gateway port, target port, login, key, known_hosts. */
function scriptArguments(stage: InteropStage): string[] {
  return [String(stage.gateway.port), String(stage.target.port), stage.login, stage.keyFile, stage.knownHosts]
}

export const otherCases: readonly InteropCase[] = [
  {
    client: 'PuTTY plink',
    does: 'runs a command through -nc',
    needs: file('/usr/bin/plink'),
    async run(stage) {
      assert.equal(
        await succeeds('plink', [...(await puttyArguments(stage)), `${stage.login}@127.0.0.1`, 'echo putty']),
        'putty\n',
      )
    },
  },
  {
    client: 'PuTTY psftp',
    does: 'copies a file there and back',
    needs: file('/usr/bin/psftp'),
    async run(stage) {
      const local = stage.directory.file('psftp-local')
      writeFileSync(local, randomBytes(2 << 20))
      const batch = stage.directory.file('psftp-batch')
      writeFileSync(batch, `put ${local} ${local}.there\nget ${local}.there ${local}.back\n`)
      await succeeds('psftp', [...(await puttyArguments(stage)), '-b', batch, `${stage.login}@127.0.0.1`])
      assert.deepEqual(readFileSync(`${local}.back`), readFileSync(local))
    },
  },
  {
    client: 'dropbear dbclient',
    does: 'goes through a multihop jump',
    needs: file('/usr/bin/dbclient'),
    async run(stage) {
      const key = stage.directory.file('dropbear-key')
      if (!existsSync(key)) await succeeds('dropbearconvert', ['openssh', 'dropbear', stage.keyFile, key])
      const hops = `me@127.0.0.1^${stage.gateway.port},${stage.login}@127.0.0.1^${stage.target.port}`
      const stdout = await succeeds('/usr/bin/dbclient', ['-y', '-y', '-i', key, hops, 'echo dropbear'])
      assert.match(stdout, /dropbear/)
    },
  },
  {
    client: 'asyncssh',
    does: 'runs a command and sftp through a tunnel',
    needs: file('/usr/lib/python3/dist-packages/asyncssh/__init__.py'),
    run: async (stage) =>
      void (await succeeds('/usr/bin/python3', [here('asyncssh_jump.py'), ...scriptArguments(stage)])),
  },
  {
    client: 'paramiko',
    does: 'runs a command and sftp through direct-tcpip',
    needs: file('/usr/lib/python3/dist-packages/paramiko/__init__.py'),
    run: async (stage) =>
      void (await succeeds('/usr/bin/python3', [here('paramiko_jump.py'), ...scriptArguments(stage)])),
  },
  {
    client: 'libssh',
    does: 'runs a command through a forwarded channel',
    needs: () =>
      existsSync('/usr/include/libssh/libssh.h') && existsSync('/usr/bin/gcc') ? undefined : 'libssh-dev and gcc',
    async run(stage) {
      const program = stage.directory.file('libssh-jump')
      await succeeds('gcc', ['-Wall', '-O1', '-o', program, here('libssh-jump.c'), '-lssh', '-lpthread'])
      assert.match(await succeeds(program, scriptArguments(stage)), /libssh/)
    },
  },
  {
    client: 'npm ssh2',
    does: 'runs a command through forwardOut',
    needs: () => undefined,
    run: async (stage) =>
      assert.match(await succeeds(process.execPath, [here('ssh2-jump.ts'), ...scriptArguments(stage)]), /ssh2/),
  },
  {
    client: 'ansible',
    does: 'pings a host through ProxyJump, twice on one connection',
    needs: file('/usr/bin/ansible'),
    async run(stage) {
      const inventory = stage.directory.file('inventory.ini')
      const common = `-F none -i ${stage.keyFile} -o UserKnownHostsFile=${stage.knownHosts} -o IdentitiesOnly=yes`
      const proxy = `ssh ${common} -p ${stage.gateway.port} -W %h:%p 127.0.0.1`
      const line = `box ansible_host=127.0.0.1 ansible_port=${stage.target.port} ansible_user=${stage.login} ansible_python_interpreter=/usr/bin/python3 ansible_ssh_common_args='${common} -o ProxyCommand="${proxy}"'`
      writeFileSync(inventory, `${line}\n`)
      const stdout = await succeeds('ansible', ['-i', inventory, 'all', '-m', 'ping'])
      assert.match(stdout, /"ping": "pong"/)
      assert.match(
        await succeeds('ansible', ['-i', inventory, 'all', '-m', 'command', '-a', 'echo ansible']),
        /ansible/,
      )
    },
  },
  {
    client: 'ssh-keyscan',
    does: 'reads every host key type and is not punished',
    needs: () => undefined,
    async run(stage) {
      for (let round = 0; round < 10; round++) {
        const stdout = await succeeds('ssh-keyscan', ['-p', String(stage.gateway.port), '127.0.0.1'])
        for (const type of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa']) assert.match(stdout, new RegExp(type))
      }
      assert.equal((await stage.gateway.ok('ban', 'ls', '--json')).trim(), '[]')
    },
  },
]
