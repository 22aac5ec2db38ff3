/**
 * Both machines under a script of inputs. Each step of the input is one operation byte, then what it needs; messages
 * are cut out of the input with a length byte pair, so that mutations reach every decoder through the states around it.
 */
import { ByteReader, ByteWriter, DecodeError } from '@sallyport/wire'
import { ClientAuth, type ClientAuthEffect } from './client-auth.ts'
import type { AuthDecision } from './decision.ts'
import { ServerAuth } from './server-auth.ts'
import type { ServerAuthEffect } from './server-auth-effect.ts'
import { aliceKey, hostKey, interactive, none, password, query, responses, sessionId, signed } from './testing/login.ts'

const MAX_STEPS = 200

const decisions: readonly AuthDecision<string>[] = [
  { outcome: 'failure' },
  { outcome: 'success', identity: 'x' },
  { outcome: 'partial', continueWith: ['password', 'publickey'] },
  { outcome: 'prompt', round: { prompts: [{ text: '?', echo: false }] } },
]

function serverRun(input: Uint8Array): void {
  const machine = new ServerAuth<string>({
    sessionId,
    hostKey,
    methods: ['publickey', 'password', 'keyboard-interactive'],
    deadline: 10_000,
    failureStepMs: 5,
  })
  let now = 0
  let open: number | undefined
  let succeeded = false
  const see = (effects: readonly ServerAuthEffect<string>[], answered?: AuthDecision<string>): void => {
    for (const effect of effects) {
      if (succeeded && effect.type !== 'disconnect') throw new Error(`oracle: ${effect.type} after success`)
      if (effect.type === 'decide') open = effect.requestId
      if (effect.type === 'success') {
        if (answered?.outcome !== 'success') throw new Error('oracle: success without a decision')
        succeeded = true
      }
    }
  }
  script(input, (operation, reader) => {
    if (operation < 0x80) see(machine.receive(message(reader), now))
    else if (operation < 0xc0) {
      const decision = decisions[operation % decisions.length]
      if (decision !== undefined && open !== undefined) see(machine.answer(open, decision, now), decision)
    } else if (operation < 0xd0) see(machine.answerAcceptable(operation & 0x07, (operation & 8) !== 0, now))
    else if (operation < 0xf0) see(machine.tick((now += operation & 0x1f)))
    else if (operation < 0xff) see(machine.banner('x', now))
    else see(machine.end())
  })
}

function clientRun(input: Uint8Array): void {
  const machine = new ClientAuth({
    user: 'alice',
    sessionId,
    hostKey,
    signers: [aliceKey],
    password: true,
    keyboardInteractive: true,
  })
  let question: Extract<ClientAuthEffect, { requestId: number }> | undefined
  let over = false
  const see = (effects: readonly ClientAuthEffect[]): void => {
    for (const effect of effects) {
      if (over && effect.type !== 'disconnect') throw new Error(`oracle: ${effect.type} after the end`)
      if (effect.type === 'sign' || effect.type === 'ask-password' || effect.type === 'ask-prompts') question = effect
      if (effect.type === 'success' || effect.type === 'disconnect') over = true
    }
  }
  see(machine.start())
  script(input, (operation, reader) => {
    if (operation < 0x80) see(machine.receive(message(reader)))
    else if (operation < 0x90) machine.extensions(new Map([['server-sig-algs', message(reader)]]))
    else if (question?.type === 'sign') see(machine.signed(question.requestId, new Uint8Array(operation & 7)))
    else if (question?.type === 'ask-password') {
      see(machine.password(question.requestId, operation < 0xf0 ? new Uint8Array(1) : undefined))
    } else if (question?.type === 'ask-prompts') {
      const answers = question.prompts.map(() => new Uint8Array(1))
      see(machine.responses(question.requestId, operation < 0xf0 ? answers : undefined))
    }
  })
}

function script(input: Uint8Array, step: (operation: number, reader: ByteReader) => void): void {
  const reader = new ByteReader(input)
  for (let steps = 0; steps < MAX_STEPS && reader.remaining > 0; steps++) {
    try {
      step(reader.u8(), reader)
    } catch (error) {
      if (error instanceof DecodeError) return
      throw error
    }
  }
}

function message(reader: ByteReader): Uint8Array {
  return reader.bytes(reader.u16()).slice()
}

function play(...steps: readonly (number | Uint8Array)[]): Uint8Array {
  const writer = new ByteWriter()
  for (const step of steps) {
    if (typeof step === 'number') writer.u8(step)
    else writer.u8(0).u16(step.length).bytes(step)
  }
  return writer.finish()
}

const failure = (method: string): Uint8Array => new ByteWriter().u8(51).string(method).boolean(false).finish()

export const fuzzTargets = [
  {
    name: 'ssh/auth/server-auth',
    run: serverRun,
    seeds: [
      play(none(), query(), 0xc9, signed(), 0x81),
      play(none(), interactive(), 0x83, responses('x'), 0x81),
      play(password('x'), 0x80, 0xdf, signed({ hostKey }), 0x82, password('y'), 0x81),
    ],
  },
  {
    name: 'ssh/auth/client-auth',
    run: clientRun,
    seeds: [
      play(
        failure('publickey'),
        new ByteWriter().u8(60).string('ssh-ed25519').string(aliceKey.publicKey.blob).finish(),
        0xa0,
        Uint8Array.of(52),
      ),
      play(failure('password'), 0xa0, Uint8Array.of(52)),
      play(
        failure('keyboard-interactive'),
        new ByteWriter().u8(60).string('').string('').string('').u32(1).string('?').boolean(true).finish(),
        0xa0,
        Uint8Array.of(52),
      ),
    ],
  },
]
