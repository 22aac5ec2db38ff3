import { pair } from './measure/pair.ts'
import { Endpoint } from './peers/endpoint.ts'
import type { Jump } from './peers/jump.ts'
import { cycleConnections } from './peers/load.ts'
import type { StockClient, StockClientRunner } from './peers/stock-client.ts'
import type { Row } from './report.ts'

/** Connections in one sample: enough that the kernel's 10 ms ticks are small beside what they cost. */
const CONNECTIONS = 40
/** Connections before the first sample: a gateway runs for months, its just-in-time compiler is done in its first minutes. */
const WARM_UP = 2000
/** Those of them that stock clients make, which ask for other key exchanges and in other steps than our own client. */
const STOCK_WARM_UP = 50
/** sshd's children are waited for, and their CPU counted, only a moment after their clients have gone. */
const SETTLE_MS = 300
/** What the product promises: an eighth of sshd's. */
const BAR = 1 / 8

/** CPU of the jump host for one whole connection: TCP, key exchange, publickey, one channel to a target that closes at once. */
export async function benchConnect(options: {
  readonly runner: StockClientRunner
  readonly ours: Jump
  readonly peers: readonly { readonly jump: Jump; readonly client: StockClient }[]
  readonly rounds: number
  readonly log: (line: string) => void
}): Promise<Row[]> {
  const { runner, ours, peers, rounds, log } = options
  await using target = await Endpoint.start('source', 0)
  const rows: Row[] = []
  await cycleConnections(WARM_UP - STOCK_WARM_UP * peers.length, ours.port, runner.keyFile, target.port)
  for (const { client } of peers) await connectTimes(STOCK_WARM_UP, client, ours)
  for (const { jump, client } of peers) {
    const milliseconds = { ours: [] as number[], peer: [] as number[] }
    for (let round = 0; round < rounds; round++) {
      for (const side of round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
        const under = side === 'ours' ? ours : jump
        const before = under.cpuSeconds()
        await connectTimes(CONNECTIONS, client, under)
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
        milliseconds[side].push(((under.cpuSeconds() - before) / CONNECTIONS) * 1000)
      }
      log(`connect, ${client.name}: round ${round + 1} of ${rounds}`)
    }
    const agreed = await runner.negotiated(client, ours.port, target.port)
    rows.push({
      bench: 'connect',
      case: `${client.name} (${agreed})`,
      measure: 'CPU per new connection',
      unit: 'ms',
      peerName: jump.name,
      ...pair(milliseconds.ours, milliseconds.peer),
      bar: BAR,
    })
  }
  return rows

  async function connectTimes(count: number, client: StockClient, jump: Jump): Promise<void> {
    for (let index = 0; index < count; index++) await runner.transfer(client, jump.port, target.port, {})
  }
}
