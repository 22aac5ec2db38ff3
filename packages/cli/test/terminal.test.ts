/** What only shows on a real terminal: `script` of util-linux gives the command one. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TemporaryDirectory } from '@sallyport/testkit'

const COMMAND = fileURLToPath(new URL('../bin/sallyport.js', import.meta.url))
const SCRIPT = '/usr/bin/script'

/** A daemon that removes whatever target it is asked to, and remembers. */
async function removingDaemon(t: TestContext): Promise<{ directory: string; removed: string[] }> {
  const directory = new TemporaryDirectory('terminal')
  const removed: string[] = []
  const server = createServer((request, response) => {
    removed.push(request.url ?? '')
    const target = { id: 'trg_1', name: 'db1', address: '10.0.0.1', port: 22, tags: [], host_keys: [] }
    response.end(JSON.stringify({ ...target, created_at: '2026-01-01T00:00:00.000Z' }))
  })
  await new Promise<void>((resolve) => server.listen(directory.file('control.sock'), resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
    directory[Symbol.dispose]()
  })
  return { directory: directory.path, removed }
}

/** A daemon that cannot tell what a policy changes, and remembers what it was asked to put into force. */
async function puzzledDaemon(t: TestContext): Promise<{ directory: string; file: string; applied: unknown[] }> {
  const directory = new TemporaryDirectory('terminal')
  const applied: unknown[] = []
  const version = { version: 7, applied_at: '2026-01-01T00:00:00.000Z', applied_by: 'alice', message: '', sha256: '00' }
  const answers: Readonly<Record<string, object>> = {
    '/v1/policy/check': { ok: true, diagnostics: [], tests: 0, failures: [] },
    '/v1/policy/history': { versions: [version] },
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => void (body += chunk.toString()))
    request.on('end', () => {
      const path = (request.url ?? '').split('?')[0] ?? ''
      const known = answers[path]
      if (known !== undefined) return response.end(JSON.stringify(known))
      if (path === '/v1/policy/diff') return response.writeHead(503).end('busy')
      applied.push(JSON.parse(body))
      return response.end(JSON.stringify({ ...version, version: 8, changed: true, ended_passages: 0, locked_out: [] }))
    })
  })
  await new Promise<void>((resolve) => server.listen(directory.file('control.sock'), resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
    directory[Symbol.dispose]()
  })
  const file = directory.file('policy.hujson')
  writeFileSync(file, '{"acls": []}')
  return { directory: directory.path, file, applied }
}

const QUESTION = 'Type db1 to go on'

/** Runs a command on a terminal of 80 columns, types as soon as it asks, and gives all that was shown. */
async function onTerminal(
  args: string,
  state: string,
  typed: string,
  environment: NodeJS.ProcessEnv = {},
  question = QUESTION,
) {
  const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env
  const line = `stty cols 80; ${process.execPath} ${COMMAND} --state ${state} ${args}; echo "= $?"`
  const child = spawn(SCRIPT, ['-qec', line, '/dev/null'], {
    env: { ...rest, TERM: 'xterm-256color', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const asked = shown.includes(question)
    shown += chunk.toString()
    if (!asked && shown.includes(question)) child.stdin.write(typed)
  })
  await once(child, 'close')
  return shown
}

test('what destroys asks for the name, and does it only when the name is typed', async (t) => {
  if (!existsSync(SCRIPT)) return t.skip('needs script')
  const { directory, removed } = await removingDaemon(t)
  const wrong = await onTerminal('target rm db1', directory, 'db2\r')
  assert.ok(wrong.includes(QUESTION), wrong)
  assert.match(wrong, /nothing was changed[\s\S]*SP4006 confirmation\.mismatch[\s\S]*= 1/)
  assert.deepEqual(removed, [])
  const cancelled = await onTerminal('target rm db1', directory, '\u0003')
  assert.match(cancelled, /= 130/)
  assert.deepEqual(removed, [])
  const right = await onTerminal('target rm db1', directory, 'db1\r')
  assert.match(right, /db1 was removed\r\n= 0/)
  assert.deepEqual(removed, ['/v1/targets/db1'])
  return undefined
})

test('a policy of which nobody can say what it changes is put into force only by whoever says so', async (t) => {
  if (!existsSync(SCRIPT)) return t.skip('needs script')
  const { directory, file, applied } = await puzzledDaemon(t)
  const question = 'without having seen what it changes?'
  const no = await onTerminal(`policy apply ${file}`, directory, 'n', {}, question)
  assert.match(no, /what it changes is not known[\s\S]*SP4006 confirmation\.mismatch[\s\S]*= 1/)
  assert.deepEqual(applied, [])
  const yes = await onTerminal(`policy apply ${file}`, directory, 'y', {}, question)
  assert.match(yes, /version 8 is in force\r\n= 0/)
  assert.deepEqual(applied, [{ text: '{"acls": []}', message: '', allow_lockout: false, expected_version: 7 }])
  return undefined
})

test('with --no-input a terminal is not asked either', async (t) => {
  if (!existsSync(SCRIPT)) return t.skip('needs script')
  const { directory, removed } = await removingDaemon(t)
  assert.match(await onTerminal('target rm db1 --no-input', directory, 'db1\r'), /SP4003[\s\S]*= 2/)
  assert.deepEqual(removed, [])
  return undefined
})

test('errors are coloured on a terminal, and not with NO_COLOR or on a dumb one', async (t) => {
  if (!existsSync(SCRIPT)) return t.skip('needs script')
  const coloured = async (environment: NodeJS.ProcessEnv) =>
    (await onTerminal('status', '/nonexistent', '', environment)).includes('\u001b[31m')
  // a CI's own variables say that nobody looks, and a terminal's that somebody does
  assert.equal(await coloured({ CI: undefined, TERM: 'xterm-256color' }), true)
  assert.equal(await coloured({ NO_COLOR: '1' }), false)
  assert.equal(await coloured({ TERM: 'dumb' }), false)
  return undefined
})
