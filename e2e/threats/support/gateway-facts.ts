/** What can be seen of a running gateway from outside, and targets to reach through it. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type ApiClient, createClient } from '@sallyport/api'
import { CONTROL_SOCKET, unixTransport } from '@sallyport/api/unix'
import { decodePrivateKey, type PrivateKey } from '@sallyport/ssh/keys'
import { type CommandResult, type GatewayProcess, runCommand } from '@sallyport/testkit'

/** Lets the owner reach every port of this machine's loopback. */
export const LOOPBACK_POLICY = {
  hosts: { loopback: '127.0.0.0/8' },
  grants: [{ src: ['autogroup:owner'], dst: ['loopback'], ip: ['*'] }],
}

export function ownerKey(gateway: GatewayProcess): PrivateKey {
  return decodePrivateKey(readFileSync(gateway.keyFile(), 'utf8'))
}

/** The control socket, for what would take too long command by command. */
export function controlOf(gateway: GatewayProcess): ApiClient {
  return createClient(unixTransport(gateway.directory.file('state', CONTROL_SOCKET)))
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

/** Open file descriptors are not readable for every user; processes of our own are. Their CPU time, in milliseconds. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const TICKS_PER_SECOND = 100
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

/** One number of /metrics; 0 while it is not there. `name` may carry labels as Prometheus writes them. */
export async function metric(gateway: GatewayProcess, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${gateway.metricsPort}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return line === undefined ? 0 : Number(line.slice(name.length + 1))
}

/** Everything in the audit log. */
export async function auditEvents(gateway: GatewayProcess): Promise<Record<string, unknown>[]> {
  const lines = (await gateway.ok('audit', 'export')).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** A TCP server of this machine. */
export class Target implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server
    this.#sockets = sockets
    this.port = (server.address() as AddressInfo).port
  }

  static async start(serve: (socket: Socket) => void = (socket) => void socket.pipe(socket)): Promise<Target> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
      serve(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Target(server, sockets)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Arguments of a stock ssh client for the gateway itself. */
export function sshArguments(gateway: GatewayProcess): string[] {
  return [
    '-F',
    'none',
    '-i',
    gateway.keyFile(),
    '-p',
    String(gateway.port),
    ...['IdentitiesOnly=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes'].flatMap(
      (option) => ['-o', option],
    ),
  ]
}

export function runSsh(gateway: GatewayProcess, ...args: readonly string[]): Promise<CommandResult> {
  return runCommand('ssh', [...sshArguments(gateway), ...args], {
    env: { PATH: process.env['PATH'], HOME: gateway.directory.file('home') },
  })
}

/** The value below which `share` of the sorted numbers lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** A limit in milliseconds on a machine at rest; on one that is busy with other things, three times what it takes in calm. */
export function withinReason(limitMs: number, calm: readonly number[]): number {
  return Math.max(limitMs, 3 * percentile(calm, 0.99))
}

/** The slowest hundredth of what was measured, and what it has to stay below, in milliseconds. */
export interface Measured {
  readonly p99: number
  readonly most: number
}

/**
 * The first of five measurements that stays below its limit, or the last. What stalls others does so every time; a machine
 * that is busy with something else does it now and then.
 */
export async function bestOfFive(measure: () => Promise<Measured>): Promise<Measured> {
  let found = await measure()
  for (let again = 0; again < 4 && found.p99 >= found.most; again++) found = await measure()
  return found
}

/** Waits until a condition holds; whether it did in time. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    if (await condition()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return await condition()
}
