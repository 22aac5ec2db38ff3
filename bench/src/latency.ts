import { quantile } from './measure/statistics.ts'
import { Endpoint } from './peers/endpoint.ts'
import type { Jump } from './peers/jump.ts'
import { typeKeystrokes } from './peers/load.ts'
import type { StockClientRunner } from './peers/stock-client.ts'
import type { Row } from './report.ts'

const SECONDS = 10
/** What the jump may add to a keystroke's round trip, in milliseconds. */
const BARS = [
  { name: 'p50', share: 0.5, bar: 1 },
  { name: 'p99', share: 0.99, bar: 10 },
] as const

/** What the jump adds to the round trip of a keystroke while so many sessions type, against the same over plain TCP. */
export async function benchLatency(options: {
  readonly runner: StockClientRunner
  readonly ours: Jump
  readonly sessions: number
  readonly log: (line: string) => void
}): Promise<Row[]> {
  const { runner, ours, sessions, log } = options
  await using echo = await Endpoint.start('echo')
  const common = { sessions, seconds: SECONDS, targetPort: echo.port }
  const direct = await typeKeystrokes(common)
  log(`latency: ${direct.length} keystrokes straight`)
  const through = await typeKeystrokes({ ...common, jump: { port: ours.port, keyFile: runner.keyFile } })
  log(`latency: ${through.length} keystrokes through the jump`)
  return BARS.map(({ name, share, bar }) => ({
    bench: 'latency',
    case: `${sessions} sessions, five keystrokes a second each`,
    measure: `added to a keystroke, ${name}`,
    unit: 'ms',
    ours: quantile(through, share) - quantile(direct, share),
    peer: quantile(direct, share),
    peerName: 'ms straight',
    bar,
  }))
}
