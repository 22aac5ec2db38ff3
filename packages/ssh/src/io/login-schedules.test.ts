/**
 * V-B04 where promises are: deciders that answer after any number of turns of the event loop, throw, or never answer,
 * while the client goes on sending and hangs up. The machine below is tested by itself in auth-schedules.test.ts.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@sallyport/testkit'
import { ServerAuth } from '../auth/index.ts'
import {
  aliceKey,
  hostKey,
  interactive,
  malloryKey,
  none,
  password,
  query,
  responses,
  sessionId,
  signed,
} from '../auth/testing/login.ts'
import type { SshError } from '../errors.ts'
import { samePublicKey } from '../keys/index.ts'
import type { ConversationEnd } from './conversation.ts'
import { type Authenticator, type LoginSuccess, ServerLogin } from './server-login.ts'

const SCHEDULES = 4000
const MAX_STEPS = 16

/** Payload, and the identity it can earn by itself. */
const samples: readonly { readonly payload: Uint8Array; readonly earns?: string }[] = [
  { payload: signed(), earns: 'alice' },
  { payload: signed({ hostKey }), earns: 'alice' },
  { payload: signed({ key: malloryKey }), earns: 'mallory' },
  { payload: signed({ key: malloryKey, named: aliceKey, algorithm: 'ssh-ed25519' }) },
  { payload: signed({ signedUser: 'bob' }) },
  { payload: query() },
  { payload: none() },
  { payload: password('right'), earns: 'password' },
  { payload: password('wrong') },
  { payload: interactive() },
  { payload: responses('right'), earns: 'answer' },
  { payload: responses('wrong') },
]

function verdict(identity: string | undefined): ConversationEnd<string> {
  return identity === undefined ? { outcome: 'failure' } : { outcome: 'success', identity }
}

class LoginSchedule {
  readonly #random: SeededRandom
  readonly #tasks = new Set<Promise<void>>()
  /** What requests not answered yet would earn, oldest first. */
  readonly #unanswered: (string | undefined)[] = []
  readonly #login: ServerLogin<string>
  #earned: string | undefined
  success: LoginSuccess<string> | undefined
  error: SshError | undefined

  constructor(random: SeededRandom) {
    this.#random = random
    const transport = {
      send: (payload: Uint8Array) => this.#answered(payload[0] ?? 0),
      fail: (error: unknown) => this.end(error as SshError),
      peerExtensions: new Map<string, Uint8Array>(),
    }
    const host = { transport, now: () => 0, own: (task: Promise<void>) => void this.#tasks.add(task), moved: () => {} }
    const machine = (): ServerAuth<string> =>
      new ServerAuth({
        sessionId,
        hostKey,
        methods: ['publickey', 'password', 'keyboard-interactive'],
        deadline: 1000,
        failureStepMs: 0,
      })
    this.#login = new ServerLogin(host, this.#authenticator(), machine, (success) => {
      assert.equal(this.success, undefined, 'two successes')
      assert.equal(this.error, undefined, 'success after the end')
      assert.equal(success.identity, this.#earned)
      this.success = success
    })
    this.#login.begin()
  }

  async run(): Promise<void> {
    const steps = 1 + this.#random.below(MAX_STEPS)
    for (let step = 0; step < steps && this.error === undefined; step++) {
      await this.#turns()
      if (this.#random.below(40) === 0) this.end(undefined)
      const { payload, earns } = this.#random.pick(samples)
      if (this.success === undefined) this.#unanswered.push(earns)
      this.#login.receive(payload.slice(), 0)
    }
    await this.#turns()
    this.end(undefined)
    await Promise.all(this.#tasks)
  }

  end(error: SshError | undefined): void {
    const first = this.error === undefined
    this.error ??= error ?? ({ code: 'connection-lost' } as SshError)
    if (first) this.#login.end(this.error)
  }

  /** SUCCESS comes only when the oldest unanswered request has earned it. */
  #answered(number: number): void {
    const earned = this.#unanswered.shift()
    if (number !== 52) return
    this.#earned = earned
    assert.ok(earned !== undefined, 'success for a request that proves nothing')
  }

  #authenticator(): Authenticator<string> {
    return {
      acceptsKey: async () => {
        await this.#decideLate()
        return this.#random.below(2) === 0
      },
      decideKey: async ({ key: { key } }) => {
        await this.#decideLate()
        const owner = samePublicKey(key, aliceKey.publicKey) ? 'alice' : 'mallory'
        return verdict(owner)
      },
      decidePassword: async ({ password }) => {
        const right = Buffer.from(password).toString() === 'right'
        await this.#decideLate()
        return verdict(right ? 'password' : undefined)
      },
      converse: async ({ ask }) => {
        await this.#decideLate()
        const [answer] = await ask({ prompts: [{ text: '?', echo: false }] })
        await this.#decideLate()
        return verdict(answer === 'right' ? 'answer' : undefined)
      },
    }
  }

  async #decideLate(): Promise<void> {
    await this.#turns()
    if (this.#random.below(10) === 0) throw new Error('the database is away')
  }

  async #turns(): Promise<void> {
    const turns = this.#random.below(4)
    for (let turn = 0; turn < turns; turn++) {
      if (this.#random.below(3) === 0) await new Promise((resolve) => setImmediate(resolve))
      else await Promise.resolve()
    }
  }
}

test(`V-B04 ${SCHEDULES.toLocaleString('en')} schedules of promises: success only ever follows what the same request proved`, async () => {
  const random = new SeededRandom(20_261_122)
  let successes = 0
  for (let index = 0; index < SCHEDULES; index++) {
    const seed = random.u32()
    try {
      const schedule = new LoginSchedule(new SeededRandom(seed))
      await schedule.run()
      if (schedule.success !== undefined) successes++
    } catch (error) {
      throw new Error(`schedule ${index}, seed ${seed}`, { cause: error })
    }
  }
  assert.ok(successes > SCHEDULES / 20, `${successes} successes`)
})
