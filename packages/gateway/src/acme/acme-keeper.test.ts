import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock, TemporaryDirectory } from '@sallyport/testkit'
import { selfSigned } from '../http/self-signed.ts'
import type { LoadedTls } from '../http/tls-certificate.ts'
import { AcmeKeeper, LOOK_MS } from './acme-keeper.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Certificates of these tests are good from a day before they are made, for 801 days. */
const LIFE = 801 * DAY
const NAME = 'gw.example.com'
const NAMES = [NAME]

interface Asked {
  /** When it was asked, by the machine’s clock. */
  readonly at: number[]
  readonly renewed: LoadedTls[]
  readonly failures: unknown[]
}

/** A keeper over a clock that the test moves; the server answers by its own clock, as real ones do. */
class Given implements AsyncDisposable {
  readonly clock = new FakeClock(Date.UTC(2026, 5, 1))
  /** Milliseconds that the server’s clock is ahead of the machine’s. */
  serverAhead = 0
  /** What the server says, unless it gives a certificate. */
  refusal: string | undefined
  names: readonly string[] = NAMES
  readonly asked: Asked = { at: [], renewed: [], failures: [] }
  readonly #directory = new TemporaryDirectory('acme')
  #keeper: AcmeKeeper | undefined
  #due: { readonly at: number; readonly run: () => void } | undefined

  /** Starts a gateway’s keeper, or starts it anew. */
  async start(names: readonly string[] = NAMES): Promise<AcmeKeeper> {
    await this.#keeper?.[Symbol.asyncDispose]()
    const { clock, asked } = this
    this.#keeper = new AcmeKeeper({
      folder: this.#directory.file('acme'),
      settings: { directory: 'https://acme.example', email: '', names, challenge: 'http-01', listen, ca: '' },
      obtain: async () => {
        asked.at.push(clock.now())
        if (this.refusal !== undefined) throw new Error(this.refusal)
        return selfSigned(this.names, clock.now() + this.serverAhead)
      },
      renewed: (tls) => void asked.renewed.push(tls),
      failed: (_, error) => void asked.failures.push(error),
      after: (ms, run) => {
        const due = { at: clock.monotonic() + ms, run }
        this.#due = due
        return { [Symbol.dispose]: () => void (this.#due === due && (this.#due = undefined)) }
      },
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
    })
    this.#keeper.start()
    await this.#settled()
    return this.#keeper
  }

  /** Lets time pass in steps of a look. */
  async pass(ms: number, step = LOOK_MS): Promise<void> {
    for (let passed = 0; passed < ms; passed += step) {
      this.clock.advance(Math.min(step, ms - passed))
      await this.look()
    }
  }

  /** Runs the timer, where its time has come. */
  async look(): Promise<void> {
    const due = this.#due
    if (due === undefined || due.at > this.clock.monotonic()) return
    this.#due = undefined
    due.run()
    await this.#settled()
  }

  /** A look ends with the timer for the next one. */
  async #settled(): Promise<void> {
    const deadline = Date.now() + 20_000
    while (this.#due === undefined) {
      if (Date.now() > deadline) throw new Error('the look does not end')
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper?.[Symbol.asyncDispose]()
    this.#directory[Symbol.dispose]()
  }
}

const listen = { address: '127.0.0.1', port: 80 }

test('a certificate is renewed when a third of its life is left, and not before', async () => {
  await using given = new Given()
  const keeper = await given.start()
  assert.equal(given.asked.at.length, 1)
  const first = keeper.current?.fingerprint
  given.clock.advance((LIFE * 2) / 3 - 2 * DAY)
  await given.look()
  assert.equal(given.asked.at.length, 1)
  given.clock.advance(2 * DAY)
  await given.look()
  assert.equal(given.asked.at.length, 2)
  assert.notEqual(keeper.current?.fingerprint, first)
  assert.equal(given.asked.renewed.length, 2)
})

test('a restart keeps the certificate, and asks for another one where it lacks a name', async () => {
  await using given = new Given()
  const first = (await given.start()).current?.fingerprint
  assert.equal((await given.start()).current?.fingerprint, first)
  assert.equal(given.asked.at.length, 1)
  given.names = [NAME, 'other.example.com']
  await given.start(given.names)
  assert.equal(given.asked.at.length, 2)
})

test('failures are waited out longer and longer, up to half a day, and forgotten once one has come', async () => {
  await using given = new Given()
  given.refusal = 'the name leads nowhere'
  const keeper = await given.start()
  const begin = given.clock.now()
  await given.pass(40 * HOUR)
  const minutes = given.asked.at.map((at) => (at - begin) / MINUTE)
  assert.deepEqual(minutes, [0, 15, 45, 105, 225, 465, 945, 1665, 2385])
  assert.equal(given.asked.failures.length, 9)
  assert.deepEqual(keeper.standing, {
    failures: 9,
    lastFailure: { at: begin + 2385 * MINUTE, reason: 'the name leads nowhere' },
  })
  given.refusal = undefined
  await given.pass(12 * HOUR)
  assert.deepEqual(keeper.standing, { failures: 0, lastFailure: undefined })
  assert.ok(keeper.current !== undefined)
})

test('a gateway that starts over and over asks no more often than every quarter of an hour; other settings are tried at once', async () => {
  await using given = new Given()
  given.refusal = 'no'
  await given.start()
  for (let minute = 1; minute < 15; minute++) {
    given.clock.advance(MINUTE)
    await given.start()
  }
  assert.equal(given.asked.at.length, 1)
  given.clock.advance(MINUTE)
  const keeper = await given.start()
  assert.equal(given.asked.at.length, 2)
  assert.equal(keeper.standing.failures, 2, 'failures of the start before count')
  await given.start([NAME, 'other.example.com'])
  assert.equal(given.asked.at.length, 3)
})

test('a clock that is set back neither asks nor waits longer', async () => {
  await using given = new Given()
  const keeper = await given.start()
  // Before the certificate's first day, where nothing says how old it is.
  given.clock.jump(-400 * DAY)
  await given.pass(HOUR)
  assert.equal(given.asked.at.length, 1)
  given.clock.jump(400 * DAY + LIFE)
  given.refusal = 'no'
  await given.pass(LOOK_MS)
  assert.equal(given.asked.at.length, 2)
  given.clock.jump(-200 * DAY)
  await given.pass(14 * MINUTE)
  assert.equal(given.asked.at.length, 2)
  given.refusal = undefined
  given.clock.jump(200 * DAY)
  await given.pass(MINUTE)
  assert.equal(given.asked.at.length, 3)
  assert.equal(keeper.standing.failures, 0)
})

test('a failure noted in the future, before the clock was set back, holds nothing up', async () => {
  await using given = new Given()
  given.refusal = 'no'
  await given.start()
  given.clock.jump(-300 * DAY)
  await given.start()
  await given.pass(15 * MINUTE)
  assert.equal(given.asked.at.length, 2)
})

test('a machine that slept has waited, and looks within a minute of waking', async () => {
  await using given = new Given()
  const keeper = await given.start()
  // Timers and the monotonic clock stand still while it sleeps.
  given.clock.jump(LIFE)
  await given.pass(MINUTE)
  assert.equal(given.asked.at.length, 2)
  assert.equal(keeper.standing.failures, 0)
  given.clock.jump(LIFE)
  given.refusal = 'not awake yet'
  await given.pass(MINUTE)
  assert.equal(given.asked.at.length, 3)
  given.clock.jump(DAY)
  await given.pass(MINUTE)
  assert.equal(given.asked.at.length, 4, 'a day is longer than any wait')
})

test('a clock far ahead of the server’s does not ask again and again for what it takes to be over', async () => {
  await using given = new Given()
  given.serverAhead = -2 * LIFE
  const keeper = await given.start()
  await given.pass(10 * HOUR)
  // As often as failures: at once, and after 15, 45, 105, 225 and 465 minutes.
  assert.equal(given.asked.at.length, 6)
  assert.match(keeper.standing.lastFailure?.reason ?? '', /by the clock of this machine/)
  given.serverAhead = 0
  await given.pass(12 * HOUR)
  assert.equal(keeper.standing.failures, 0)
})

test('a certificate without a name that was asked for is not taken', async () => {
  await using given = new Given()
  given.names = ['other.example.com']
  const keeper = await given.start()
  assert.equal(keeper.current, undefined)
  assert.match(keeper.standing.lastFailure?.reason ?? '', /lacks a name/)
})
