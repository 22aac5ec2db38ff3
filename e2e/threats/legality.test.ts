/** All 256 message numbers at a running gateway, in each stage of a connection: what is not legal there ends the connection. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { PrivateKey } from '@sallyport/ssh/keys'
import { GatewayProcess, hasSshd } from '@sallyport/testkit'
import { metric, ownerKey } from './support/gateway-facts.ts'
import { MSG, RawClient } from './support/raw-client.ts'

const skip = hasSshd() ? false : 'needs ssh-keygen'
const GENERIC = [1, 2, 3, 4]
const PING = [192, 193]
/** What ends a connection at once is far from the grace time, which would end it too: 30 s. */
const CLOSED_MS = 15_000
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

suite('legality', { skip }, () => {
  let gateway: GatewayProcess
  let key: PrivateKey
  before(async () => {
    gateway = await GatewayProcess.start({ config: ['[penalties]', 'enabled = false'] })
    key = ownerKey(gateway)
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
  })

  const service = async (): Promise<RawClient> => {
    const client = await RawClient.keyed(gateway.port)
    await client.requestAuthentication()
    return client
  }
  /** Stage, how to reach it, and the numbers that a client may send there. */
  const stages: readonly [name: string, reach: () => Promise<RawClient>, legal: readonly number[]][] = [
    ['before keys are exchanged', identified, [1, 20]],
    ['once keys are exchanged', () => RawClient.keyed(gateway.port), [...GENERIC, 5, 7, 20, ...PING]],
    ['while signing in', service, [...GENERIC, 5, 7, 20, 50, ...PING]],
    [
      'once signed in',
      () => RawClient.signedIn(gateway.port, key),
      [...GENERIC, 20, 50, 80, 81, 82, ...range(90, 100), ...PING],
    ],
  ]
  async function identified(): Promise<RawClient> {
    const client = await RawClient.open(gateway.port)
    client.peer.automatic = false
    client.peer.identify()
    client.flush()
    return client
  }

  for (const [name, reach, legal] of stages) {
    test(`V-A02 V-A03 V-A04 V-A14 V-B01 V-B02 ${name}: of 256 numbers only the ${legal.length} legal ones are even looked at`, async () => {
      const results = await Promise.all(
        range(0, 7).map(async (lane) => {
          const wrong: number[] = []
          for (let number = lane; number < 256; number += 8) {
            if (legal.includes(number)) continue
            await using client = await reach()
            client.send(Uint8Array.of(number, 0, 0, 0, 0, 0, 0, 0, 0))
            await client.closed(CLOSED_MS).catch(() => wrong.push(number))
          }
          return wrong
        }),
      )
      assert.deepEqual(results.flat(), [], 'numbers that did not end the connection')
      assert.equal(await metric(gateway, 'sallyport_failures_total'), 0)
      assert.equal(await metric(gateway, 'sallyport_passages'), 0)
    })
  }

  test('V-A16 a byte behind a KEXINIT, NEWKEYS, CHANNEL_OPEN or USERAUTH_REQUEST ends the connection', async () => {
    const withByte = (payload: Uint8Array): Uint8Array => Uint8Array.of(...payload, 0)
    await using kexinit = await identified()
    kexinit.peer.sendKexInit()
    kexinit.peer.outbox = []
    kexinit.send(withByte(kexinit.peer.lastKexInit()))
    await kexinit.closed()
    await using request = await service()
    request.send(withByte(request.signedRequest('root', key)))
    await request.closed()
    await using open = await RawClient.signedIn(gateway.port, key)
    const session = [MSG.channelOpen, 0, 0, 0, 7, ...Buffer.from('session'), ...new Uint8Array(11), 9, 0]
    open.send(Uint8Array.from([...session, 0]))
    await open.closed()
  })

  test('V-A17 a third EXT_INFO, and one after sign-in, end the connection', async () => {
    const extInfo = Uint8Array.of(7, 0, 0, 0, 0)
    await using client = await RawClient.keyed(gateway.port)
    for (let i = 0; i < 3; i++) client.send(extInfo)
    await client.closed()
    await using later = await RawClient.signedIn(gateway.port, key)
    later.send(extInfo)
    await later.closed()
  })
})
