import { pair } from './measure/pair.ts'
import { processCpuSeconds } from './measure/process-cpu.ts'
import { median } from './measure/statistics.ts'
import { Endpoint } from './peers/endpoint.ts'
import type { Jump } from './peers/jump.ts'
import { rawDrain, rawPour } from './peers/raw.ts'
import type { StockClient, StockClientRunner } from './peers/stock-client.ts'
import type { Row } from './report.ts'

interface Sample {
  /** CPU seconds of the jump host for each GB (10^9 bytes). */
  readonly cpuPerGb: number
  /** Bytes a second through it, by the wall clock. */
  readonly bytesPerSecond: number
}

type Direction = 'client to target' | 'target to client'
const DIRECTIONS: readonly Direction[] = ['client to target', 'target to client']
/** sshd's child is waited for, and its CPU counted, only a moment after its client has gone. */
const SETTLE_MS = 150

export interface ThroughputOptions {
  readonly runner: StockClientRunner
  readonly ours: Jump
  /** sshd of each version, with the client that is measured against it. */
  readonly peers: readonly { readonly jump: Jump; readonly client: StockClient }[]
  readonly bytes: number
  readonly rounds: number
  readonly log: (line: string) => void
}

/** CPU per GB and wall throughput through the jump, with AES-GCM and with what the client negotiates by default. */
export async function benchThroughput(options: ThroughputOptions): Promise<Row[]> {
  const { runner, ours, peers, bytes, rounds, log } = options
  await using sink = await Endpoint.start('sink')
  await using source = await Endpoint.start('source', bytes)
  const rows: Row[] = []
  for (const { jump, client } of peers) {
    for (const cipher of ['aes128-gcm@openssh.com', undefined]) {
      const samples = { ours: bySide(), peer: bySide() }
      // round 0 warms both sides up and is not counted
      for (let round = 0; round <= rounds; round++) {
        for (const direction of DIRECTIONS) {
          for (const side of round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
            const under = side === 'ours' ? ours : jump
            const target = direction === 'client to target' ? sink : source
            const up = direction === 'client to target' ? { upBytes: bytes } : {}
            const move = () =>
              runner.transfer(client, under.port, target.port, { ...(cipher === undefined ? {} : { cipher }), ...up })
            const sample = await measure(() => under.cpuSeconds(), move, bytes)
            if (round > 0) samples[side][direction].push(sample)
          }
        }
        log(`${client.name}, ${cipher ?? 'default'}: round ${round} of ${rounds}`)
      }
      const agreed = await runner.negotiated(client, ours.port, sink.port, cipher)
      const agreedPeer = await runner.negotiated(client, jump.port, sink.port, cipher)
      rows.push(
        ...compare(
          `${client.name} ${cipher === undefined ? `default (${agreed} | ${agreedPeer})` : cipher}`,
          samples,
          jump.name,
        ),
      )
    }
  }
  rows.push(...(await benchFloor(sink, source, bytes, rounds)))
  return rows
}

function bySide(): Record<Direction, Sample[]> {
  return { 'client to target': [], 'target to client': [] }
}

async function measure(cpuSeconds: () => number, move: () => Promise<void>, bytes: number): Promise<Sample> {
  const cpuBefore = cpuSeconds()
  const started = performance.now()
  await move()
  const seconds = (performance.now() - started) / 1000
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return { cpuPerGb: ((cpuSeconds() - cpuBefore) / bytes) * 1e9, bytesPerSecond: bytes / seconds }
}

function compare(
  name: string,
  samples: { ours: Record<Direction, Sample[]>; peer: Record<Direction, Sample[]> },
  peerName: string,
): Row[] {
  const rows: Row[] = []
  const cpu = (side: 'ours' | 'peer', direction: Direction) => samples[side][direction].map((sample) => sample.cpuPerGb)
  const rate = (side: 'ours' | 'peer', direction: Direction) =>
    samples[side][direction].map((sample) => sample.bytesPerSecond / 1e6)
  for (const direction of DIRECTIONS) {
    const common = { bench: 'throughput', case: name, peerName }
    rows.push(
      {
        ...common,
        measure: `CPU per GB, ${direction}`,
        unit: 's',
        ...pair(cpu('ours', direction), cpu('peer', direction)),
        bar: 1,
      },
      {
        ...common,
        measure: `wall, ${direction}`,
        unit: 'MB/s',
        ...pair(rate('ours', direction), rate('peer', direction)),
        bar: 1,
        atLeast: true,
      },
    )
  }
  const both = (side: 'ours' | 'peer') => {
    const [up, down] = DIRECTIONS.map((direction) => cpu(side, direction))
    return (up ?? []).map((value, index) => value + (down?.[index] ?? 0))
  }
  rows.push({
    bench: 'throughput',
    case: name,
    measure: 'CPU per GB, both ways',
    unit: 's',
    peerName,
    ...pair(both('ours'), both('peer')),
    bar: 0.85,
  })
  return rows
}

/** A plain TCP proxy in Node with `pipe()`: what moving bytes costs with no SSH at all. */
async function benchFloor(sink: Endpoint, source: Endpoint, bytes: number, rounds: number): Promise<Row[]> {
  const samples = bySide()
  for (const direction of DIRECTIONS) {
    await using proxy = await Endpoint.start('proxy', direction === 'client to target' ? sink.port : source.port)
    for (let round = 0; round < rounds; round++) {
      const move = () => (direction === 'client to target' ? rawPour(proxy.port, bytes) : rawDrain(proxy.port))
      samples[direction].push(await measure(() => processCpuSeconds(proxy.pid), move, bytes))
    }
  }
  return DIRECTIONS.flatMap((direction) => [
    {
      bench: 'throughput',
      case: 'plain TCP proxy in Node (floor)',
      measure: `CPU per GB, ${direction}`,
      unit: 's',
      ours: median(samples[direction].map((sample) => sample.cpuPerGb)),
    },
    {
      bench: 'throughput',
      case: 'plain TCP proxy in Node (floor)',
      measure: `wall, ${direction}`,
      unit: 'MB/s',
      ours: median(samples[direction].map((sample) => sample.bytesPerSecond / 1e6)),
    },
  ])
}
