/**
 * Channels that are opened, closed and killed while look-ups, the audit log and the target answer in any order: thousands
 * of schedules by seed, each over the real session handler, authorizer, relay and revocation.
 *
 * What must hold when all has come to rest: no passage is left that the policy in force does not allow, nothing that was
 * dialled is left open behind a closed channel, every open has one answer, and no address was dialled without its event.
 */
import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { ACTOR_GATEWAY, type AuditEvent } from '@sallyport/audit'
import type { Principal } from '@sallyport/model'
import { SocketPump, SshError } from '@sallyport/ssh'
import { ChannelRecorder, ConnectionPair } from '@sallyport/ssh/testing'
import { SeededRandom } from '@sallyport/testkit'
import { createAuthorizer, type Decider } from '../access/authorize.ts'
import type { Roster } from '../access/roster.ts'
import { LiveEvents } from '../ops/live-events.ts'
import { createLog } from '../ops/log-writer.ts'
import { createMetrics } from '../ops/metrics.ts'
import { revocation } from '../sessions/revocation.ts'
import type { Session } from '../sessions/session.ts'
import { SessionRegistry } from '../sessions/session-registry.ts'
import { WayWatch } from '../sessions/way-watch.ts'
import { testPrincipal, testSession } from '../testing/signed-in.ts'
import { sessionHandler } from './session-handler.ts'

const SCHEDULES = 5000
const STEPS = 40
const ADDRESS = '10.0.0.1'
const FINGERPRINT = 'SHA256:x'
const zero = (): number => 0
const metrics = createMetrics({
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
})
const log = createLog({ level: 'silent', format: 'json', write: () => {} })

/** Everything that one schedule is played with. */
class World {
  readonly random: SeededRandom
  readonly pair = new ConnectionPair()
  readonly sessions = new SessionRegistry()
  readonly session: Session
  readonly ways = new WayWatch({ now: zero, monotonic: zero })
  readonly channels: ChannelRecorder[] = []
  /** Both ends of each connection to a target. */
  readonly dialled: { readonly near: Duplex; readonly far: Duplex }[] = []
  readonly recorded: AuditEvent[] = []
  readonly problems: string[] = []
  readonly tasks: Promise<void>[] = []
  readonly #waiting: (() => void)[] = []
  #decider: Decider = decider(1, true)
  #disabled = false
  #ids = 0
  readonly #revoke: () => Promise<unknown>
  alive = true

  constructor(seed: number) {
    this.random = new SeededRandom(seed)
    const principal = testPrincipal({ proof: { method: 'publickey', fingerprint: FINGERPRINT, factors: [] } })
    this.session = testSession({ principal, disconnect: () => this.endConnection() })
    this.sessions.add(this.session)
    const authorizer = createAuthorizer({
      resolve: async () => {
        await this.later()
        return { target: undefined, addresses: [ADDRESS], port: 22 }
      },
      isOwn: () => false,
      decider: () => this.#decider,
      currentTarget: (target) => target,
      standing: () => (this.#disabled ? 'session.user-disabled' : undefined),
      recordGrant: async ({ passage, address }) => {
        await this.later()
        this.recorded.push({ type: 'access-granted', passage, address } as AuditEvent)
      },
      recordDenial: () => this.later(),
      failed: (what, error) => void this.problems.push(`${what}: ${String(error)}`),
      now: zero,
    })
    const { all, one } = revocation({
      sessions: this.sessions,
      authorizer,
      ways: this.ways,
      roster: () => this.#roster(principal),
      now: zero,
    })
    void one
    this.#revoke = all
    const handler = sessionHandler(this.session, {
      authorizer,
      // Nothing is asked for here.
      secondFactor: undefined as never,
      ways: this.ways,
      dial: async (grant, signal) => {
        await this.later()
        signal.throwIfAborted()
        const granted = this.recorded.some(
          (event) => event.type === 'access-granted' && event.passage === grant.passage,
        )
        if (!granted) this.problems.push('dialled without an event')
        if (this.random.below(8) === 0) return { failed: 'dial.refused', detail: '', address: ADDRESS }
        const [near, far] = duplexPair()
        far.on('error', () => {})
        far.on('end', () => far.end())
        far.resume()
        this.dialled.push({ near, far })
        return { connection: SocketPump.fromStream(near), address: ADDRESS }
      },
      record: async (event) => {
        await this.later()
        this.recorded.push(event)
      },
      randomBytes: () => Uint8Array.from({ length: 10 }, (_, i) => (this.#ids++ >> (i * 4)) & 0xff),
      now: zero,
      log,
      metrics,
      events: new LiveEvents(),
      welcomeText: () => '',
      draining: () => false,
      own: (task) => void this.tasks.push(task),
    })
    this.pair.server.onOpen = (open) => handler.channelOpen(open)
  }

  #roster(principal: Principal): Roster {
    const user = { id: principal.userId, name: 'alice', disabled: this.#disabled }
    return {
      bans: { find: () => undefined },
      trust: { userAuthorities: [], revokedSerials: new Set(), revokedKeys: new Set() },
      usersById: new Map([[principal.userId, user]]),
      keysByFingerprint: new Map([[FINGERPRINT, { userId: principal.userId }]]),
    } as unknown as Roster
  }

  /** A promise of somebody outside: it comes when the schedule says so. */
  later(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }

  /** Lets one of those that wait have its answer, not always the first. False when nobody waits. */
  answerOne(): boolean {
    const [resolve] = this.#waiting.splice(this.random.below(Math.max(1, this.#waiting.length)), 1)
    resolve?.()
    return resolve !== undefined
  }

  open(): void {
    const recorder = new ChannelRecorder()
    const type = { kind: 'direct-tcpip', host: 'db1', port: 22, originHost: '127.0.0.1', originPort: 1 } as const
    recorder.channel = this.pair.client.connection.open(type, recorder)
    this.channels.push(recorder)
  }

  change(allowed: boolean): void {
    this.#decider = decider(this.#decider.version + 1, allowed)
    this.tasks.push(this.#revoke().then(() => undefined))
  }

  disable(): void {
    this.#disabled = true
    this.tasks.push(this.#revoke().then(() => undefined))
  }

  kill(): void {
    this.session.end({ denied: 'session.killed', note: '', actor: ACTOR_GATEWAY })
  }

  endConnection(): void {
    if (!this.alive) return
    this.alive = false
    const lost = new SshError('connection-lost', 'gone')
    this.pair.server.connection.lost(lost)
    this.pair.client.connection.lost(lost)
    this.sessions.remove(this.session)
  }

  get allowed(): boolean {
    return this.#decider.decide({} as never, {} as never).allowed && !this.#disabled
  }

  step(): void {
    const { random } = this
    const channel = this.channels.length > 0 ? random.pick(this.channels).channel : undefined
    switch (random.below(16)) {
      case 0:
      case 1:
      case 2:
        if (this.alive && this.channels.length < 8) this.open()
        return
      case 3:
        if (this.alive) channel?.close()
        return
      case 4:
        if (this.alive && channel?.phase === 'open') channel.write(new Uint8Array(100))
        return
      case 5:
        if (this.dialled.length > 0) random.pick(this.dialled).far.end()
        return
      case 6:
        if (this.dialled.length > 0) reset(random.pick(this.dialled))
        return
      case 7:
        return this.change(false)
      case 8:
        return this.change(true)
      case 9:
        if (random.below(6) === 0) this.kill()
        return
      case 10:
        if (random.below(12) === 0) this.disable()
        return
      case 11:
        if (random.below(12) === 0) this.endConnection()
        return
      default:
        this.answerOne()
    }
  }

  deliver(): void {
    if (!this.alive) return
    if (this.random.below(2) === 0) this.pair.deliver('client')
    else this.pair.deliver('server')
  }
}

/** As TCP does it: the other end learns of it. */
function reset({ near, far }: { readonly near: Duplex; readonly far: Duplex }): void {
  far.destroy()
  near.destroy(new Error('reset'))
}

function decider(version: number, allowed: boolean): Decider {
  return {
    version,
    decide: () =>
      allowed
        ? { allowed, rule: 'grants[0], line 1' }
        : { allowed, denied: 'policy.denied', reason: 'no-matching-rule' },
    reachesAnything: () => allowed,
  }
}

/** Nothing that waits gets an answer any more unless it is given one here; streams settle by turns of the event loop. */
async function rest(world: World): Promise<void> {
  for (let quiet = 0; quiet < 4; ) {
    const moved = world.answerOne()
    if (world.alive) world.pair.pump()
    await turn()
    quiet = moved ? 0 : quiet + 1
  }
}

async function play(seed: number): Promise<void> {
  const world = new World(seed)
  for (let i = 0; i < STEPS; i++) {
    world.step()
    world.deliver()
    // Nothing, a few microtasks, or a whole turn between two events: changes must be able to fall into every gap.
    const gap = world.random.below(6)
    if (gap === 5) await turn()
    else for (let tick = 0; tick < gap; tick++) await Promise.resolve()
  }
  await rest(world)
  const where = `seed ${seed}`
  assert.deepEqual(world.problems, [], where)
  const live = world.session.passages.length
  if (!world.allowed || !world.alive) assert.equal(live, 0, `${where}: ${live} passages are left that nobody allows`)
  if (world.alive) {
    for (const { events } of world.channels) {
      const answers = events.filter((event) => event === 'opened' || event.startsWith('refused'))
      assert.ok(answers.length <= 1, where)
      assert.ok(events.filter((event) => event === 'closed').length <= 1, where)
    }
    const open = world.channels.filter(({ events }) => events.includes('opened') && !events.includes('closed'))
    assert.equal(live, open.length, `${where}: channels and passages`)
  }
  const connected = world.dialled.filter(({ near }) => !near.destroyed).length
  assert.ok(connected <= live, `${where}: ${connected} connections to targets, ${live} passages`)
  // The end: everything has to go.
  world.endConnection()
  await rest(world)
  await Promise.all(world.tasks)
  await rest(world)
  assert.equal(world.session.passages.length, 0, where)
  for (const { near } of world.dialled) assert.ok(near.destroyed, where)
  const opened = world.recorded.filter(({ type }) => type === 'passage-opened').length
  const closed = world.recorded.filter(({ type }) => type === 'passage-closed').length
  assert.equal(closed, opened, `${where}: every passage that opened is written down as closed`)
}

test(`V-D03 V-D18 V-B21 ${SCHEDULES.toLocaleString('en')} schedules of opening, closing, killing and policy changes leave nothing behind`, async () => {
  for (let seed = 1; seed <= SCHEDULES; seed++) await play(seed)
})
