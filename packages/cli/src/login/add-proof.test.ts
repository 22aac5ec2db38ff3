import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answering, runMain } from '../../test/run-main.ts'

function daemon(secret = 'JBSWY3DP', calls: unknown[] = []) {
  const begun = { uri: 'otpauth://totp/Sallyport:alice?secret=JBSWY3DP', secret }
  return answering({ 'me.totp-begin': begun, 'me.totp-confirm': {} }, calls)
}

test('the first code may come through a pipe, with or without the end of its line', async () => {
  for (const stdin of ['123456\n', '123456', ' 123456\r\nmore\n']) {
    const calls: unknown[] = []
    const { status, stdout } = await runMain(['mfa', 'add', 'totp'], { client: daemon(undefined, calls), stdin })
    assert.deepEqual([status, stdout], [0, 'one-time codes are set up\n'])
    assert.deepEqual(calls.at(-1), ['me.totp-confirm', { code: '123456' }])
  }
})

test('where no code comes, nothing is confirmed and that is said', async () => {
  const calls: unknown[] = []
  const { status, stderr } = await runMain(['mfa', 'add', 'totp'], { client: daemon(undefined, calls) })
  assert.equal(status, 2)
  assert.match(stderr, /standard input ended/)
  assert.deepEqual(calls, [['me.totp-begin', {}]])
})

test('a secret that a terminal would obey is escaped, with --json as well', async () => {
  for (const json of [[], ['--json']]) {
    const client = daemon('\u001b]0;owned\u0007')
    const { status, stderr } = await runMain(['mfa', 'add', 'totp', ...json], { client, stdin: '123456\n' })
    assert.equal(status, 0)
    assert.ok(!stderr.includes('\u001b'))
    assert.ok(stderr.includes('\\u001b]0;owned\\u0007'), stderr)
  }
})
