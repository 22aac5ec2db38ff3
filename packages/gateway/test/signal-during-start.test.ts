/** Signals that come before the gateway is ready. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TemporaryDirectory } from '@sallyport/testkit'

const COMMAND = fileURLToPath(new URL('../../cli/bin/sallyport.js', import.meta.url))

/** A gateway that is in the middle of its first start: it asks an ssh-agent for keys, which does not answer for a while. */
async function starting(directory: TemporaryDirectory) {
  const socket = directory.file('agent')
  const agent = createServer((connection) => connection.on('error', () => {}))
  agent.listen(socket)
  const asked = once(agent, 'connection')
  const child = spawn(process.execPath, [COMMAND, 'up', '--state', directory.file('state')], {
    env: {
      PATH: process.env['PATH'],
      HOME: directory.path,
      SSH_AUTH_SOCK: socket,
      SALLYPORT_LISTEN_SSH: '127.0.0.1:0',
      SALLYPORT_LISTEN_HTTPS: 'off',
      SALLYPORT_LISTEN_METRICS: 'off',
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'close').finally(() => agent.close())
  await Promise.race([asked, ended])
  const says = async (text: RegExp) => {
    while (!text.test(output) && child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20))
    assert.match(output, text)
  }
  return { child, ended, says, output: () => output }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} while the gateway starts stops it in good order`, { timeout: 120_000 }, async () => {
    using directory = new TemporaryDirectory('signal')
    const { child, ended, output } = await starting(directory)
    child.kill(signal)
    assert.deepEqual(await ended, [0, null], output())
    assert.match(output(), new RegExp(`"reason":"${signal}".*"msg":"stopped"`))
  })
}

test('SIGHUP while the gateway starts does not end it; the configuration is read again', {
  timeout: 120_000,
}, async () => {
  using directory = new TemporaryDirectory('signal')
  const { child, ended, says, output } = await starting(directory)
  writeFileSync(directory.file('state', 'sallyport.toml'), '[ssh]\nbanner = "welcome"\n')
  child.kill('SIGHUP')
  await says(/"msg":"configuration read again"/)
  assert.match(output(), /ssh\.banner/)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null], output())
})

test('a second signal while the gateway starts ends it where it stands', { timeout: 120_000 }, async () => {
  using directory = new TemporaryDirectory('signal')
  const { child, ended, output } = await starting(directory)
  child.kill('SIGINT')
  child.kill('SIGTERM')
  const [code] = (await ended) as [number | null]
  // On a machine that is busy enough the start may be over before the signals are there.
  assert.ok((code ?? 0) > 128 || /"msg":"ready"/.test(output()), `${code}: ${output()}`)
})
