import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { memoryTerminal } from '../../test/run-main.ts'
import { CommandError } from '../command-error.ts'
import { reportError } from './render-error.ts'

function report(error: unknown, json = false): { status: number; stderr: string } {
  const { terminal, output } = memoryTerminal()
  return { status: reportError(error, terminal, json), stderr: output().stderr }
}

test('an error says what, its code, why and how to mend it', () => {
  const error = new ApiError('user.not-found', 'no user “bob”', {
    why: 'there are:\nalice\ncarol',
    fix: 'sallyport user ls',
  })
  assert.deepEqual(report(error), {
    status: 6,
    stderr: `error: no user “bob”  [SP1101 user.not-found]
  why   there are:
        alice
        carol
  fix   sallyport user ls
`,
  })
})

test('its JSON twin is one line with the same facts', () => {
  const error = new ApiError('target.exists', 'taken', { requestId: 'req-1' })
  const { status, stderr } = report(error, true)
  assert.equal(status, 1)
  assert.equal(
    stderr,
    '{"error":{"code":"SP1202","name":"target.exists","message":"taken","why":null,"fix":null,"request_id":"req-1"}}\n',
  )
})

test('an error of the gateway’s package shows its code; one of its configuration exits with 2', () => {
  const facts = { code: 'SP3103', reason: 'state.locked', why: 'process 7 holds it', fix: 'stop it' }
  const locked = report(Object.assign(new Error('a gateway is running'), facts))
  assert.equal(locked.status, 1)
  assert.match(locked.stderr, /^error: a gateway is running {2}\[SP3103 state\.locked\]\n {2}why {3}process 7/)
  const config = Object.assign(new Error('mistakes'), { code: 'SP3002', reason: 'config.invalid' })
  assert.equal(report(config).status, 2)
})

test('a foreign error shows its message and its cause, and no code that is not ours', () => {
  const error = Object.assign(new Error('went wrong', { cause: new Error('because') }), { code: 'ENOENT' })
  assert.deepEqual(report(error), { status: 1, stderr: 'error: went wrong\n  why   because\n' })
  assert.equal(report('a thrown text').stderr, 'error: a thrown text\n')
})

test('an interruption exits with 130', () => {
  assert.equal(report(new DOMException('x', 'AbortError')).status, 130)
})

test('exit statuses follow the error', () => {
  const table: [Parameters<typeof report>[0], number][] = [
    [new ApiError('request.invalid', 'x'), 2],
    [new ApiError('caller.not-allowed', 'x'), 5],
    [new ApiError('target.not-found', 'x'), 6],
    [new ApiError('daemon.unreachable', 'x'), 7],
    [new ApiError('route.unknown', 'x'), 1],
    [new ApiError('policy.tests-failed', 'x'), 3],
    [new ApiError('config.invalid', 'x'), 2],
    [new ApiError('daemon.internal', 'x'), 1],
    [new CommandError('usage.invalid', 'x'), 2],
    [new CommandError('confirmation.mismatch', 'x'), 1],
    [new CommandError('check.problems-found', 'x'), 3],
  ]
  for (const [error, status] of table) assert.equal(report(error).status, status)
})
