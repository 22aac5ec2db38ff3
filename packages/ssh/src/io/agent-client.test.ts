import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ByteWriter, utf8Bytes } from '@sallyport/wire'
import { SshError, type SshErrorCode } from '../errors.ts'
import {
  formatPublicKey,
  generatePrivateKey,
  issueCertificate,
  parsePublicKey,
  samePublicKey,
  signatureAlgorithmsFor,
  verifySignature,
} from '../keys/index.ts'
import { missingTool } from '../testing/ssh-keygen.ts'
import { connectAgent } from './agent-client.ts'

const skip = missingTool('ssh-agent', 'ssh-add') ?? false
const data = utf8Bytes('session id and request')

function temporaryPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-agent-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A real ssh-agent of this test only. */
async function startAgent(t: TestContext): Promise<{ path: string; sshAdd: (...args: string[]) => string }> {
  const path = join(temporaryPath(t), 'socket')
  // no askpass program: keys that want confirmation are refused
  const env = { PATH: process.env['PATH'], SSH_ASKPASS: '/bin/false' }
  const agent = spawn('ssh-agent', ['-D', '-a', path], { stdio: 'ignore', env })
  t.after(async () => {
    agent.kill()
    if (agent.exitCode === null) await once(agent, 'exit')
  })
  // The file is there a moment before anybody listens.
  for (let tries = 0; !(await isListening(path)) && tries < 1000; tries++) await sleep(10)
  const sshAdd = (...args: string[]) =>
    execFileSync('ssh-add', args, { encoding: 'utf8', env: { ...env, SSH_AUTH_SOCK: path }, stdio: 'pipe' })
  return { path, sshAdd }
}

async function isListening(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** An agent that does what the test says to each chunk it gets. */
async function fakeAgent(t: TestContext, answer: (socket: Socket, chunk: Buffer) => void): Promise<string> {
  const path = join(temporaryPath(t), 'socket')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => answer(socket, chunk as Buffer))
    t.after(() => socket.destroy())
  })
  server.listen(path)
  await once(server, 'listening')
  t.after(() => server.close())
  return path
}

const frame = (...bytes: number[]) => new ByteWriter().string(Uint8Array.from(bytes)).finish()

const failsWith = (code: SshErrorCode) => (error: unknown) => error instanceof SshError && error.code === code

for (const type of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp521', 'ssh-rsa'] as const) {
  test(`ssh-agent takes, lists, signs with and forgets a ${type} key and its certificate`, { skip }, async (t) => {
    const { path, sshAdd } = await startAgent(t)
    await using agent = await connectAgent(path)
    assert.deepEqual(await agent.identities(), [])
    const key = generatePrivateKey(type)
    const certificate = await issueCertificate(
      {
        key: key.publicKey,
        kind: 'user',
        serial: 1n,
        keyId: 'x',
        principals: ['a'],
        validAfter: 0n,
        validBefore: 2n ** 40n,
      },
      generatePrivateKey('ssh-ed25519'),
    )
    await agent.addKey(key, { comment: 'plain one' })
    await agent.addKey(key, { comment: 'certified one', certificate })

    const lines = sshAdd('-L').trim().split('\n')
    assert.deepEqual(lines, [
      formatPublicKey(key.publicKey, 'plain one'),
      formatPublicKey(certificate, 'certified one'),
    ])

    const signers = await agent.signers()
    assert.equal(signers.length, 2)
    for (const signer of signers) {
      assert.deepEqual(signer.algorithms, signatureAlgorithmsFor(signer.publicKey))
      for (const algorithm of signer.algorithms) {
        const signature = await signer.sign(algorithm, data)
        assert.equal(verifySignature(signer.publicKey, algorithm, data, signature), true, algorithm)
      }
    }
    await agent.removeKey(certificate)
    assert.equal((await agent.identities()).length, 1)
    await assert.rejects(agent.removeKey(certificate), failsWith('agent-failure'))
    await agent.removeAllKeys()
    assert.equal((await agent.identities()).length, 0)
  })
}

test('keys that ssh-add put in are usable, many requests at once', { skip }, async (t) => {
  const { path, sshAdd } = await startAgent(t)
  const file = join(temporaryPath(t), 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file, '-C', 'from ssh-add'])
  sshAdd('-q', file)
  await using agent = await connectAgent(path)
  const [identity] = await agent.identities()
  assert.equal(identity?.comment, 'from ssh-add')
  const signer = agent.signer(identity.key)
  const messages = Array.from({ length: 50 }, (_, at) => utf8Bytes(`message ${at}`))
  const signatures = await Promise.all(messages.map(async (message) => signer.sign('ssh-ed25519', message)))
  for (const [at, message] of messages.entries()) {
    assert.ok(verifySignature(identity.key, 'ssh-ed25519', message, signatures[at] ?? new Uint8Array()))
  }
})

test('V-D16 constraints reach the agent: a lifetime ends, a confirmation is asked for', { skip }, async (t) => {
  const { path } = await startAgent(t)
  await using agent = await connectAgent(path)
  const [short, confirmed] = [generatePrivateKey('ssh-ed25519'), generatePrivateKey('ssh-ed25519')]
  // It counts in whole seconds: of one, nothing may be left at once.
  await agent.addKey(short, { lifetimeSeconds: 4 })
  await agent.addKey(confirmed, { confirm: true, lifetimeSeconds: 600 })
  assert.equal((await agent.identities()).length, 2)
  await agent.signer(short.publicKey).sign('ssh-ed25519', data)
  await assert.rejects(
    async () => agent.signer(confirmed.publicKey).sign('ssh-ed25519', data),
    failsWith('agent-failure'),
  )
  let left = await agent.identities()
  for (let tries = 0; left.length > 1 && tries < 200; tries++) {
    await sleep(100)
    left = await agent.identities()
  }
  assert.equal(left.length, 1)
  assert.ok(left[0] !== undefined && samePublicKey(left[0].key, confirmed.publicKey))
})

test('an algorithm the key does not have is refused before the agent is asked', { skip }, async (t) => {
  const { path } = await startAgent(t)
  await using agent = await connectAgent(path)
  const signer = agent.signer(generatePrivateKey('ssh-rsa').publicKey)
  assert.throws(() => signer.sign('ssh-rsa', data), failsWith('key-unsupported'))
})

test('an agent that is not there is an agent-failure', async (t) => {
  await assert.rejects(connectAgent(join(temporaryPath(t), 'nothing')), failsWith('agent-failure'))
})

test('V-D16 frames over 256 KiB, empty, unreadable or unasked for end the connection', async (t) => {
  const answers: Record<string, Uint8Array> = {
    'length over the limit': new ByteWriter().u32(256 * 1024 + 1).finish(),
    'length 2^32-1': new ByteWriter().u32(0xffff_ffff).finish(),
    'length 0': new ByteWriter().u32(0).finish(),
    'unknown number': frame(99),
    'trailing bytes': frame(12, 0, 0, 0, 0, 1),
    'count without identities': frame(12, 0xff, 0xff, 0xff, 0xff),
    'cut in a key': frame(12, 0, 0, 0, 1, 0, 0, 0, 9, 1),
  }
  for (const [name, bytes] of Object.entries(answers)) {
    const path = await fakeAgent(t, (socket) => socket.write(bytes))
    await using agent = await connectAgent(path)
    await assert.rejects(agent.identities(), failsWith('agent-failure'), name)
    await assert.rejects(agent.identities(), failsWith('agent-failure'), `${name}, afterwards`)
  }
  const twice = await fakeAgent(t, (socket) => socket.write(Buffer.concat([frame(12, 0, 0, 0, 0), frame(6)])))
  await using agent = await connectAgent(twice)
  assert.deepEqual(await agent.identities(), [])
  await assert.rejects(agent.identities(), failsWith('agent-failure'))
})

test('V-D16 a request over 256 KiB is not sent', async (t) => {
  let received = 0
  const path = await fakeAgent(t, (_, chunk) => {
    received += chunk.length
  })
  await using agent = await connectAgent(path)
  const signer = agent.signer(generatePrivateKey('ssh-ed25519').publicKey)
  await assert.rejects(async () => signer.sign('ssh-ed25519', new Uint8Array(256 * 1024)), failsWith('agent-failure'))
  assert.equal(received, 0)
})

test('an agent that signs with SHA-1 is refused', async (t) => {
  const rsa = generatePrivateKey('ssh-rsa')
  const sha1 = new ByteWriter().string('ssh-rsa').string(new Uint8Array(384)).finish()
  const path = await fakeAgent(t, (socket) => {
    socket.write(new ByteWriter(512).string(new ByteWriter(512).u8(14).string(sha1).finish()).finish())
  })
  await using agent = await connectAgent(path)
  await assert.rejects(async () => agent.signer(rsa.publicKey).sign('rsa-sha2-512', data), failsWith('agent-failure'))
})

test('replies that come a byte at a time, and several in one chunk, are read', async (t) => {
  const { blob } = generatePrivateKey('ssh-ed25519').publicKey
  const unknown = new ByteWriter().string('ssh-future').finish()
  const body = new ByteWriter(512)
    .u8(12)
    .u32(2)
    .string(unknown)
    .string('?')
    .string(blob)
    .string(Uint8Array.of(0xff, 65))
  const answer = new ByteWriter(512).string(body.finish()).finish()
  let requests = 0
  const path = await fakeAgent(t, (socket, chunk) => {
    requests += chunk.length / 5
    if (requests === 1) for (const byte of answer) socket.write(Uint8Array.of(byte))
    if (requests === 3) socket.write(Buffer.concat([answer, answer]))
  })
  await using agent = await connectAgent(path)
  const [first] = await agent.identities()
  assert.equal(first?.comment, '\ufffdA')
  assert.equal(formatPublicKey(first.key), formatPublicKey(parsePublicKey(`ssh-ed25519 ${blob.toBase64()}`).key))
  const both = await Promise.all([agent.identities(), agent.identities()])
  assert.deepEqual(
    both.map((list) => list.length),
    [1, 1],
  )
})

test('an aborted request rejects at once and does not shift the replies of others', async (t) => {
  const path = await fakeAgent(t, (socket, chunk) => {
    for (let at = 0; at < chunk.length; at += 5) setTimeout(() => socket.write(frame(12, 0, 0, 0, 0)), 50)
  })
  await using agent = await connectAgent(path)
  const controller = new AbortController()
  const first = agent.identities({ signal: controller.signal })
  const second = agent.identities()
  controller.abort()
  await assert.rejects(first, failsWith('aborted'))
  assert.deepEqual(await second, [])
  assert.deepEqual(await agent.identities(), [])
  await assert.rejects(agent.identities({ signal: controller.signal }), failsWith('aborted'))
  await assert.rejects(connectAgent(path, { signal: controller.signal }), failsWith('aborted'))
})

test('requests waiting when the agent goes, or when we close, are rejected', async (t) => {
  const leaving = await fakeAgent(t, (socket) => socket.destroy())
  await using agent = await connectAgent(leaving)
  await assert.rejects(agent.identities(), failsWith('agent-failure'))
  const silent = await fakeAgent(t, () => undefined)
  const other = await connectAgent(silent)
  const waiting = other.identities()
  const outcome = assert.rejects(waiting, failsWith('agent-failure'))
  await other[Symbol.asyncDispose]()
  await outcome
  await other[Symbol.asyncDispose]()
})

test('a silent agent does not make the queue grow without end', async (t) => {
  const path = await fakeAgent(t, () => undefined)
  const agent = await connectAgent(path)
  const outcomes = Promise.allSettled(Array.from({ length: 300 }, () => agent.identities()))
  await agent[Symbol.asyncDispose]()
  const messages = (await outcomes).map((outcome) =>
    outcome.status === 'rejected' ? String(outcome.reason) : 'answered',
  )
  assert.equal(messages.filter((message) => message.includes('does not answer')).length, 300 - 256)
})
