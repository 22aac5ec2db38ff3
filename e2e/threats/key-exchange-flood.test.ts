import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayProcess, hasSshd } from '@sallyport/testkit'
import { ByteWriter } from '@sallyport/wire'
import {
  controlOf,
  cpuMs,
  LOOPBACK_POLICY,
  metric,
  ownerKey,
  percentile,
  Target,
  withinReason,
} from './support/gateway-facts.ts'
import { directTcpip, MSG, RawClient } from './support/raw-client.ts'

const skip = hasSshd() ? false : 'needs ssh-keygen'
const ATTACKER = '127.0.0.66'
const FLOOD_MS = 3000
const ADMITTED = 'sallyport_connections_total{verdict="admitted"}'
/** ssh-audit calls a server safe from D(HE)at below so many connections a second of one source. */
const LINE_PER_SECOND = 20

test('V-A13 a flood of key exchanges that go nowhere: the source is refused, others echo with p99 under 200 ms', {
  skip,
}, async () => {
  await using gateway = await GatewayProcess.start()
  await gateway.applyPolicy(LOOPBACK_POLICY)
  await using target = await Target.start()
  await using client = await RawClient.signedIn(gateway.port, ownerKey(gateway))
  const channel = await client.openChannel('direct-tcpip', directTcpip('127.0.0.1', target.port))
  assert.ok('remote' in channel)
  const echoTimes = async (forMs: number): Promise<number[]> => {
    const times: number[] = []
    for (const until = performance.now() + forMs; performance.now() < until; ) {
      const sent = performance.now()
      client.send(new ByteWriter().u8(MSG.data).u32(channel.remote).string('x').finish())
      while ((await client.next())[0] !== MSG.data);
      times.push(performance.now() - sent)
      await sleep(5)
    }
    return times
  }
  const most = withinReason(200, await echoTimes(1000))
  const stop = new AbortController()
  let exchanges = 0
  const flood = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const garbage = await RawClient.open(gateway.port, { from: ATTACKER }).catch(() => undefined)
      if (garbage === undefined) continue
      garbage.peer.automatic = false
      garbage.peer.identify()
      garbage.peer.sendKexInit()
      // The server's share of the work is done for any point on the curve.
      garbage.send(
        new ByteWriter()
          .u8(30)
          .string(crypto.getRandomValues(new Uint8Array(32)))
          .finish(),
      )
      await garbage
        .until(() => garbage.bytesReceived > 1000, 2000)
        .then(
          () => exchanges++,
          () => undefined,
        )
      garbage.socket.destroy()
    }
  }
  const before = await metric(gateway, ADMITTED)
  const cpuBefore = cpuMs(gateway.pid)
  const floods = Array.from({ length: 32 }, flood)
  const times = await echoTimes(FLOOD_MS)
  const admitted = (await metric(gateway, ADMITTED)) - before
  const cpu = cpuMs(gateway.pid) - cpuBefore
  stop.abort()
  await Promise.all(floods)
  assert.ok(percentile(times, 0.99) < most, `p99 ${percentile(times, 0.99)} ms of ${most} ms`)
  assert.ok(cpu < FLOOD_MS * 0.75, `${cpu} ms of processor time`)
  const { bans } = await controlOf(gateway).call('ban.list', {})
  assert.ok(
    bans.some(({ source }) => source.startsWith(ATTACKER)),
    `${exchanges} key exchanges, ${admitted} connections in ${FLOOD_MS} ms, and the source is still let in`,
  )
  // Refused from then on: what gets in at all lies under the line, the first burst left out.
  const later = await metric(gateway, ADMITTED)
  for (let i = 0; i < 50; i++) await (await RawClient.open(gateway.port, { from: ATTACKER }))[Symbol.asyncDispose]()
  assert.ok((await metric(gateway, ADMITTED)) - later < LINE_PER_SECOND)
})
