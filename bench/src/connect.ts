import { pair } from './measure/pair.ts'
import { Endpoint } from './peers/endpoint.ts'
import type { Jump } from './peers/jump.ts'
import { cycleConnections } from './peers/load.ts'
import type { StockClient, StockClientRunner } from './peers/stock-client.ts'
import type { Row } from './report.ts'

/** Connections under way at any time in a busy sample, as a fleet's tool or a CI keeps them. */
const AT_ONCE = 8
/** Connections in one sample: enough that the kernel's 10 ms ticks are small beside what they cost. */
const CONNECTIONS = 40
/** The same of clients that cost the machine little beside the jump host. */
const CHEAP_CONNECTIONS = 200
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
  for (const { client } of peers) await connectTimes(client, ours, 1, STOCK_WARM_UP)
  for (const { jump, client } of peers) {
    const agreed = await runner.negotiated(client, ours.port, target.port)
    const stock = `${client.name} (${agreed})`
    await compare(jump, stock, 'one at a time', CONNECTIONS, (under) => connectTimes(client, under))
    await compare(jump, stock, `${AT_ONCE} at a time`, CONNECTIONS, (under) => connectTimes(client, under, AT_ONCE))
    // A fleet's clients run on other machines: these are cheap and in one process, so that the jump host keeps its caches.
    const [kex = ''] = agreed.split(', ')
    await compare(jump, `a cheap client (${kex})`, `${AT_ONCE} at a time`, CHEAP_CONNECTIONS, (under) =>
      cycleConnections(CHEAP_CONNECTIONS, under.port, runner.keyFile, target.port, { atOnce: AT_ONCE, kex }),
    )
  }
  return rows

  async function compare(
    peer: Jump,
    who: string,
    how: string,
    connections: number,
    connect: (under: Jump) => Promise<void>,
  ): Promise<void> {
    const milliseconds = { ours: [] as number[], peer: [] as number[] }
    for (let round = 0; round < rounds; round++) {
      for (const side of round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
        const under = side === 'ours' ? ours : peer
        const before = under.cpuSeconds()
        await connect(under)
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
        milliseconds[side].push(((under.cpuSeconds() - before) / connections) * 1000)
      }
      log(`connect, ${who}, ${how}: round ${round + 1} of ${rounds}`)
    }
    rows.push({
      bench: 'connect',
      case: who,
      measure: `CPU per new connection, ${how}`,
      unit: 'ms',
      peerName: peer.name,
      ...pair(milliseconds.ours, milliseconds.peer),
      bar: BAR,
    })
  }

  /** So many connections of a stock client, `atOnce` under way at any time: the next begins when one has ended. */
  async function connectTimes(client: StockClient, jump: Jump, atOnce = 1, count = CONNECTIONS): Promise<void> {
    let left = count
    const worker = async () => {
      while (left-- > 0) await runner.transfer(client, jump.port, target.port, {})
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }
}
