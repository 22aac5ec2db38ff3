/** Every message number in every state of both machines: the listed few are handled, all others end the connection. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { userauthInfoRequest, userauthPkOk } from '../messages/auth.ts'
import { encodeMessage } from '../messages/codec.ts'
import { ClientAuth, type ClientAuthEffect } from './client-auth.ts'
import type { ServerAuth } from './server-auth.ts'
import {
  aliceKey,
  find,
  get,
  hostKey,
  type Identity,
  interactive,
  none,
  password,
  query,
  server,
  sessionId,
  signed,
} from './testing/login.ts'

const serverStates: Readonly<Record<ServerAuth<Identity>['state'], (machine: ServerAuth<Identity>) => void>> = {
  idle: () => {},
  asking: (machine) => {
    machine.receive(query(), 0)
  },
  deciding: (machine) => {
    machine.receive(signed(), 0)
  },
  conversing: (machine) => {
    const { requestId } = get(machine.receive(interactive(), 0), 'decide')
    machine.answer(requestId, { outcome: 'prompt', round: { prompts: [{ text: 'x', echo: false }] } }, 0)
  },
  delaying: (machine) => {
    machine.receive(password(''), 0)
  },
  done: (machine) => {
    const { requestId } = get(machine.receive(signed(), 0), 'decide')
    machine.answer(requestId, { outcome: 'success', identity: 'alice' }, 0)
  },
  closed: (machine) => machine.end(),
}
/** Message numbers a client may send; kept apart from the machine's own table on purpose. */
const serverLegal: Readonly<Record<ServerAuth<Identity>['state'], readonly number[]>> = {
  idle: [50],
  asking: [50],
  deciding: [50],
  conversing: [50, 61],
  delaying: [50],
  done: [50],
  closed: [],
}

const clientStates: Readonly<Record<ClientAuth['state'], (machine: ClientAuth) => void>> = {
  new: () => {},
  probing: (machine) => machine.start(),
  querying: (machine) => {
    machine.start()
    machine.receive(failure('publickey'))
  },
  signing: (machine) => signing(machine),
  proving: (machine) => machine.signed(signing(machine), new Uint8Array(8)),
  'asking-password': (machine) => askingPassword(machine),
  'password-sent': (machine) => machine.password(askingPassword(machine), new Uint8Array(1)),
  'interactive-sent': (machine) => {
    machine.start()
    machine.receive(failure('keyboard-interactive'))
  },
  'asking-prompts': (machine) => {
    machine.start()
    machine.receive(failure('keyboard-interactive'))
    machine.receive(infoRequest)
  },
  done: (machine) => {
    machine.start()
    machine.receive(Uint8Array.of(52))
  },
  closed: (machine) => machine.end(),
}
/** Message numbers a server may send. */
const clientLegal: Readonly<Record<ClientAuth['state'], readonly number[]>> = {
  new: [],
  probing: [51, 52, 53],
  querying: [51, 53, 60],
  signing: [53],
  proving: [51, 52, 53],
  'asking-password': [53],
  'password-sent': [51, 52, 53, 60],
  'interactive-sent': [51, 52, 53, 60],
  'asking-prompts': [53],
  done: [],
  closed: [],
}

const infoRequest = encodeMessage(userauthInfoRequest, {
  type: 'userauth-info-request',
  name: '',
  instruction: '',
  language: '',
  prompts: [],
})
const pkOk = encodeMessage(userauthPkOk, {
  type: 'userauth-pk-ok',
  algorithm: 'ssh-ed25519',
  publicKey: aliceKey.publicKey.blob,
})

function failure(method: string): Uint8Array {
  return Uint8Array.of(51, 0, 0, 0, method.length, ...new TextEncoder().encode(method), 0)
}

function client(): ClientAuth {
  return new ClientAuth({
    user: 'alice',
    sessionId,
    hostKey,
    signers: [aliceKey],
    password: true,
    keyboardInteractive: true,
  })
}

function signing(machine: ClientAuth): number {
  machine.start()
  machine.receive(failure('publickey'))
  return idOf(machine.receive(pkOk))
}

function askingPassword(machine: ClientAuth): number {
  machine.start()
  return idOf(machine.receive(failure('password')))
}

function idOf(effects: readonly ClientAuthEffect[]): number {
  for (const effect of effects) if ('requestId' in effect) return effect.requestId
  throw new Error('no question')
}

suite('server', () => {
  for (const [state, bring] of Object.entries(serverStates)) {
    test(`V-B01 V-B02 in state ${state} all but messages ${serverLegal[state as keyof typeof serverLegal].join(', ')} end the connection`, () => {
      for (let number = 0; number < 256; number++) {
        for (const body of [[], [0, 0, 0, 0], [0, 0, 0, 5, 120, 120, 120, 120, 120, 0, 0, 0, 0, 0, 0, 0, 0]]) {
          const machine = server({ failureStepMs: 5 })
          bring(machine)
          assert.equal(machine.state, state)
          const effects = machine.receive(Uint8Array.of(number, ...body), 0)
          assert.equal(find(effects, 'success'), undefined)
          const refusal = find(effects, 'disconnect')?.error.code
          if (state === 'closed') assert.deepEqual(effects, [])
          else if (serverLegal[state as keyof typeof serverLegal].includes(number)) {
            assert.notEqual(refusal, 'message-out-of-state', `message ${number}`)
          } else assert.equal(refusal, 'message-out-of-state', `message ${number}`)
        }
      }
    })
  }

  test('V-B01 a client that says "success" itself is not believed', () => {
    const machine = server()
    machine.receive(none(), 0)
    const effects = machine.receive(Uint8Array.of(52), 0)
    assert.equal(get(effects, 'disconnect').error.code, 'message-out-of-state')
    assert.deepEqual(machine.receive(signed(), 0), [])
  })
})

suite('client', () => {
  for (const [state, bring] of Object.entries(clientStates)) {
    test(`V-A03 in state ${state} all but messages ${clientLegal[state as keyof typeof clientLegal].join(', ')} end the connection`, () => {
      for (let number = 0; number < 256; number++) {
        const machine = client()
        bring(machine)
        assert.equal(machine.state, state)
        const effects = machine.receive(Uint8Array.of(number))
        const refusal = effects.find((effect) => effect.type === 'disconnect')?.error.code
        const legal = clientLegal[state as keyof typeof clientLegal].includes(number)
        if (number !== 52 || !legal) assert.ok(!effects.some((effect) => effect.type === 'success'))
        if (state === 'closed') assert.deepEqual(effects, [])
        else if (legal) assert.notEqual(refusal, 'message-out-of-state', `message ${number}`)
        else assert.equal(refusal, 'message-out-of-state', `message ${number}`)
      }
    })
  }
})
