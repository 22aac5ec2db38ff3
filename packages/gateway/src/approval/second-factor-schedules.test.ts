import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { makeId, type Principal } from '@sallyport/model'
import type { Store } from '@sallyport/store'
import { testPrincipal } from '../testing/signed-in.ts'
import { Approvals } from './approvals.ts'
import { CheckBook } from './check-book.ts'
import { CodeAttempts } from './code-attempts.ts'
import type { OneTimeCodes } from './one-time-codes.ts'
import { SecondFactor } from './second-factor.ts'

const RUNS = 1000
const LIFE_MS = 120_000
const ASK = {
  wants: [['passkey', 'totp']],
  orCertificate: false,
  keepMs: 3_600_000,
  place: '*',
  rule: 'ssh[0], line 1',
} as const

/** The same numbers for the same seed. */
function below(seed: number): (limit: number) => number {
  let count = 0
  return (limit) => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE(0) % limit
}

/** Logins from one address share a question, unless it is for one connection alone. */
const sourceOf = ({ userId, sourceAddress }: Principal) => `${userId} ${sourceAddress}`

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** One person at a terminal, as the SSH library shows it to the conversation. */
class Terminal {
  readonly abort = new AbortController()
  readonly codes = new Set<string>()
  waiting: PromiseWithResolvers<readonly string[]> | undefined
  outcome: 'open' | 'in' | 'refused' | 'gone' = 'open'
  typedRight = false

  ask = ({ prompts }: { readonly prompts: readonly unknown[] }): Promise<readonly string[]> => {
    if (this.abort.signal.aborted) return Promise.reject(this.abort.signal.reason as Error)
    if (prompts.length === 0) return Promise.resolve([])
    this.waiting = Promise.withResolvers<readonly string[]>()
    this.waiting.promise.catch(() => {})
    return this.waiting.promise
  }

  banner = (text: string): void => {
    for (const [, code = ''] of text.matchAll(/approve\/([0-9A-Z-]+)/g)) this.codes.add(code)
  }

  type(text: string): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.resolve([text])
  }

  hangUp(): void {
    this.abort.abort(new Error('gone'))
    this.waiting?.reject(this.abort.signal.reason as Error)
  }
}

test('1,000 random schedules of answers, approvals, denials and hang-ups leave nothing behind', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const ends = { in: 0, refused: 0, gone: 0 }
  for (let seed = 0; seed < RUNS; seed++) {
    const random = below(seed)
    const withCodes = random(2) === 0
    const once = random(2) === 0
    let drawn = 0
    const approvals = new Approvals({
      randomBytes: (size) => createHash('sha512').update(`${seed}/${drawn++}`).digest().subarray(0, size),
      now: () => Date.now(),
      lifeMs: () => LIFE_MS,
    })
    const kept: unknown[] = []
    const store = {
      changes: { subscribe: () => ({ [Symbol.dispose]() {} }) },
      loginChecks: { list: async () => [], put: async (check: unknown) => void kept.push(check) },
      passkeys: { list: async () => [{}] },
    } as unknown as Store
    const failures: unknown[] = []
    const asked: string[] = []
    const attempts = new CodeAttempts(() => Date.now())
    const second = new SecondFactor({
      settings: () => ({ mode: 'policy', periodMs: 0, qr: false, approvalMs: LIFE_MS }),
      roster: () => assert.fail('nobody asks the policy here'),
      store,
      approvals,
      checks: await CheckBook.open(store, (_, error) => void failures.push(error)),
      codes: {
        has: async () => withCodes,
        async check(_: unknown, __: string, typed: string) {
          const waitSeconds = attempts.take('alice', 'net')
          return waitSeconds > 0 ? { waitSeconds } : typed === 'right' ? 'right' : 'wrong'
        },
      } as unknown as OneTimeCodes,
      networkOf: (source) => source,
      origin: () => 'https://gate',
      record: async ({ type }) => void asked.push(type),
      failed: (_, error) => void failures.push(error),
      log: { debug() {} },
      now: () => Date.now(),
    })
    const terminals = Array.from({ length: 1 + random(5) }, (_, number) => {
      const terminal = new Terminal()
      const principal = testPrincipal({
        userId: makeId('user', new Uint8Array(10).fill(random(2))),
        sessionId: makeId('session', new Uint8Array(10).fill(number)),
        sourceAddress: `192.0.2.${random(3)}`,
      })
      const { signal } = terminal.abort
      const done = second.converse({ principal, ask: { ...ASK, once }, client: '' }, terminal, { signal }).then(
        (answer) => void (terminal.outcome = 'denied' in answer ? 'refused' : 'in'),
        (error: unknown) => {
          assert.equal(error, signal.reason)
          terminal.outcome = 'gone'
        },
      )
      return { terminal, principal, done }
    })
    const approved = new Set<string>()
    for (let step = 0; step < 30; step++) {
      const one = terminals[random(terminals.length)]
      if (one === undefined) continue
      const { terminal, principal } = one
      const [pending] = approvals.pending(principal.userId).filter(({ sessionId }) => sessionId === principal.sessionId)
      const act = random(7)
      if (act === 0) terminal.type('')
      else if (act === 1) terminal.type('wrong')
      else if (act === 2 && terminal.waiting !== undefined) {
        terminal.typedRight = true
        terminal.type('right')
      } else if (act === 3 && pending !== undefined) {
        // Also where a yes could be kept, its owner may give it to this login alone.
        const keptMs = once || random(2) === 0 ? 0 : 3_600_000
        if (approvals.settle(pending, 'approved', { kind: 'passkey', keptMs }))
          approved.add(keptMs === 0 ? principal.sessionId : sourceOf(principal))
      } else if (act === 4 && pending !== undefined) approvals.settle(pending, 'denied')
      else if (act === 5 && random(3) === 0) terminal.hangUp()
      else if (act === 6) t.mock.timers.tick(random(60_000))
      await settle()
    }
    for (const { terminal } of terminals) terminal.hangUp()
    t.mock.timers.tick(LIFE_MS)
    await Promise.all(terminals.map(({ done }) => done))
    assert.equal(approvals.size, 0, `seed ${seed}`)
    assert.deepEqual(failures, [], `seed ${seed}`)
    for (const { terminal, principal } of terminals) {
      const { outcome } = terminal
      assert.ok(outcome !== 'open', `seed ${seed}`)
      ends[outcome]++
      if (outcome === 'in') {
        const yes = approved.has(principal.sessionId) || (!once && approved.has(sourceOf(principal)))
        assert.ok(yes || terminal.typedRight, `seed ${seed}`)
      }
    }
  }
  for (const [end, count] of Object.entries(ends)) assert.ok(count > 100, `${end}: ${count}`)
})
