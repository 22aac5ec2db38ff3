import { debian13Root, Sshd } from '@sallyport/testkit'
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
