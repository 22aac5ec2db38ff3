/**
 * V-B04: authentication whose decisions come late, in any order, twice, wrong or not at all, while the client goes on
 * sending, hangs up or runs out of time. Each schedule is a walk drawn from a seeded generator; a model beside the machine
 * knows which request is the oldest without an answer, and what that request really holds.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@sallyport/testkit'
import { type Signer, verifySignature } from '../keys/index.ts'
import type { AuthDecision } from './decision.ts'
import type { SignatureVerifier } from './methods/method.ts'
import { isProvedKey } from './methods/publickey.ts'
import { ServerAuth } from './server-auth.ts'
import {
  aliceKey,
  type Effect,
  type EffectOf,
  hostKey,
  interactive,
  type KeyRequest,
  malloryKey,
  none,
  password,
  query,
  responses,
  sessionId,
  signed,
} from './testing/login.ts'

const SCHEDULES = 100_000
const MAX_STEPS = 24
const SEED = 20_261_122

/** A request, and what it is worth: the identity it can earn, if any. */
interface Sample {
  readonly kind: 'none' | 'query' | 'proof' | 'password' | 'interactive' | 'responses'
  readonly payload: Uint8Array
  readonly user: string
  /** Name of the key that really signed, or of the secret that was really right. */
  readonly earns: string | undefined
  readonly keyBlob?: Uint8Array
}

const keyNames = new Map([
  [aliceKey.publicKey.blob.toHex(), 'alice-key'],
  [malloryKey.publicKey.blob.toHex(), 'mallory-key'],
])

function nameOf(key: Signer): string {
  return keyNames.get(key.publicKey.blob.toHex()) ?? 'nobody'
}

function proof(options: KeyRequest, valid: boolean): Sample {
  const { key = aliceKey, named = key, user = 'alice' } = options
  return {
    kind: 'proof',
    payload: signed(options),
    user,
    earns: valid ? nameOf(key) : undefined,
    keyBlob: named.publicKey.blob,
  }
}

function samplesOf(user: string): readonly Sample[] {
  const other = user === 'alice' ? 'bob' : 'alice'
  const plain = (kind: Sample['kind'], payload: Uint8Array, earns?: string): Sample => ({ kind, payload, user, earns })
  return [
    proof({ user }, true),
    proof({ user, key: malloryKey }, true),
    proof({ user, hostKey }, true),
    proof({ user, key: malloryKey, named: aliceKey, algorithm: 'ssh-ed25519' }, false),
    proof({ user, signedUser: other }, false),
    proof({ user, signedSession: hostKey }, false),
    proof({ user, hostKey: malloryKey.publicKey.blob }, false),
    proof({ user, key: malloryKey, signedUser: other }, false),
    { kind: 'query', payload: query({ user }), user, earns: undefined, keyBlob: aliceKey.publicKey.blob },
    { kind: 'query', payload: query({ user, hostKey }), user, earns: undefined, keyBlob: aliceKey.publicKey.blob },
    plain('none', none(user)),
    plain('password', password('right', user), 'password'),
    plain('password', password('wrong', user)),
    plain('password', password('', user)),
    plain('interactive', interactive(user)),
    plain('responses', responses('right'), 'answer'),
    plain('responses', responses('wrong')),
  ]
}

const samples = { alice: samplesOf('alice'), bob: samplesOf('bob') }

/** The real verifier; its results are kept, since the same few signatures come again a million times. */
const verified = new Map<string, boolean>()
const verify: SignatureVerifier = (key, algorithm, data, signature) => {
  const name = `${algorithm} ${Buffer.from(data).toString('latin1')} ${Buffer.from(signature).toString('latin1')}`
  const known = verified.get(name)
  if (known !== undefined) return known
  const result = verifySignature(key, algorithm, data, signature)
  verified.set(name, result)
  return result
}

const junk: readonly unknown[] = [undefined, true, 1, {}, new Error('x'), Promise.resolve(), { outcome: 'success' }]

interface Tally {
  successes: number
  refusedProofs: number
  disconnects: number
  staleAnswers: number
}

class Schedule {
  readonly #random: SeededRandom
  readonly #tally: Tally
  readonly #machine: ServerAuth<string>
  #now = 0
  /** Requests the machine has not answered, oldest first: that one is being worked on. */
  readonly #unanswered: Sample[] = []
  readonly #questions: (EffectOf<'decide'> | EffectOf<'is-acceptable'>)[] = []
  /** Id of the one decision whose answer may now matter. */
  #open: number | undefined
  /** Id of the one key query whose answer may now matter. */
  #asking: number | undefined
  /** What was just answered: success must follow from this, at once, or not at all. */
  #answered: { readonly requestId: number; readonly identity: string } | undefined
  #over: 'success' | 'closed' | undefined

  constructor(random: SeededRandom, tally: Tally) {
    this.#random = random
    this.#tally = tally
    this.#machine = new ServerAuth<string>({
      sessionId,
      hostKey,
      methods: ['publickey', 'password', 'keyboard-interactive'],
      deadline: 1000 + random.below(1000),
      failureStepMs: random.pick([0, 0, 5]),
      verify,
    })
  }

  run(): void {
    const user = this.#random.pick(['alice', 'bob'] as const)
    const steps = 1 + this.#random.below(MAX_STEPS)
    for (let step = 0; step < steps; step++) this.#step(user)
  }

  #step(user: 'alice' | 'bob'): void {
    const random = this.#random
    const die = random.below(100)
    if (die < 42) {
      const from = random.below(60) === 0 ? (user === 'alice' ? 'bob' : 'alice') : user
      this.#send(random.pick(samples[from]))
    } else if (die < 82) this.#answerSome()
    else if (die < 96) this.#see(this.#machine.tick((this.#now += random.below(8))))
    else if (die < 97) this.#see(this.#machine.tick((this.#now += random.below(1500))))
    else if (die < 99) this.#see(this.#machine.banner('wait', this.#now))
    else {
      this.#see(this.#machine.end())
      this.#over ??= 'closed'
    }
  }

  #send(sample: Sample): void {
    this.#unanswered.push(sample)
    this.#see(this.#machine.receive(sample.payload.slice(), this.#now))
  }

  /** Answers the latest question mostly, an old or an invented one sometimes. */
  #answerSome(): void {
    const random = this.#random
    const question = random.below(4) === 0 ? random.pick([...this.#questions, undefined]) : this.#questions.at(-1)
    if (question === undefined) {
      const invented = random.below(12)
      if (invented !== this.#open) this.#answer(invented, { outcome: 'success', identity: 'invented' })
      return
    }
    if (question.type === 'is-acceptable') {
      // the right kind of answer, and the kind that would let the client in were it believed
      if (random.below(3) === 0) this.#answer(question.requestId, { outcome: 'success', identity: 'unproved' })
      const stale = question.requestId !== this.#asking
      const effects = this.#machine.answerAcceptable(question.requestId, random.below(2) === 0, this.#now)
      if (stale) assert.ok(!effects.some((effect) => effect.type === 'send' && effect.payload[0] === 60), 'stale PK_OK')
      this.#see(effects)
      return
    }
    this.#answer(question.requestId, this.#decide(question))
  }

  #answer(requestId: number, decision: AuthDecision<string>): void {
    if (requestId !== this.#open) this.#tally.staleAnswers++
    if (decision?.outcome === 'success') this.#answered = { requestId, identity: decision.identity }
    this.#see(this.#machine.answer(requestId, decision, this.#now))
    this.#answered = undefined
  }

  /** A decider that believes what the claim says; bugs of deciders are in it too. */
  #decide({ claim }: EffectOf<'decide'>): AuthDecision<string> {
    const random = this.#random
    const die = random.below(10)
    if (die === 0) return random.pick(junk) as AuthDecision<string>
    if (die === 1) return { outcome: 'failure' }
    if (die === 2) return { outcome: 'partial', continueWith: [random.pick(['publickey', 'password'] as const)] }
    if (claim.method === 'keyboard-interactive' && (claim.round === 0 || die === 3)) {
      return { outcome: 'prompt', round: { prompts: [{ text: '?', echo: false }] } }
    }
    const identity = earnedBy(claim)
    return identity === undefined ? { outcome: 'failure' } : { outcome: 'success', identity }
  }

  #see(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const allowed = this.#over === undefined || (this.#over === 'success' && effect.type === 'disconnect')
      assert.ok(allowed, `${effect.type} after ${this.#over}`)
      this.#check(effect)
    }
  }

  #check(effect: Effect): void {
    const [oldest] = this.#unanswered
    switch (effect.type) {
      case 'send':
        if (effect.payload[0] === 53) return
        assert.ok(oldest !== undefined, 'more answers than requests')
        this.#unanswered.shift()
        if (effect.payload[0] === 52) this.#unanswered.unshift(oldest) // checked with the success effect behind it
        this.#open = undefined
        this.#asking = undefined
        return
      case 'decide': {
        assert.equal(effect.user, oldest?.kind === 'responses' ? effect.user : oldest?.user)
        if (effect.claim.method === 'publickey') {
          assert.ok(isProvedKey(effect.claim))
          assert.equal(oldest?.kind, 'proof')
          assert.ok(oldest?.earns !== undefined, 'asked to decide a key that was not proved')
          assert.deepEqual(effect.claim.key.blob, oldest.keyBlob)
        } else assert.ok(oldest?.kind === 'password' || oldest?.kind === 'interactive' || oldest?.kind === 'responses')
        assert.equal(this.#open, undefined, 'two decisions open')
        this.#open = effect.requestId
        this.#questions.push(effect)
        return
      }
      case 'is-acceptable':
        assert.equal(oldest?.kind, 'query')
        assert.deepEqual(effect.key.blob, oldest?.keyBlob)
        this.#asking = effect.requestId
        this.#questions.push(effect)
        return
      case 'success':
        // the one edge: the open decision was answered with success, for the oldest request, and it had earned that
        assert.ok(this.#answered !== undefined, 'success without an answer')
        assert.equal(effect.identity, this.#answered.identity)
        assert.ok(oldest?.earns !== undefined, 'success for a request that proves nothing')
        assert.equal(effect.identity, oldest.earns)
        this.#over = 'success'
        this.#tally.successes++
        return
      case 'attempt-failed':
        if (effect.reason === 'signature-invalid') this.#tally.refusedProofs++
        if (oldest?.kind === 'proof' && effect.reason === 'signature-invalid') assert.equal(oldest.earns, undefined)
        return
      case 'disconnect':
        this.#over = 'closed'
        this.#tally.disconnects++
        return
      case 'cancel':
      case 'factor-passed':
        return
    }
  }
}

/** The identity a claim earns, read before its secrets are zeroed. */
function earnedBy(claim: EffectOf<'decide'>['claim']): string | undefined {
  if (claim.method === 'publickey') return keyNames.get(claim.key.blob.toHex())
  if (claim.method === 'password') return isRight(claim.password) ? 'password' : undefined
  if (claim.method === 'keyboard-interactive') {
    const [response] = claim.responses
    return response !== undefined && isRight(response) ? 'answer' : undefined
  }
  return undefined
}

function isRight(secret: Uint8Array): boolean {
  return Buffer.from(secret).toString() === 'right'
}

test(`V-B04 ${SCHEDULES.toLocaleString('en')} random schedules: success only ever follows a verified signature of the same request`, (t) => {
  const random = new SeededRandom(SEED)
  const tally: Tally = { successes: 0, refusedProofs: 0, disconnects: 0, staleAnswers: 0 }
  for (let index = 0; index < SCHEDULES; index++) {
    const seed = random.u32()
    try {
      new Schedule(new SeededRandom(seed), tally).run()
    } catch (error) {
      throw new Error(`schedule ${index}, seed ${seed}`, { cause: error })
    }
  }
  t.diagnostic(JSON.stringify(tally))
  // the walk is of use only if it goes everywhere
  assert.ok(tally.successes > SCHEDULES / 20, `${tally.successes} successes`)
  assert.ok(tally.refusedProofs > SCHEDULES / 20, `${tally.refusedProofs} refused proofs`)
  assert.ok(tally.staleAnswers > SCHEDULES / 20, `${tally.staleAnswers} stale answers`)
  assert.ok(tally.disconnects > SCHEDULES / 20, `${tally.disconnects} disconnects`)
})
