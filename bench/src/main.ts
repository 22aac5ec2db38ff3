/**
 * `npm run bench [-- --only throughput,connect,idle,latency,policy --gb 1 --rounds 5 --idle 1000,5000 --json]`: Sallyport beside
 * OpenSSH's sshd in one run, interleaved, and a plain TCP proxy in Node as the floor; and what a policy costs as it grows.
 * It reports; it is no test.
 */
import { parseArgs } from 'node:util'
import {
  debian13Root,
  ensureDebian13,
  ensureDebianPackages,
  INTEROP_PACKAGES,
  TemporaryDirectory,
} from '@sallyport/testkit'
import { benchConnect } from './connect.ts'
import { benchIdle } from './idle.ts'
import { benchLatency } from './latency.ts'
import { type Jump, startSallyportJump, startSshdJump } from './peers/jump.ts'
import { openssh9, openssh10, StockClientRunner } from './peers/stock-client.ts'
import { benchPolicy } from './policy.ts'
import { benchMesh } from './policy-mesh.ts'
import { type Row, renderRows } from './report.ts'
import { benchThroughput } from './throughput.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'throughput,connect,idle,latency,policy' },
    gb: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    idle: { type: 'string', default: '1000,5000' },
    sessions: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  },
})
const chosen = new Set(values.only.split(','))
const rounds = Number(values.rounds)
const log = (line: string) => console.error(line)

const rows: Row[] = []
if (chosen.has('policy')) rows.push(...(await benchPolicy({ log })), ...benchMesh({ log }))
if (['throughput', 'connect', 'latency', 'idle'].some((name) => chosen.has(name))) await benchPeers()

console.log(values.json ? JSON.stringify(rows, null, 2) : renderRows(rows))

/** What needs a gateway and real peers beside it. */
async function benchPeers(): Promise<void> {
  ensureDebianPackages(INTEROP_PACKAGES)
  const missing = ensureDebian13()
  if (missing !== undefined) log(`NO OpenSSH 10 to compare with: ${missing}`)

  using directory = new TemporaryDirectory('bench')
  const runner = await StockClientRunner.create(directory)
  await using stack = new AsyncDisposableStack()

  const ours = stack.use(await startSallyportJump(runner.publicKey))
  const old: Jump = stack.use(await startSshdJump('sshd 9.2', runner.publicKey, { debian13: false }))
  const peers = [{ jump: old, client: openssh9 }]
  if (missing === undefined) {
    log(`OpenSSH 10 from ${debian13Root()}`)
    peers.push({
      jump: stack.use(await startSshdJump('sshd 10', runner.publicKey, { debian13: true })),
      client: openssh10(),
    })
  }
  if (chosen.has('throughput'))
    rows.push(...(await benchThroughput({ runner, ours, peers, bytes: Number(values.gb) * 1e9, rounds, log })))
  if (chosen.has('connect')) rows.push(...(await benchConnect({ runner, ours, peers, rounds, log })))
  if (chosen.has('latency'))
    rows.push(...(await benchLatency({ runner, ours, sessions: Number(values.sessions), log })))
  if (chosen.has('idle'))
    rows.push(
      ...(await benchIdle({
        runner,
        startOurs: () => startSallyportJump(runner.publicKey),
        counts: values.idle.split(',').map(Number),
        peer: old,
        log,
      })),
    )
}
