import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { GatewayProcess } from '@sallyport/testkit'
import { placeOf, ROOT } from './script-place.ts'

const DEADLINE_MS = 60_000

/** `sallyport audit tail --follow` as a process. */
function follow(gateway: GatewayProcess, ...args: readonly string[]) {
  const { environment } = placeOf(gateway)
  const child = spawn(`${ROOT}node_modules/.bin/sallyport`, ['audit', 'tail', '--follow', ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    texts,
    ended,
    interrupt: () => child.kill('SIGINT'),
    async says(text: string): Promise<void> {
      const deadline = Date.now() + DEADLINE_MS
      while (!texts.stdout.includes(text)) {
        if (Date.now() > deadline) throw new Error(`“${text}” did not come\n${texts.stdout}${texts.stderr}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

test('a tail goes on with events as they happen, a line of JSON each, and ends on Ctrl-C with 130', async () => {
  await using gateway = await GatewayProcess.start()
  const tail = follow(gateway, '--last', '1', '--json')
  await tail.says('gateway-started')
  await gateway.ok('user', 'add', 'alice')
  await tail.says('user-added')
  tail.interrupt()
  assert.equal(await tail.ended, 130)
  for (const line of tail.texts.stdout.trim().split('\n')) assert.ok(JSON.parse(line))
  assert.equal(tail.texts.stderr, '')
})

test('when the daemon dies under it, a tail says so and ends with 7', async () => {
  await using gateway = await GatewayProcess.start()
  const tail = follow(gateway)
  await tail.says('gateway-started')
  await gateway.kill('SIGKILL')
  assert.equal(await tail.ended, 7)
  assert.match(tail.texts.stderr, /^error: the connection to the daemon broke off {2}\[SP1008 daemon\.unreachable\]\n/)
})

test('when the daemon is stopped, a tail ends with it', async () => {
  await using gateway = await GatewayProcess.start()
  const tail = follow(gateway)
  await tail.says('gateway-started')
  await gateway.kill('SIGTERM')
  assert.ok([0, 7].includes((await tail.ended) ?? -1), tail.texts.stderr)
})
