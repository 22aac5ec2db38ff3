import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import type { AuditEvent } from '@sallyport/audit'
import { SocketPump } from '@sallyport/ssh'
import { ChannelRecorder, ConnectionPair } from '@sallyport/ssh/testing'
import { createAuthorizer } from '../access/authorize.ts'
import { LiveEvents } from '../ops/live-events.ts'
import { createLog } from '../ops/log-writer.ts'
import { createMetrics } from '../ops/metrics.ts'
import { WayWatch } from '../sessions/way-watch.ts'
import { testSession } from '../testing/signed-in.ts'
import { jump } from './jump.ts'

const zero = (): number => 0
const none = async (): Promise<void> => {}

test('a way that opens while the clock is set back is written down: the log takes no negative time', {
  timeout: 60_000,
}, async () => {
  const pair = new ConnectionPair()
  const session = testSession()
  let now = 1_000_000
  const recorded: AuditEvent[] = []
  const parts = {
    authorizer: createAuthorizer({
      resolve: async () => ({ target: undefined, addresses: ['10.0.0.1'], port: 22 }),
      isOwn: () => false,
      decider: () => decider,
      currentTarget: (target) => target,
      standing: () => undefined,
      recordGrant: none,
      recordDenial: none,
      failed: (what, error) => assert.fail(`${what}: ${String(error)}`),
      now: () => now,
    }),
    secondFactor: undefined as never,
    ways: new WayWatch({ now: () => now, monotonic: zero }),
    async dial() {
      now -= 60_000
      const [near, far] = duplexPair()
      far.end()
      far.resume()
      return { connection: SocketPump.fromStream(near), address: '10.0.0.1' }
    },
    record: async (event: AuditEvent) => void recorded.push(event),
    randomBytes: (size: number) => new Uint8Array(size),
    now: () => now,
    log: createLog({ level: 'silent', format: 'json', write: () => {} }),
    metrics: createMetrics({
      sessions: zero,
      passages: zero,
      connections: zero,
      starting: zero,
      penalties: zero,
      bans: zero,
      policyVersion: zero,
      webConnections: zero,
      tlsExpiry: zero,
      acmeFailures: zero,
    }),
    events: new LiveEvents(),
  }
  const type = { kind: 'direct-tcpip', host: 'db1', port: 22, originHost: '', originPort: 1 } as const
  const ended = new Promise<void>((resolve, reject) => {
    pair.server.onOpen = (open) => void jump(open, type, session, parts).then(resolve, reject)
  })
  const recorder = new ChannelRecorder()
  recorder.channel = pair.client.connection.open(type, recorder)
  pair.pump()
  while (!recorder.events.includes('eof')) {
    await new Promise(setImmediate)
    pair.pump()
  }
  recorder.channel.close()
  pair.pump()
  await ended
  const times = recorded.flatMap((event) => {
    if (event.type === 'passage-opened') return [event.type, event.dialMs]
    return event.type === 'passage-closed' ? [event.type, event.durationMs] : []
  })
  assert.deepEqual(times, ['passage-opened', 0, 'passage-closed', 0])
})

const decider = {
  version: 1,
  decide: () => ({ allowed: true, rule: 'grants[0], line 1' }) as const,
  reachesAnything: () => true,
}
