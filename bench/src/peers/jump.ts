import { writeFileSync } from 'node:fs'
import { debian13Root, GatewayProcess, Sshd } from '@sallyport/testkit'
import { descendants, processCpuSeconds, processRssBytes } from '../measure/process-cpu.ts'

/** A jump host under measurement, as a process of its own. */
export interface Jump extends AsyncDisposable {
  readonly name: string
  readonly port: number
  /** CPU seconds used so far, ended children included. */
  cpuSeconds(): number
  /** Resident bytes, children included. */
  rssBytes(): number
}

/** OpenSSH's sshd as people run it for jumps: Debian 12's, or Debian 13's in its own root. */
export async function startSshdJump(
  name: string,
  authorizedKey: string,
  options: { debian13: boolean },
): Promise<Jump> {
  const server = await Sshd.start({
    authorizedKeys: [authorizedKey],
    config: [
      'LogLevel ERROR',
      'MaxStartups 5000',
      'LoginGraceTime 600',
      ...(options.debian13 ? ['PerSourcePenalties no'] : []),
    ],
    ...(options.debian13 ? { root: debian13Root() } : {}),
  })
  return {
    name,
    port: server.port,
    cpuSeconds: () => processCpuSeconds(server.pid),
    rssBytes: () => [server.pid, ...descendants(server.pid)].reduce((sum, pid) => sum + processRssBytes(pid), 0),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** Limits far above what a bench opens from one address, and loopback as a destination, which `*` never means. */
const OUR_CONFIG = [
  '[ssh]',
  'max_startups = "5000:30:10000"',
  'per_source_max_startups = 10000',
  'per_source_max_connections = 10000',
  'max_connections = 20000',
  '[penalties]',
  'exempt = ["127.0.0.0/8"]',
  '[log]',
  'level = "error"',
]
const OUR_POLICY = {
  hosts: { loopback: '127.0.0.0/8' },
  grants: [{ src: ['autogroup:owner', 'autogroup:admin'], dst: ['loopback'], ip: ['*'] }],
}

/** Sallyport as people run it, with the whole of identity, policy and audit. */
export async function startSallyportJump(authorizedKey: string): Promise<Jump> {
  const gateway = await GatewayProcess.start({ config: OUR_CONFIG })
  const [admin] = JSON.parse(await gateway.ok('user', 'ls', '--json=name')) as { name: string }[]
  writeFileSync(gateway.directory.file('bench.pub'), `${authorizedKey}\n`)
  await gateway.ok('key', 'add', admin?.name ?? '', gateway.directory.file('bench.pub'))
  await gateway.applyPolicy(OUR_POLICY)
  return {
    name: 'sallyport',
    port: gateway.port,
    cpuSeconds: () => processCpuSeconds(gateway.pid),
    rssBytes: () => processRssBytes(gateway.pid),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}
