/**
 * The legality matrices of transport, authentication and connection, held against each other: together they decide about
 * every message number in every state of both roles, and what one layer lets through the next one knows.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientAuth } from '../auth/client-auth.ts'
import { hostKey, none, password, query, server, sessionId, signed } from '../auth/testing/login.ts'
import type { SshError } from '../errors.ts'
import { userauthFailure } from '../messages/auth.ts'
import { encodeMessage } from '../messages/codec.ts'
import { messageName } from '../messages/numbers.ts'
import { DROPPED, HANDLED, legalMessages, phases, REFUSED, type Role } from '../transport/legal-messages.ts'
import { ConnectionSide } from './connection-pair.ts'
import { pairHostKey } from './session-pair.ts'

const roles: readonly Role[] = ['client', 'server']
const numbers = Array.from({ length: 256 }, (_, i) => i)
/** Above the transport (RFC 4250 §4.1.2) and below what is local to implementations, which the transport answers itself. */
const isUpper = (number: number): boolean => number >= 50 && number < 192

test('V-A03 every phase × role × message number has one verdict', () => {
  let cells = 0
  for (const role of roles) {
    for (const phase of phases) {
      const verdicts = legalMessages(phase, role)
      assert.equal(verdicts.length, 256)
      for (const number of numbers) {
        assert.ok([REFUSED, HANDLED, DROPPED].includes(verdicts[number] ?? -1), `${role} ${phase} ${number}`)
        cells++
      }
    }
  }
  assert.equal(cells, 256 * phases.length * 2)
})

test('V-A03 V-B01 messages of the upper layers reach them only when it is their turn', () => {
  for (const role of roles) {
    for (const phase of phases) {
      const passed = numbers.filter((number) => isUpper(number) && legalMessages(phase, role)[number] === HANDLED)
      if (phase !== 'authentication' && phase !== 'authenticated') assert.deepEqual(passed, [], `${role} ${phase}`)
      else if (phase === 'authentication')
        assert.ok(
          passed.every((number) => number < 80),
          `${role} ${phase}`,
        )
      else
        assert.ok(
          passed.every((number) => number >= 80),
          `${role} ${phase}`,
        )
    }
  }
})

test('V-B02 what the transport lets through to authentication is what its machines know, for both roles', () => {
  const known = { server: new Set<number>(), client: new Set<number>() }
  const refuses = (effects: readonly { readonly type: string }[]): boolean =>
    effects.some((effect) => 'error' in effect && (effect.error as SshError).code === 'message-out-of-state')
  const conversation = encodeMessage(userauthFailure, {
    type: 'userauth-failure',
    methods: ['keyboard-interactive'],
    partialSuccess: false,
  })
  for (const number of numbers) {
    for (const request of [undefined, none(), query(), signed(), password('x')]) {
      const machine = server()
      if (request !== undefined) machine.receive(request, 0)
      if (!refuses(machine.receive(Uint8Array.of(number), 0))) known.server.add(number)
    }
    for (const steps of [0, 1, 2]) {
      const machine = new ClientAuth({
        user: 'alice',
        sessionId,
        hostKey,
        signers: steps === 1 ? [pairHostKey()] : [],
        password: true,
        keyboardInteractive: true,
      })
      machine.start()
      if (steps > 0) {
        const offer = { type: 'userauth-failure', methods: ['publickey'], partialSuccess: false } as const
        machine.receive(steps === 1 ? encodeMessage(userauthFailure, offer) : conversation)
      }
      if (!refuses(machine.receive(Uint8Array.of(number)))) known.client.add(number)
    }
  }
  const conversing = 61
  for (const role of roles) {
    const passed = numbers.filter(
      (number) => isUpper(number) && legalMessages('authentication', role)[number] === HANDLED,
    )
    for (const number of passed)
      assert.ok(
        known[role].has(number) || (role === 'server' && number === conversing),
        `${role}: ${messageName(number)}`,
      )
    for (const number of known[role]) assert.ok(passed.includes(number), `${role}: ${messageName(number)}`)
  }
})

test('V-A03 V-D04 what the transport lets through to the connection is what it knows, and nothing it knows is kept from it', () => {
  for (const role of roles) {
    for (const number of numbers) {
      const side = new ConnectionSide({ role })
      let known: boolean
      try {
        known = side.connection.receive(Uint8Array.of(number, 0, 0, 0, 0, 0, 0, 0, 0))
      } catch {
        known = true
      }
      const passed = isUpper(number) && legalMessages('authenticated', role)[number] === HANDLED
      assert.equal(known, passed, `${role}: ${messageName(number)}`)
    }
  }
})
