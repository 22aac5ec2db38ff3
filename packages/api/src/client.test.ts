import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ApiError } from './api-error.ts'
import { createClient } from './client.ts'
import { unixTransport } from './unix-transport.ts'

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-api-'))
  const path = join(directory, 'control.sock')
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true })
  })
  return path
}

const session = { user: 'alice', ended: ['ses_a'] }

test('a call sends the encoded input and gives the checked output', async (t) => {
  const seen: string[] = []
  const path = await serve(t, (request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${body}`)
      response.end(JSON.stringify(session))
    })
  })
  const client = createClient(unixTransport(path))
  const answer = await client.call('session.kill-user', { user: 'alice@example.com', reason: 'done' })
  assert.deepEqual(answer, { ended: ['ses_a'] })
  assert.deepEqual(seen, ['POST /v1/users/alice%40example.com/kill-sessions {"reason":"done"}'])
})

test('an error body becomes an ApiError with code, why, fix and request id', async (t) => {
  const path = await serve(t, (_request, response) => {
    const error = new ApiError('user.not-found', 'no user “bob”', { fix: 'sallyport user ls' })
    response.writeHead(error.status).end(JSON.stringify(error.toBody('req-1')))
  })
  const client = createClient(unixTransport(path))
  await assert.rejects(client.call('user.show', { user: 'bob' }), (error) => {
    assert.ok(error instanceof ApiError)
    assert.equal(error.code, 'SP1101')
    assert.equal(error.reason, 'user.not-found')
    assert.equal(error.fix, 'sallyport user ls')
    assert.equal(error.requestId, 'req-1')
    return true
  })
})

test('an answer of another form is a protocol error that names versions', async (t) => {
  const path = await serve(t, (_request, response) => response.end('{"users":[{"id":1}]}'))
  await assert.rejects(createClient(unixTransport(path)).call('user.list'), { reason: 'daemon.protocol' })
})

test('whatever stands before the daemon and answers in its stead is known by its status', async () => {
  const answering = (status: number, retryAfter?: number) =>
    createClient(async () => ({
      status,
      retryAfter,
      body: (async function* () {
        yield new TextEncoder().encode('<html>no</html>')
      })(),
    })).call('user.list')
  await assert.rejects(answering(413), { reason: 'request.too-large' })
  await assert.rejects(answering(429, 7), { reason: 'request.too-many', fix: 'try again in 7 s' })
  await assert.rejects(answering(429), { reason: 'request.too-many', fix: 'try again in a moment' })
  for (const status of [502, 503, 504]) await assert.rejects(answering(status), { reason: 'daemon.unreachable' })
  for (const status of [400, 500, 418]) await assert.rejects(answering(status), { reason: 'daemon.protocol' })
})

test('no daemon is an error that says how to start one', async () => {
  const client = createClient(unixTransport('/nonexistent/control.sock'))
  await assert.rejects(client.call('user.list'), { reason: 'daemon.unreachable', code: 'SP1008' })
})

test('a stream gives one value a line, across chunk borders, and ends with the loop', async (t) => {
  const event = {
    time: '2026-01-01T00:00:00.000Z',
    type: 'session-opened',
    session: 'ses_a',
    passage: null,
    user: 'ålice',
    summary: 's',
  }
  let closed: () => void
  const done = new Promise<void>((resolve) => (closed = resolve))
  const path = await serve(t, (_request, response) => {
    const bytes = Buffer.from(`${JSON.stringify(event)}\n`.repeat(3))
    const middle = bytes.indexOf(0xc3) + 1
    response.on('close', () => closed())
    response.write(bytes.subarray(0, middle))
    setTimeout(() => response.write(bytes.subarray(middle)), 5)
  })
  const users: (string | null)[] = []
  for await (const { user } of createClient(unixTransport(path)).stream('daemon.events')) {
    users.push(user)
    if (users.length === 3) break
  }
  assert.deepEqual(users, ['ålice', 'ålice', 'ålice'])
  await done
})

test('a stream that ends inside a line is a protocol error', async (t) => {
  const path = await serve(t, (_request, response) => response.end('{"time":'))
  const read = async () => {
    for await (const _event of createClient(unixTransport(path)).stream('daemon.events'))
      assert.fail('no event was sent')
  }
  await assert.rejects(read(), { reason: 'daemon.protocol' })
})

test('an abort rejects with the reason of the signal', async (t) => {
  const path = await serve(t, () => {})
  const controller = new AbortController()
  const call = createClient(unixTransport(path)).call('user.list', {}, { signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 10)
  await assert.rejects(call, /enough/)
})
