import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ByteWriter } from '@sallyport/wire'
import { generatePrivateKey, verifySkSignature } from '../keys/index.ts'
import { HOSTBOUND_METHOD, userauthFailure, userauthInfoRequest, userauthPkOk } from '../messages/auth.ts'
import { decodeMessage } from '../messages/codec.ts'
import { isProvedKey } from './methods/publickey.ts'
import type { ServerAuthOptions } from './server-auth-options.ts'
import {
  aliceKey,
  bytes,
  FAILURE,
  find,
  get,
  hostKey,
  interactive,
  malloryKey,
  none,
  PK_OK,
  password,
  query,
  request,
  responses,
  SUCCESS,
  sentNumbers,
  server,
  sessionId,
  signed,
} from './testing/login.ts'
import { securityKey } from './testing/security-key.ts'

test('a request for another service than the connection ends it with reason 7', () => {
  for (const service of ['ssh-userauth', 'ssh-exec', '']) {
    const effects = server().receive(request({ method: 'none' }, 'alice', service), 0)
    assert.equal(get(effects, 'disconnect').error.disconnectReason, 7)
  }
})

suite('publickey', () => {
  test('a verified signature is decided and let in', () => {
    const machine = server()
    const decide = get(machine.receive(signed(), 0), 'decide')
    assert.equal(decide.user, 'alice')
    assert.ok(isProvedKey(decide.claim))
    assert.deepEqual(decide.claim.key.blob, aliceKey.publicKey.blob)
    assert.equal(decide.claim.hostBound, false)
    const effects = machine.answer(decide.requestId, { outcome: 'success', identity: 'alice' }, 0)
    assert.deepEqual(sentNumbers(effects), [SUCCESS])
    const success = get(effects, 'success')
    assert.equal(success.identity, 'alice')
    assert.deepEqual(success.factors, [{ method: 'publickey', key: decide.claim }])
    assert.equal(machine.state, 'done')
  })

  for (const type of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'] as const) {
    test(`${type} proves`, () => {
      const key = generatePrivateKey(type)
      assert.ok(find(server().receive(signed({ key }), 0), 'decide'))
    })
  }

  test('a query is asked about and answered with the key', () => {
    const machine = server()
    const ask = get(machine.receive(query(), 0), 'is-acceptable')
    assert.deepEqual(ask.key.blob, aliceKey.publicKey.blob)
    const [reply] = machine.answerAcceptable(ask.requestId, true, 0)
    assert.ok(reply?.type === 'send')
    const ok = decodeMessage(userauthPkOk, reply.payload)
    assert.equal(ok.algorithm, 'ssh-ed25519')
    assert.deepEqual(ok.publicKey, aliceKey.publicKey.blob)
  })

  test('a host-bound signature over our host key proves', () => {
    const decide = get(server().receive(signed({ hostKey }), 0), 'decide')
    assert.ok(isProvedKey(decide.claim) && decide.claim.hostBound)
  })

  test('a host-bound request that names another host key fails, query or proof', () => {
    const other = malloryKey.publicKey.blob
    for (const payload of [signed({ hostKey: other }), query({ hostKey: other })]) {
      const effects = server().receive(payload, 0)
      assert.equal(get(effects, 'attempt-failed').reason, 'host-key-mismatch')
      assert.equal(find(effects, 'decide') ?? find(effects, 'is-acceptable'), undefined)
    }
  })

  const wrong: readonly { name: string; payload: () => Uint8Array; reason: string }[] = [
    { name: 'another key', payload: () => signed({ key: malloryKey, named: aliceKey }), reason: 'signature-invalid' },
    { name: 'another user', payload: () => signed({ signedUser: 'bob' }), reason: 'signature-invalid' },
    { name: 'another session', payload: () => signed({ signedSession: hostKey }), reason: 'signature-invalid' },
    {
      name: "another kind's algorithm",
      payload: () => signed({ algorithm: 'rsa-sha2-256' }),
      reason: 'algorithm-not-allowed',
    },
    { name: 'SHA-1 RSA', payload: () => query({ algorithm: 'ssh-rsa' }), reason: 'algorithm-not-allowed' },
    {
      name: 'a certificate name for a plain key',
      payload: () => query({ algorithm: 'ssh-ed25519-cert-v01@openssh.com' }),
      reason: 'algorithm-not-allowed',
    },
    {
      name: 'a key that cannot be read',
      payload: () =>
        request({
          method: 'publickey',
          algorithm: 'ssh-ed25519',
          publicKey: bytes('nonsense'),
          hostKey: undefined,
          signature: bytes('x'),
        }),
      reason: 'key-malformed',
    },
  ]
  for (const { name, payload, reason } of wrong) {
    test(`a signature with ${name} fails without a decision`, () => {
      const effects = server().receive(payload(), 0)
      assert.equal(get(effects, 'attempt-failed').reason, reason)
      assert.equal(find(effects, 'decide'), undefined)
      assert.deepEqual(sentNumbers(effects), [FAILURE])
    })
  }

  test('every single altered byte of a signed request is refused or ends the connection', () => {
    const payload = signed()
    for (let at = 1; at < payload.length; at++) {
      const altered = payload.slice()
      altered[at] = (altered[at] ?? 0) ^ 0x01
      const decide = find(server().receive(altered, 0), 'decide')
      assert.equal(decide, undefined, `byte ${at}`)
    }
  })
})

suite('V-B03', () => {
  test('V-B03 query with one key, proof with another: identity is the one that signed', () => {
    const machine = server()
    const ask = get(machine.receive(query({ key: aliceKey }), 0), 'is-acceptable')
    machine.answerAcceptable(ask.requestId, true, 0)
    const decide = get(machine.receive(signed({ key: malloryKey }), 0), 'decide')
    assert.ok(isProvedKey(decide.claim))
    assert.deepEqual(decide.claim.key.blob, malloryKey.publicKey.blob)
  })

  test('V-B03 a query and then `none` or an empty password is refused', () => {
    for (const next of [none(), password('')]) {
      const machine = server()
      const ask = get(machine.receive(query(), 0), 'is-acceptable')
      machine.answerAcceptable(ask.requestId, true, 0)
      const effects = machine.receive(next, 0)
      assert.equal(find(effects, 'decide'), undefined)
      assert.deepEqual(sentNumbers(effects), [FAILURE])
    }
  })

  test('V-B03 the answer to a query never lets anybody in, whatever it is', () => {
    const machine = server()
    const ask = get(machine.receive(query(), 0), 'is-acceptable')
    assert.deepEqual(machine.answer(ask.requestId, { outcome: 'success', identity: 'alice' }, 0), [])
    assert.deepEqual(sentNumbers(machine.answerAcceptable(ask.requestId, true, 0)), [PK_OK])
    assert.deepEqual(machine.answer(ask.requestId, { outcome: 'success', identity: 'alice' }, 0), [])
    assert.equal(machine.state, 'idle')
  })
})

suite('V-B04', () => {
  test('V-B04 a decision for an earlier request does not serve a later one', () => {
    const machine = server()
    const first = get(machine.receive(signed(), 0), 'decide')
    machine.receive(signed({ key: malloryKey }), 0)
    const second = get(machine.answer(first.requestId, { outcome: 'failure' }, 0), 'decide')
    assert.deepEqual(machine.answer(first.requestId, { outcome: 'success', identity: 'alice' }, 0), [])
    assert.equal(machine.state, 'deciding')
    assert.notEqual(first.requestId, second.requestId)
  })

  test('V-B04 one more request waits, a second more ends the connection and cancels the question', () => {
    const machine = server()
    const { requestId } = get(machine.receive(signed(), 0), 'decide')
    assert.deepEqual(machine.receive(none(), 0), [])
    const effects = machine.receive(none(), 0)
    assert.equal(get(effects, 'cancel').requestId, requestId)
    assert.equal(get(effects, 'disconnect').error.code, 'queue-full')
    assert.deepEqual(machine.answer(requestId, { outcome: 'success', identity: 'alice' }, 0), [])
  })

  test('V-B04 requests that were sent before the client saw the success are ignored', () => {
    const machine = server()
    const { requestId } = get(machine.receive(signed(), 0), 'decide')
    machine.receive(password('x'), 0)
    const effects = machine.answer(requestId, { outcome: 'success', identity: 'alice' }, 0)
    assert.deepEqual(sentNumbers(effects), [SUCCESS])
    assert.deepEqual(machine.receive(signed({ key: malloryKey }), 0), [])
    assert.deepEqual(machine.receive(password('y', 'bob'), 0), [])
    assert.equal(machine.state, 'done')
  })
})

suite('V-B05', () => {
  const answers: readonly unknown[] = [
    undefined,
    1,
    'true',
    {},
    [],
    new Error('no'),
    Promise.resolve(true),
    Symbol('x'),
    NaN,
  ]
  for (const answer of answers) {
    test(`V-B05 a verifier that returns ${Object.prototype.toString.call(answer)} ${String(answer)} proves nothing`, () => {
      const machine = server({ verify: (() => answer) as ServerAuthOptions['verify'] & {} })
      assert.equal(get(machine.receive(signed(), 0), 'attempt-failed').reason, 'signature-invalid')
    })
  }

  test('V-B05 a verifier that throws proves nothing', () => {
    const machine = server({
      verify: () => {
        throw new Error('verifier broke')
      },
    })
    assert.equal(get(machine.receive(signed(), 0), 'attempt-failed').reason, 'signature-invalid')
  })

  const decisions: readonly unknown[] = [
    undefined,
    null,
    true,
    1,
    'success',
    {},
    { outcome: true },
    { outcome: 'Success', identity: 'alice' },
    { outcome: 'success' },
    { outcome: 'success', identity: undefined },
    Object.create({ outcome: 'success', identity: 'alice' }),
    Object.assign(new Error('x'), { outcome: 'success', identity: 'alice' }),
    Promise.resolve({ outcome: 'success', identity: 'alice' }),
    { outcome: 'partial' },
    { outcome: 'partial', continueWith: [] },
    { outcome: 'partial', continueWith: 'publickey' },
    { outcome: 'partial', continueWith: ['none'] },
    { outcome: 'partial', continueWith: ['gssapi-with-mic'] },
    { outcome: 'partial', continueWith: ['password'], graceMs: Number.POSITIVE_INFINITY },
    { outcome: 'partial', continueWith: ['password'], graceMs: '5' },
    { outcome: 'partial', continueWith: ['password'], graceMs: 600_001 },
    { outcome: 'prompt' },
    { outcome: 'prompt', round: { prompts: [] } },
  ]
  for (const [index, decision] of decisions.entries()) {
    test(`V-B05 decision ${index} that is none of the allowed ones is a failure`, () => {
      const machine = server()
      const { requestId } = get(machine.receive(signed(), 0), 'decide')
      const effects = machine.answer(requestId, decision as { outcome: 'failure' }, 0)
      assert.equal(get(effects, 'attempt-failed').reason, 'decision-invalid')
      assert.deepEqual(sentNumbers(effects), [FAILURE])
    })
  }

  test('V-B05 only true makes a key acceptable', () => {
    for (const answer of [1, 'yes', {}, new Error('x'), undefined, null]) {
      const machine = server()
      const { requestId } = get(machine.receive(query(), 0), 'is-acceptable')
      assert.deepEqual(sentNumbers(machine.answerAcceptable(requestId, answer as boolean, 0)), [FAILURE])
    }
  })
})

suite('V-B06', () => {
  test('V-B06 a user name that changes between factors ends the connection', () => {
    const machine = server()
    const { requestId } = get(machine.receive(signed(), 0), 'decide')
    machine.answer(requestId, { outcome: 'partial', continueWith: ['password'] }, 0)
    const effects = machine.receive(password('x', 'bob'), 0)
    assert.equal(get(effects, 'disconnect').error.code, 'auth-failed')
    assert.equal(find(effects, 'decide'), undefined)
    assert.equal(machine.state, 'closed')
  })

  test('V-B06 it ends it already after a mere `none`, and for names that only differ in form', () => {
    for (const other of ['bob', 'Alice', 'alice ', 'alic\u0065\u0301']) {
      const machine = server()
      machine.receive(none(), 0)
      assert.ok(find(machine.receive(none(other), 0), 'disconnect'))
    }
  })
})

suite('partial success', () => {
  test('two factors: the second decision sees the first, and only the listed methods go on', () => {
    const machine = server()
    const first = get(machine.receive(signed(), 0), 'decide')
    const passed = machine.answer(first.requestId, { outcome: 'partial', continueWith: ['keyboard-interactive'] }, 0)
    const failure = get(passed, 'send').payload
    assert.deepEqual(decodeMessage(userauthFailure, failure), {
      type: 'userauth-failure',
      methods: ['keyboard-interactive'],
      partialSuccess: true,
    })
    assert.equal(get(machine.receive(password('x'), 0), 'attempt-failed').reason, 'method-not-allowed')
    const second = get(machine.receive(interactive(), 0), 'decide')
    assert.deepEqual(second.factors, [{ method: 'publickey', key: first.claim }])
    const effects = machine.answer(second.requestId, { outcome: 'success', identity: 'alice' }, 0)
    assert.deepEqual(
      get(effects, 'success').factors.map((factor) => factor.method),
      ['publickey', 'keyboard-interactive'],
    )
  })

  test('a method that nobody may begin with is refused and not offered until a partial success names it', () => {
    const machine = server({ methods: ['publickey', 'keyboard-interactive'], firstMethods: ['publickey'] })
    const refused = machine.receive(interactive(), 0)
    assert.equal(get(refused, 'attempt-failed').reason, 'method-not-allowed')
    assert.deepEqual(decodeMessage(userauthFailure, get(refused, 'send').payload).methods, ['publickey'])
    const { requestId } = get(machine.receive(signed(), 0), 'decide')
    machine.answer(requestId, { outcome: 'partial', continueWith: ['keyboard-interactive'] }, 0)
    assert.ok(find(machine.receive(interactive(), 0), 'decide'))
  })

  test('a partial success may give the rest of the login more time, and never less', () => {
    const machine = server({ deadline: 1000 })
    const { requestId } = get(machine.receive(signed(), 900), 'decide')
    machine.answer(requestId, { outcome: 'partial', continueWith: ['keyboard-interactive'], graceMs: 5000 }, 900)
    assert.equal(machine.nextDeadline(), 5900)
    assert.equal(find(machine.tick(5899), 'disconnect'), undefined)
    const second = get(machine.receive(interactive(), 5899), 'decide')
    machine.answer(second.requestId, { outcome: 'partial', continueWith: ['keyboard-interactive'], graceMs: 0 }, 5899)
    assert.equal(get(machine.tick(5900), 'disconnect').error.code, 'timeout')
  })

  test('the same key is not two factors; another key is', () => {
    const machine = server()
    const first = get(machine.receive(signed(), 0), 'decide')
    machine.answer(first.requestId, { outcome: 'partial', continueWith: ['publickey'] }, 0)
    assert.equal(get(machine.receive(query(), 0), 'attempt-failed').reason, 'key-already-used')
    assert.equal(get(machine.receive(signed(), 0), 'attempt-failed').reason, 'key-already-used')
    assert.ok(find(machine.receive(signed({ key: malloryKey }), 0), 'decide'))
  })
})

suite('V-B08', () => {
  const limits: readonly { name: string; payload: () => Uint8Array; answers: number }[] = [
    { name: 'none', payload: () => none(), answers: 7 }, // the first is how clients ask what is on offer
    { name: 'key query', payload: () => query(), answers: 6 },
    { name: 'bad signature', payload: () => signed({ signedUser: 'bob' }), answers: 6 },
    { name: 'password', payload: () => password('x'), answers: 6 },
    { name: 'unknown method', payload: () => request({ method: 'other', name: 'x', data: bytes('') }), answers: 6 },
    { name: 'keyboard-interactive', payload: () => interactive('alice', 'pam,'.repeat(200)), answers: 6 },
  ]
  for (const { name, payload, answers } of limits) {
    test(`V-B08 1,000 × ${name} is cut at six failures`, () => {
      const machine = server()
      let tries = 0
      while (tries < 1000 && machine.state !== 'closed') {
        tries++
        const effects = machine.receive(payload(), 0)
        const decide = find(effects, 'decide')
        if (decide !== undefined) machine.answer(decide.requestId, { outcome: 'failure' }, 0)
        const ask = find(effects, 'is-acceptable')
        if (ask !== undefined) machine.answerAcceptable(ask.requestId, false, 0)
      }
      assert.equal(tries, answers)
    })
  }

  test('V-B08 1,000 × acceptable key query is cut at 128 messages', () => {
    const machine = server()
    let queries = 0
    while (queries < 1000 && machine.state !== 'closed') {
      queries++
      const ask = find(machine.receive(query(), 0), 'is-acceptable')
      if (ask !== undefined) machine.answerAcceptable(ask.requestId, true, 0)
    }
    assert.equal(queries, 129)
  })

  test('V-B08 1,000 × partial success is cut at 128 messages', () => {
    const machine = server()
    let requests = 0
    while (requests < 1000 && machine.state !== 'closed') {
      requests++
      const decide = find(machine.receive(password('x'), 0), 'decide')
      if (decide !== undefined) {
        machine.answer(decide.requestId, { outcome: 'partial', continueWith: ['password'] }, 0)
      }
    }
    assert.equal(requests, 129)
  })

  test('V-B08 endless rounds of prompts are cut at 128 messages', () => {
    const machine = server()
    let effects = machine.receive(interactive(), 0)
    let rounds = 0
    while (rounds < 1000 && machine.state !== 'closed') {
      rounds++
      const decide = get(effects, 'decide')
      machine.answer(decide.requestId, { outcome: 'prompt', round: { prompts: [{ text: '?', echo: false }] } }, 0)
      effects = machine.receive(responses('x'), 0)
    }
    assert.equal(rounds, 128)
  })

  test('V-B08 a conversation that is abandoned for another request counts as a failure', () => {
    const machine = server()
    let started = 0
    while (started < 1000 && machine.state !== 'closed') {
      started++
      const decide = find(machine.receive(interactive(), 0), 'decide')
      if (decide !== undefined) machine.answer(decide.requestId, { outcome: 'prompt', round: { prompts: [] } }, 0)
    }
    assert.equal(started, 7)
  })
})

suite('V-B09', () => {
  const attempts: readonly { name: string; payload: (user: string) => Uint8Array }[] = [
    {
      name: 'malformed key',
      payload: (user) =>
        request(
          {
            method: 'publickey',
            algorithm: 'ssh-ed25519',
            publicKey: bytes('x'),
            hostKey: undefined,
            signature: undefined,
          },
          user,
        ),
    },
    { name: 'unknown key', payload: (user) => query({ user, key: malloryKey }) },
    { name: 'good signature of an unknown key', payload: (user) => signed({ user, key: malloryKey }) },
    { name: '10 byte password', payload: (user) => password('x'.repeat(10), user) },
    { name: '30 kB password', payload: (user) => password('x'.repeat(30_000), user) },
    { name: 'none', payload: (user) => none(user) },
    {
      name: 'unknown method',
      payload: (user) => request({ method: 'other', name: 'hostbased', data: bytes('') }, user),
    },
  ]
  for (const { name, payload } of attempts) {
    test(`V-B09 ${name}: known, unknown, locked and refused user names get the same bytes at the same time`, () => {
      const transcripts = ['alice', 'nobody', 'locked', '-oProxyCommand=x'].map((user) => transcript(user, payload))
      for (const other of transcripts) assert.deepEqual(other, transcripts[0])
    })
  }

  /** What the client sees, with times; deciders take 1 ms for names they know and 3 ms for others. */
  function transcript(user: string, payload: (user: string) => Uint8Array): string[] {
    const machine = server({ failureStepMs: 5 })
    const seen: string[] = []
    let now = 0
    for (let attempt = 0; attempt < 4; attempt++) {
      const effects = [...machine.receive(payload(user), now)]
      const question = find(effects, 'decide') ?? find(effects, 'is-acceptable')
      const decidedAt = now + (user === 'alice' ? 1 : 3)
      if (question?.type === 'decide') {
        effects.push(...machine.answer(question.requestId, { outcome: 'failure' }, decidedAt))
      } else if (question !== undefined) {
        effects.push(...machine.answerAcceptable(question.requestId, false, decidedAt))
      }
      for (const effect of effects) if (effect.type === 'send') seen.push(`${now} ${effect.payload.toHex()}`)
      now = Math.min(machine.nextDeadline() ?? now, now + 1000)
      for (const effect of machine.tick(now)) if (effect.type === 'send') seen.push(`${now} ${effect.payload.toHex()}`)
      now += 10
    }
    return seen
  }

  test('V-B09 the last failure ends the connection after the same delay', () => {
    const machine = server({ failureStepMs: 5, maxTries: 1 })
    const { requestId } = get(machine.receive(password('x'), 100), 'decide')
    assert.equal(find(machine.answer(requestId, { outcome: 'failure' }, 107), 'disconnect'), undefined)
    assert.equal(machine.nextDeadline(), 110)
    assert.deepEqual(machine.tick(109), [])
    assert.equal(get(machine.tick(110), 'disconnect').error.code, 'auth-failed')
  })
})

suite('V-B10', () => {
  for (const length of [0, 1, 72, 73, 255, 256, 257, 1023, 1024]) {
    test(`V-B10 a password of ${length} bytes is ${length === 0 ? 'refused' : 'handed on as it is'}`, () => {
      const effects = server().receive(password(new Uint8Array(length).fill(0x61)), 0)
      const claim = find(effects, 'decide')?.claim
      assert.equal(claim?.method === 'password' ? claim.password.length : 0, length)
    })
  }

  for (const length of [1025, 30_000, 1_000_000]) {
    test(`V-B10 a password of ${length} bytes is refused before anybody could hash it`, () => {
      const effects = server().receive(password(new Uint8Array(length)), 0)
      assert.equal(get(effects, 'attempt-failed').reason, 'password-length')
      assert.equal(find(effects, 'decide'), undefined)
      assert.deepEqual(sentNumbers(effects), [FAILURE])
    })
  }

  test('V-B10 so is a typed answer of more than 1024 bytes', () => {
    const machine = server()
    const { requestId } = get(machine.receive(interactive(), 0), 'decide')
    machine.answer(requestId, { outcome: 'prompt', round: { prompts: [{ text: 'Password: ', echo: false }] } }, 0)
    const effects = machine.receive(responses('x'.repeat(1025)), 0)
    assert.equal(get(effects, 'attempt-failed').reason, 'responses-invalid')
    assert.equal(find(effects, 'decide'), undefined)
  })

  test('changing a password is not offered', () => {
    const effects = server().receive(
      request({ method: 'password', password: bytes('old'), newPassword: bytes('new') }),
      0,
    )
    assert.equal(get(effects, 'attempt-failed').reason, 'password-change-unsupported')
  })
})

suite('V-B11', () => {
  test('V-B11 a security key that attests no touch is refused; one that does is let through with its facts', () => {
    const absent = server().receive(signed({ key: securityKey(0) }), 0)
    assert.equal(get(absent, 'attempt-failed').reason, 'signature-invalid')
    const { claim } = get(server().receive(signed({ key: securityKey(1, 42) }), 0), 'decide')
    assert.ok(isProvedKey(claim))
    assert.deepEqual(claim.sk, { flags: 1, counter: 42, userPresent: true, userVerified: false })
  })

  test('V-B11 where user verification is demanded, a touch alone is refused', () => {
    const verify: ServerAuthOptions['verify'] = (key, algorithm, data, signature) =>
      verifySkSignature(key, algorithm, data, signature, { verification: true })
    const touched = server({ verify }).receive(signed({ key: securityKey(1) }), 0)
    assert.equal(get(touched, 'attempt-failed').reason, 'signature-invalid')
    assert.ok(find(server({ verify }).receive(signed({ key: securityKey(5) }), 0), 'decide'))
  })

  test('V-B11 flags changed after signing are noticed', () => {
    const payload = signed({ key: securityKey(0) })
    payload[payload.length - 5] = 1
    assert.equal(get(server().receive(payload, 0), 'attempt-failed').reason, 'signature-invalid')
  })
})

suite('V-B12', () => {
  test('V-B12 gssapi-with-mic with 2^31 mechanisms, hostbased and unknown methods fail without being read', () => {
    for (const name of ['gssapi-with-mic', 'hostbased', 'gssapi-keyex', 'x', '']) {
      const data = new ByteWriter().u32(0x8000_0000).bytes(new Uint8Array(64)).finish()
      const effects = server().receive(request({ method: 'other', name, data }), 0)
      assert.equal(get(effects, 'attempt-failed').reason, 'method-not-allowed')
      assert.deepEqual(sentNumbers(effects), [FAILURE])
    }
  })

  test('V-B12 a method that is switched off fails like an unknown one', () => {
    const payloads = [none(), query(), signed(), password('x'), interactive(), signed({ hostKey })]
    const replies = payloads.map((payload) => {
      const machine = server({ methods: [] })
      machine.receive(none(), 0)
      return get(machine.receive(payload, 0), 'send').payload.toHex()
    })
    assert.equal(new Set(replies).size, 1)
  })
})

suite('keyboard-interactive', () => {
  test('prompts go out as asked, answers come back as typed, and may lead to more', () => {
    const machine = server()
    const first = get(machine.receive(interactive('alice', 'pam'), 0), 'decide')
    assert.deepEqual(first.claim, {
      method: 'keyboard-interactive',
      proved: false,
      submethods: 'pam',
      round: 0,
      responses: [],
    })
    const prompts = [
      { text: 'Password: ', echo: false },
      { text: 'Code: ', echo: true },
    ]
    const asked = machine.answer(
      first.requestId,
      { outcome: 'prompt', round: { name: 'Login', instruction: 'Hello', prompts } },
      0,
    )
    const infoRequest = decodeMessage(userauthInfoRequest, get(asked, 'send').payload)
    assert.deepEqual(infoRequest, {
      type: 'userauth-info-request',
      name: 'Login',
      instruction: 'Hello',
      language: '',
      prompts,
    })
    const second = get(machine.receive(responses('secret', '123456'), 0), 'decide')
    assert.ok(second.claim.method === 'keyboard-interactive')
    assert.equal(second.claim.round, 1)
    assert.deepEqual(second.claim.responses, [bytes('secret'), bytes('123456')])
    const effects = machine.answer(second.requestId, { outcome: 'success', identity: 'alice' }, 0)
    assert.deepEqual(sentNumbers(effects), [SUCCESS])
  })

  for (const answers of [[], ['a'], ['a', 'b', 'c']]) {
    test(`${answers.length} answers to two prompts are a failure`, () => {
      const machine = server()
      const { requestId } = get(machine.receive(interactive(), 0), 'decide')
      const prompts = [
        { text: 'a', echo: false },
        { text: 'b', echo: false },
      ]
      machine.answer(requestId, { outcome: 'prompt', round: { prompts } }, 0)
      assert.equal(get(machine.receive(responses(...answers), 0), 'attempt-failed').reason, 'responses-invalid')
    })
  }

  test('a request that waited while the questions were prepared ends the conversation', () => {
    const machine = server()
    const { requestId } = get(machine.receive(interactive(), 0), 'decide')
    machine.receive(signed(), 0)
    const effects = machine.answer(requestId, { outcome: 'prompt', round: { prompts: [] } }, 0)
    assert.equal(get(effects, 'attempt-failed').reason, 'conversation-abandoned')
    assert.ok(isProvedKey(get(effects, 'decide').claim))
  })
})

suite('V-B17', () => {
  const refused = [
    '',
    '-oProxyCommand=touch /tmp/x',
    '$(id)',
    '%h',
    'a\nb',
    'a\u001bb',
    'a\0b',
    'a\u202eb',
    'a\u200bb',
    '1000',
    'a b',
    'a;b',
    "a'b",
    'a`b',
    'a\\b',
    '../x y',
    'a|b',
    'a*',
    '@alice',
  ]
  for (const user of refused) {
    test(`V-B17 user name ${JSON.stringify(user)} fails before anybody is asked`, () => {
      for (const payload of [none(user), signed({ user }), query({ user }), password('x', user), interactive(user)]) {
        const effects = server({ methods: ['none', 'publickey', 'password', 'keyboard-interactive'] }).receive(
          payload,
          0,
        )
        assert.equal(get(effects, 'attempt-failed').reason, 'user-name-refused')
        assert.equal(find(effects, 'decide') ?? find(effects, 'is-acceptable'), undefined)
      }
    })
  }

  for (const user of ['alice', 'alice+db1', 'alice@example.com', 'alice:db1', 'älice', 'user_1', '4u', 'a+10.0.0.1']) {
    test(`user name ${user} is let through`, () => {
      assert.ok(find(server().receive(signed({ user }), 0), 'decide'))
    })
  }

  test('V-B17 a name that is not UTF-8 or over-long ends the connection', () => {
    for (const name of [new Uint8Array([0xc3, 0x28]), new Uint8Array(1025).fill(0x61)]) {
      const payload = new ByteWriter().u8(50).string(name).string('ssh-connection').string('none').finish()
      assert.equal(get(server().receive(payload, 0), 'disconnect').error.code, 'protocol-error')
    }
  })
})

suite('V-B19', () => {
  test('V-B19 a password is zeroed once decided, dropped, or cut off', () => {
    const ends: readonly ((machine: ReturnType<typeof server>, requestId: number) => void)[] = [
      (machine, requestId) => machine.answer(requestId, { outcome: 'failure' }, 0),
      (machine, requestId) => machine.answer(requestId, { outcome: 'partial', continueWith: ['publickey'] }, 0),
      (machine, requestId) => machine.answer(requestId, { outcome: 'success', identity: 'alice' }, 0),
      (machine) => machine.tick(1e9),
      (machine) => machine.end(),
    ]
    for (const end of ends) {
      const machine = server()
      const payload = password('canary')
      const waiting = password('canary')
      const { requestId } = get(machine.receive(payload, 0), 'decide')
      machine.receive(waiting, 0)
      end(machine, requestId)
      if (machine.state === 'deciding') machine.end()
      for (const buffer of [payload, waiting]) assert.ok(!Buffer.from(buffer).includes('canary'))
    }
  })

  test('V-B19 what later decisions see of a passed factor holds no secret', () => {
    const machine = server()
    const { requestId } = get(machine.receive(password('canary'), 0), 'decide')
    machine.answer(requestId, { outcome: 'partial', continueWith: ['publickey'] }, 0)
    assert.deepEqual(get(machine.receive(signed(), 0), 'decide').factors, [{ method: 'password' }])
  })
})

suite('V-B20', () => {
  /** Brings a fresh machine to each place where it waits. */
  const places: Readonly<Record<string, (machine: ReturnType<typeof server>) => void>> = {
    idle: () => {},
    asking: (machine) => {
      machine.receive(query(), 0)
    },
    deciding: (machine) => {
      machine.receive(signed(), 0)
      machine.receive(none(), 0)
    },
    conversing: (machine) => {
      const { requestId } = get(machine.receive(interactive(), 0), 'decide')
      machine.answer(requestId, { outcome: 'prompt', round: { prompts: [] } }, 0)
    },
    delaying: (machine) => {
      machine.receive(password('1'.repeat(2000)), 0)
    },
  }
  for (const [place, bring] of Object.entries(places)) {
    test(`V-B20 the deadline in ${place} ends everything, and later answers find nothing`, () => {
      const machine = server({ deadline: 1000, failureStepMs: 5000 })
      bring(machine)
      assert.equal(machine.state, place)
      const waits = place === 'asking' || place === 'deciding'
      assert.equal(machine.nextDeadline(), 1000)
      const effects = machine.tick(1000)
      assert.deepEqual(
        effects.map((effect) => effect.type),
        waits ? ['cancel', 'disconnect'] : ['disconnect'],
      )
      assert.equal(get(effects, 'disconnect').error.code, 'timeout')
      for (let id = 0; id < 10; id++) {
        assert.deepEqual(machine.answer(id, { outcome: 'success', identity: 'alice' }, 1001), [])
        assert.deepEqual(machine.answerAcceptable(id, true, 1001), [])
      }
      assert.deepEqual(machine.receive(signed(), 1001), [])
      assert.equal(machine.nextDeadline(), undefined)
    })
  }

  test('V-B20 an answer that comes with the deadline is too late', () => {
    const machine = server({ deadline: 1000 })
    const { requestId } = get(machine.receive(signed(), 0), 'decide')
    const effects = machine.answer(requestId, { outcome: 'success', identity: 'alice' }, 1000)
    assert.equal(find(effects, 'success'), undefined)
    assert.equal(get(effects, 'disconnect').error.code, 'timeout')
  })
})

suite('banner', () => {
  test('the configured banner comes before the first answer, once', () => {
    const machine = server({ banner: 'hello' })
    assert.deepEqual(sentNumbers(machine.receive(none(), 0)), [53, FAILURE])
    assert.deepEqual(sentNumbers(machine.receive(none(), 0)), [FAILURE])
  })

  test('banners go out while a decision is open, and never after success', () => {
    const machine = server()
    const { requestId } = get(machine.receive(signed(), 0), 'decide')
    assert.deepEqual(sentNumbers(machine.banner('open https://…', 0)), [53])
    machine.answer(requestId, { outcome: 'success', identity: 'alice' }, 0)
    assert.deepEqual(machine.banner('late', 0), [])
  })

  test('banners before the first request wait, eight at most', () => {
    const machine = server()
    for (let i = 0; i < 20; i++) assert.deepEqual(machine.banner('x', 0), [])
    assert.equal(sentNumbers(machine.receive(none(), 0)).filter((number) => number === 53).length, 8)
  })
})

suite('none', () => {
  test('where it is switched on, the decider judges it', () => {
    const machine = server({ methods: ['none'] })
    const { requestId, claim } = get(machine.receive(none(), 0), 'decide')
    assert.deepEqual(claim, { method: 'none', proved: false })
    const effects = machine.answer(requestId, { outcome: 'success', identity: 'guest' }, 0)
    assert.deepEqual(sentNumbers(effects), [SUCCESS])
  })
})

suite('V-A16', () => {
  test('V-A16 one byte behind a userauth request ends the connection', () => {
    for (const payload of [none(), query(), signed(), password('x'), interactive(), signed({ hostKey })]) {
      const longer = new ByteWriter().bytes(payload).u8(0).finish()
      assert.equal(get(server().receive(longer, 0), 'disconnect').error.code, 'protocol-error')
    }
    assert.equal(HOSTBOUND_METHOD.length, 35)
    assert.equal(sessionId.length, 32)
  })
})
