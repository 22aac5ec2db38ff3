import { Endpoint } from './peers/endpoint.ts'
import type { Jump } from './peers/jump.ts'
import { HeldConnections } from './peers/load.ts'
import type { StockClientRunner } from './peers/stock-client.ts'
import type { Row } from './report.ts'

/** What an idle connection may cost in resident memory, bytes. */
const BAR_BYTES = 100_000
/** sshd forks: so many are enough to know what one costs. */
const PEER_CONNECTIONS = 50
/** Time for garbage of the logins to go before memory is read. */
const SETTLE_MS = 5000

/** Resident memory of the jump host for each logged-in connection that does nothing, with and without a channel open. */
export async function benchIdle(options: {
  readonly runner: StockClientRunner
  /** A gateway of its own for each number: memory that earlier connections left behind would hide what these need. */
  readonly startOurs: () => Promise<Jump>
  readonly peer: Jump
  readonly counts: readonly number[]
  readonly log: (line: string) => void
}): Promise<Row[]> {
  const { runner, startOurs, peer, counts, log } = options
  await using echo = await Endpoint.start('echo')
  const rows: Row[] = []
  const peerBytes = await bytesPerConnection(peer, PEER_CONNECTIONS, runner.keyFile)
  for (const count of counts) {
    for (const target of [undefined, echo.port]) {
      await using ours = await startOurs()
      const ourBytes = await bytesPerConnection(ours, count, runner.keyFile, target)
      const what = target === undefined ? 'no channel' : 'one channel'
      log(`idle: ${count} connections, ${what}`)
      rows.push({
        bench: 'idle',
        case: `${count} connections, ${what}`,
        measure: 'RSS per connection',
        unit: 'kB',
        ours: ourBytes / 1000,
        peer: peerBytes / 1000,
        peerName: `${peer.name} (${PEER_CONNECTIONS} connections)`,
        bar: BAR_BYTES / 1000,
      })
    }
  }
  return rows
}

async function bytesPerConnection(jump: Jump, count: number, keyFile: string, targetPort?: number): Promise<number> {
  const before = jump.rssBytes()
  await using _held = await HeldConnections.open(count, jump.port, keyFile, targetPort)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return (jump.rssBytes() - before) / count
}
