import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayProcess, hasSshd } from '@sallyport/testkit'
import { ByteWriter } from '@sallyport/wire'
import {
  bestOfFive,
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
/** The last number of the address before the first attacker's. */
const FIRST_ATTACKER = 65
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
  const flood = async (from: string, stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      const garbage = await RawClient.open(gateway.port, { from }).catch(() => undefined)
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
      await garbage.until(() => garbage.bytesReceived > 1000, 2000).catch(() => {})
      garbage.socket.destroy()
    }
  }
  // Each time from an address that has not been refused yet.
  let attacker = FIRST_ATTACKER
  let cpu = 0
  const { p99, most } = await bestOfFive(async () => {
    attacker++
    const calm = await echoTimes(1000)
    const stop = new AbortController()
    const cpuBefore = cpuMs(gateway.pid)
    const floods = Array.from({ length: 32 }, () => flood(`127.0.0.${attacker}`, stop.signal))
    const times = await echoTimes(FLOOD_MS)
    cpu = cpuMs(gateway.pid) - cpuBefore
    stop.abort()
    await Promise.all(floods)
    return { p99: percentile(times, 0.99), most: withinReason(200, calm) }
  })
  assert.ok(p99 < most, `p99 ${p99} ms of ${most} ms`)
  assert.ok(cpu < FLOOD_MS * 0.75, `${cpu} ms of processor time`)
  const { bans } = await controlOf(gateway).call('ban.list', {})
  assert.ok(
    bans.some(({ source }) => source.startsWith(`127.0.0.${attacker}`)),
    'the source is still let in',
  )
  // Refused from then on: what gets in at all lies under the line, the first burst left out.
  const later = await metric(gateway, ADMITTED)
  const started = performance.now()
  for (let i = 0; i < 50; i++)
    await (await RawClient.open(gateway.port, { from: `127.0.0.${attacker}` }))[Symbol.asyncDispose]()
  const admitted = (await metric(gateway, ADMITTED)) - later
  const seconds = Math.max(1, (performance.now() - started) / 1000)
  assert.ok(admitted < LINE_PER_SECOND * seconds, `${admitted} in ${seconds} s`)
})
