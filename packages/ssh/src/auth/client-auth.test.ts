import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ByteWriter } from '@sallyport/wire'
import { generatePrivateKey, type Signer } from '../keys/index.ts'
import {
  type Prompt,
  type UserauthRequest,
  userauthBanner,
  userauthFailure,
  userauthInfoRequest,
  userauthInfoResponse,
  userauthPasswdChangereq,
  userauthPkOk,
  userauthRequest,
} from '../messages/auth.ts'
import { decodeMessage, encodeMessage } from '../messages/codec.ts'
import { ClientAuth, type ClientAuthEffect, type ClientAuthOptions } from './client-auth.ts'
import { aliceKey, bytes, get, hostKey, malloryKey, server, sessionId } from './testing/login.ts'

const SUCCESS = Uint8Array.of(52)

function client(options: Partial<ClientAuthOptions> = {}): ClientAuth {
  return new ClientAuth({
    user: 'alice',
    sessionId,
    hostKey,
    signers: [],
    password: false,
    keyboardInteractive: false,
    ...options,
  })
}

function started(options: Partial<ClientAuthOptions> = {}, extensions: Readonly<Record<string, string>> = {}) {
  const machine = client(options)
  machine.start()
  machine.extensions(new Map(Object.entries(extensions).map(([name, value]) => [name, bytes(value)])))
  return { machine }
}

function failure(methods: readonly string[], partialSuccess = false): Uint8Array {
  return encodeMessage(userauthFailure, { type: 'userauth-failure', methods, partialSuccess })
}

function infoRequest(prompts: readonly Prompt[], instruction = ''): Uint8Array {
  return encodeMessage(userauthInfoRequest, {
    type: 'userauth-info-request',
    name: '',
    instruction,
    language: '',
    prompts,
  })
}

function effect<K extends ClientAuthEffect['type']>(
  effects: readonly ClientAuthEffect[],
  type: K,
): Extract<ClientAuthEffect, { type: K }> {
  const found = effects.find((one): one is Extract<ClientAuthEffect, { type: K }> => one.type === type)
  if (found === undefined) throw new Error(`no ${type} among: ${effects.map((one) => one.type).join(', ')}`)
  return found
}

function sent(effects: readonly ClientAuthEffect[]): UserauthRequest {
  return decodeMessage(userauthRequest, effect(effects, 'send').payload)
}

test('`none` shows what is on offer', () => {
  const machine = client()
  assert.deepEqual(sent(machine.start()), {
    type: 'userauth-request',
    user: 'alice',
    service: 'ssh-connection',
    credential: { method: 'none' },
  })
  assert.equal(effect(machine.receive(SUCCESS), 'success').method, 'none')
})

suite('publickey', () => {
  test('keys are asked about in order, and only the accepted one signs', () => {
    const { machine } = started({ signers: [malloryKey, aliceKey] })
    const first = sent(machine.receive(failure(['publickey'])))
    assert.ok(first.credential.method === 'publickey')
    assert.deepEqual(first.credential.publicKey, malloryKey.publicKey.blob)
    assert.equal(first.credential.signature, undefined)
    machine.receive(failure(['publickey']))
    const publicKey = aliceKey.publicKey.blob
    const sign = effect(
      machine.receive(encodeMessage(userauthPkOk, { type: 'userauth-pk-ok', algorithm: 'ssh-ed25519', publicKey })),
      'sign',
    )
    assert.equal(sign.signer, aliceKey)
    const proof = effect(machine.signed(sign.requestId, aliceKey.sign(sign.algorithm, sign.data)), 'send').payload
    assert.ok(get(server().receive(proof, 0), 'decide'))
    assert.equal(effect(machine.receive(SUCCESS), 'success').signer, aliceKey)
  })

  test('without a query the signature goes out at once', () => {
    const { machine } = started({ signers: [aliceKey], queryFirst: false })
    assert.equal(effect(machine.receive(failure(['publickey'])), 'sign').signer, aliceKey)
  })

  test('the signature is bound to the host key where the server knows how', () => {
    const { machine } = started({ signers: [aliceKey], queryFirst: false }, { 'publickey-hostbound@openssh.com': '0' })
    const sign = effect(machine.receive(failure(['publickey'])), 'sign')
    const proof = effect(machine.signed(sign.requestId, aliceKey.sign(sign.algorithm, sign.data)), 'send').payload
    const { claim } = get(server().receive(proof, 0), 'decide')
    assert.ok(claim.method === 'publickey' && claim.hostBound)
  })

  const rsa: Signer = {
    publicKey: generatePrivateKey('ssh-rsa').publicKey,
    algorithms: ['rsa-sha2-512', 'rsa-sha2-256'],
    sign: () => new Uint8Array(),
  }
  for (const { listed, expected } of [
    { listed: 'ssh-ed25519,rsa-sha2-256', expected: 'rsa-sha2-256' },
    { listed: 'rsa-sha2-256,rsa-sha2-512', expected: 'rsa-sha2-512' },
    { listed: undefined, expected: 'rsa-sha2-512' },
    { listed: 'ssh-ed25519,ssh-rsa', expected: undefined },
  ]) {
    test(`an RSA key signs with ${expected} where the server lists ${listed}`, () => {
      const { machine } = started({ signers: [rsa] }, listed === undefined ? {} : { 'server-sig-algs': listed })
      const effects = machine.receive(failure(['publickey']))
      if (expected === undefined) return assert.equal(effect(effects, 'disconnect').error.code, 'auth-failed')
      const { credential } = sent(effects)
      assert.equal(credential.method === 'publickey' ? credential.algorithm : '', expected)
    })
  }

  test('a signer that cannot sign is passed over', () => {
    const { machine } = started({ signers: [aliceKey, malloryKey], queryFirst: false })
    const { requestId } = effect(machine.receive(failure(['publickey'])), 'sign')
    assert.equal(effect(machine.notSigned(requestId), 'sign').signer, malloryKey)
    assert.deepEqual(machine.signed(requestId, new Uint8Array()), [])
  })

  test('a server that accepts another key than the offered one is cut off', () => {
    const { machine } = started({ signers: [aliceKey] })
    machine.receive(failure(['publickey']))
    const publicKey = malloryKey.publicKey.blob
    const effects = machine.receive(
      encodeMessage(userauthPkOk, { type: 'userauth-pk-ok', algorithm: 'ssh-ed25519', publicKey }),
    )
    assert.equal(effect(effects, 'disconnect').error.code, 'protocol-error')
  })
})

suite('partial success', () => {
  test('a chain of key, prompts and password is followed', () => {
    const { machine } = started({ signers: [aliceKey], queryFirst: false, password: true, keyboardInteractive: true })
    const sign = effect(machine.receive(failure(['publickey'])), 'sign')
    machine.signed(sign.requestId, new Uint8Array(1))
    const afterKey = machine.receive(failure(['keyboard-interactive'], true))
    assert.equal(effect(afterKey, 'factor-passed').signer, aliceKey)
    assert.equal(sent(afterKey).credential.method, 'keyboard-interactive')
    const ask = effect(machine.receive(infoRequest([{ text: 'Code: ', echo: true }])), 'ask-prompts')
    assert.deepEqual(ask.prompts, [{ text: 'Code: ', echo: true }])
    const answer = effect(machine.responses(ask.requestId, [bytes('123')]), 'send').payload
    assert.deepEqual(decodeMessage(userauthInfoResponse, answer).responses, [bytes('123')])
    const askPassword = effect(machine.receive(failure(['password'], true)), 'ask-password')
    assert.equal(askPassword.attempt, 1)
    const { credential } = sent(machine.password(askPassword.requestId, bytes('pw')))
    assert.deepEqual(credential, { method: 'password', password: bytes('pw'), newPassword: undefined })
    assert.equal(effect(machine.receive(SUCCESS), 'success').method, 'password')
  })

  test('a key that passed is not offered again', () => {
    const { machine } = started({ signers: [aliceKey], queryFirst: false })
    const sign = effect(machine.receive(failure(['publickey'])), 'sign')
    machine.signed(sign.requestId, new Uint8Array(1))
    const effects = machine.receive(failure(['publickey'], true))
    assert.equal(effect(effects, 'disconnect').error.code, 'auth-failed')
  })
})

suite('password and prompts', () => {
  test('a person is asked three times, then the login fails with what the server offered', () => {
    const { machine } = started({ password: true })
    let effects = machine.receive(failure(['password', 'hostbased']))
    for (let attempt = 1; attempt <= 3; attempt++) {
      const ask = effect(effects, 'ask-password')
      assert.equal(ask.attempt, attempt)
      machine.password(ask.requestId, bytes('wrong'))
      effects = machine.receive(failure(['password', 'hostbased']))
    }
    const { error } = effect(effects, 'disconnect')
    assert.equal(error.code, 'auth-failed')
    assert.deepEqual(error.facts?.offered, ['password', 'hostbased'])
  })

  test('no answer gives the method up', () => {
    const { machine } = started({ password: true, keyboardInteractive: true })
    machine.receive(failure(['password', 'keyboard-interactive']))
    const ask = effect(machine.receive(infoRequest([{ text: 'x', echo: false }])), 'ask-prompts')
    const askPassword = effect(machine.responses(ask.requestId, undefined), 'ask-password')
    assert.equal(effect(machine.password(askPassword.requestId, undefined), 'disconnect').error.code, 'auth-failed')
  })

  test('a password that the server wants changed is given up', () => {
    const { machine } = started({ password: true })
    const ask = effect(machine.receive(failure(['password'])), 'ask-password')
    machine.password(ask.requestId, bytes('old'))
    const demand = encodeMessage(userauthPasswdChangereq, {
      type: 'userauth-passwd-changereq',
      prompt: 'change it',
      language: '',
    })
    assert.equal(effect(machine.receive(demand), 'disconnect').error.code, 'auth-failed')
  })

  test('the wrong number of responses is our own mistake', () => {
    const { machine } = started({ keyboardInteractive: true })
    machine.receive(failure(['keyboard-interactive']))
    const ask = effect(machine.receive(infoRequest([{ text: 'x', echo: false }])), 'ask-prompts')
    assert.throws(() => machine.responses(ask.requestId, []), RangeError)
  })
})

suite('V-B13', () => {
  function interactiveClient(): ClientAuth {
    const { machine } = started({ keyboardInteractive: true })
    machine.receive(failure(['keyboard-interactive']))
    return machine
  }

  const hostile: readonly { name: string; payload: () => Uint8Array }[] = [
    {
      name: '2^32-1 prompts',
      payload: () => new ByteWriter().u8(60).string('').string('').string('').u32(0xffff_ffff).finish(),
    },
    {
      name: '200 prompts of 1 MB',
      payload: () => {
        const writer = new ByteWriter().u8(60).string('').string('').string('').u32(200)
        const text = new Uint8Array(1_000_000)
        for (let i = 0; i < 4; i++) writer.string(text).boolean(true)
        return writer.finish()
      },
    },
    { name: '33 prompts', payload: () => infoRequest(Array.from({ length: 33 }, () => ({ text: '', echo: false }))) },
    { name: 'a prompt of 5 kB', payload: () => infoRequest([{ text: 'x'.repeat(5000), echo: false }]) },
    { name: 'an instruction of 40 kB', payload: () => infoRequest([], 'x'.repeat(40_000)) },
  ]
  for (const { name, payload } of hostile) {
    test(`V-B13 ${name} end the connection before anything is made of them`, () => {
      const machine = interactiveClient()
      const bytes = payload()
      const before = process.memoryUsage().heapUsed
      const effects = machine.receive(bytes)
      assert.equal(effect(effects, 'disconnect').error.code, 'protocol-error')
      assert.ok(process.memoryUsage().heapUsed - before < 1_000_000)
    })
  }

  test('V-B13 rounds without end are cut at 64', () => {
    const machine = interactiveClient()
    let rounds = 0
    for (; rounds < 1000; rounds++) {
      const effects = machine.receive(infoRequest([]))
      if (effects.some((one) => one.type === 'disconnect')) break
      machine.responses(effect(effects, 'ask-prompts').requestId, [])
    }
    assert.equal(rounds, 64)
  })

  test('V-B13 banners without end are cut at 64', () => {
    const { machine } = started()
    const banner = encodeMessage(userauthBanner, { type: 'userauth-banner', message: 'x', language: '' })
    let banners = 0
    while (banners < 1000 && machine.receive(banner)[0]?.type === 'banner') banners++
    assert.equal(banners, 64)
  })
})

suite('a server out of line', () => {
  test('success for a mere query is not believed', () => {
    const { machine } = started({ signers: [aliceKey] })
    machine.receive(failure(['publickey']))
    assert.equal(effect(machine.receive(SUCCESS), 'disconnect').error.code, 'message-out-of-state')
  })

  test('partial success for a mere query is not believed', () => {
    const { machine } = started({ signers: [aliceKey] })
    machine.receive(failure(['publickey']))
    assert.equal(effect(machine.receive(failure(['password'], true)), 'disconnect').error.code, 'protocol-error')
  })

  test('banners that are not UTF-8 are shown as far as they can be', () => {
    const { machine } = started()
    const latin1 = new ByteWriter()
      .u8(53)
      .string(new Uint8Array([0x67, 0xfc, 0x6e]))
      .string('')
      .finish()
    assert.equal(effect(machine.receive(latin1), 'banner').message, 'g\ufffdn')
  })

  test('the end of the connection cancels what is being asked', () => {
    const { machine } = started({ password: true })
    const ask = effect(machine.receive(failure(['password'])), 'ask-password')
    assert.deepEqual(machine.end(), [{ type: 'cancel', requestId: ask.requestId }])
    assert.deepEqual(machine.password(ask.requestId, bytes('late')), [])
  })
})
